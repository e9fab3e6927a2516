"""Dates of their own for tenants, laid and taken back in the running transaction: duties, events and records with them.

Whoever calls this puts the happenings on record as the last thing, and commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert

from evidence.actors import Actor
from evidence.chain import Happening
from schedules import duties, occasions, on_record, planning_events
from schedules.models import Release, Rollout
from schedules.own_date_situations import rollouts_of
from sla.terms import Change
from storage import db
from tenants.models import Tenant
from webhooks.publishing import publish


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
    there = rollouts_of(release, kind, [tenant.id for tenant in tenants])
    before = {one.id: there[one.id].planned_at if one.id in there else release.planned_at_of(kind) for one in tenants}
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
    for rollout in there.values():
        for name, value in values.items():
            setattr(rollout, name, value)
    new = [values | {"release_id": release.id, "tenant_id": one, "kind": kind} for one in before if one not in there]
    if new:
        # Not as objects: on SQLite each of those would be a statement.
        db.session.execute(insert(Rollout), new)
    on_it = [*there.values(), *(Rollout(**row) for row in new)]
    _plan_changed(release, by, now, by_tenant=given.by_tenant)
    duties.keep_up(release.product, occasions.of_release(release), now)
    publish(planning_events.moved_for_some(release, kind, before, planned_at), now)
    return [on_record.own_date(rollout, by) for rollout in on_it]


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
