"""Dates of their own for tenants, laid and taken back in the running transaction: duties, events and records with them.

Whoever calls this puts the happenings on record as the last thing, and commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import insert, select, update

from evidence.actors import Actor
from evidence.chain import Happening
from schedules import duties, occasions, on_record, planning_events
from schedules.models import Release, Rollout
from sla.terms import Change
from storage import among, db
from tenants.models import Tenant
from webhooks.publishing import publish

# Nobody reads these rows as objects before the transaction ends.
UNSYNCHRONISED = {"synchronize_session": False}


@dataclass(frozen=True)
class Given:
    """Why tenants have a date of their own, who gave it, and with which wave."""

    reason: str
    # As pages show it: an address, where the evidence has the actor's name.
    set_by: str
    by_tenant: bool = False
    wave_id: int | None = None
    # The day that the tenant chose, and its place among those who chose it.
    chosen: tuple[date, int] | None = None


def lay_own_dates(
    release: Release,
    kind: Change,
    tenants: Sequence[Tenant],
    planned_at: datetime,
    given: Given,
    by: Actor,
    now: datetime,
) -> list[Happening]:
    """Give tenants one date for an update; returns what is to go on record. The same queries whatever their number."""
    of_update = (Rollout.release_id == release.id, Rollout.kind == kind)
    of_them = (*of_update, among(Rollout.tenant_id, [tenant.id for tenant in tenants]))
    rows = db.session.execute(select(Rollout.tenant_id, Rollout.planned_at).where(*of_them))
    there = {row[0]: row[1] for row in rows}
    before = {one.id: there.get(one.id, release.planned_at_of(kind)) for one in tenants}
    values = {
        "planned_at": planned_at,
        "reason": given.reason,
        "set_by": given.set_by,
        "set_at": now,
        "by_tenant": given.by_tenant,
        "wave_id": given.wave_id,
        "chosen_on": given.chosen[0] if given.chosen else None,
        "chosen_place": given.chosen[1] if given.chosen else None,
        "recorded_at": None,
        "cancelled_at": None,
        "cancelled_by": "",
    }
    if there:
        # Not as objects, here and below: thousands of them take seconds, for which other planners wait.
        db.session.execute(update(Rollout).where(*of_them).values(values), execution_options=UNSYNCHRONISED)
    new = [values | {"release_id": release.id, "tenant_id": one, "kind": kind} for one in before if one not in there]
    if new:
        db.session.execute(insert(Rollout), new)
    _plan_changed(release, by, now, by_tenant=given.by_tenant)
    duties.keep_up(release.product, occasions.of_release(release), now)
    publish(planning_events.moved_for_some(release, kind, before, planned_at), now)
    one_of_them = on_record.own_date(Rollout(**values, release_id=release.id, kind=kind), by)
    return [replace(one_of_them, tenant_id=tenant_id) for tenant_id in before]


def take_own_dates_back(
    release: Release,
    kind: Change,
    rollouts: Sequence[Rollout],
    by: Actor,
    now: datetime,
    *,
    by_tenant: bool = False,
) -> list[Happening]:
    """Let tenants go along with everybody again; returns what is to go on record."""
    before = {rollout.tenant_id: rollout.planned_at for rollout in rollouts}
    happenings = [on_record.own_date_dropped(rollout, by) for rollout in rollouts]
    for rollout in rollouts:
        db.session.delete(rollout)
    _plan_changed(release, by, now, by_tenant=by_tenant)
    duties.keep_up(release.product, occasions.of_release(release), now)
    publish(planning_events.moved_for_some(release, kind, before, release.planned_at_of(kind)), now)
    return happenings


def _plan_changed(release: Release, by: Actor, now: datetime, *, by_tenant: bool) -> None:
    """What is announced from now on is another state of the plan, to be approved anew where that is asked."""
    if by_tenant:
        release.revise_by_choice(now)
    else:
        release.revise(by.name, now)
    db.session.flush()
