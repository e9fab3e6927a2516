"""A tenant's own date for an update: given and dropped, with its own notice period checked (SLA 3.3)."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from evidence.actors import Actor, May, require
from evidence.chain import append
from schedules.errors import BreaksSLA, refuse
from schedules.models import Release, Rollout
from schedules.own_date_judging import judge_own_dates
from schedules.own_date_laying import Given, lay_own_dates, take_own_dates_back
from schedules.own_date_situations import rollouts_of
from schedules.own_dates_seen import check_seen
from sla.terms import Change
from storage import db
from tenants import checks
from tenants.models import Tenant
from tenants.planners import wait_for_other_planners


def give_own_date(
    release: Release,
    tenant: Tenant,
    kind: Change,
    planned_at: datetime,
    reason: str,
    by: Actor,
    now: datetime,
    *,
    seen: str | None = None,
) -> Rollout:
    """Give one tenant a date of its own for an update, or another one; it is told as everybody is.

    Raises ChangedMeanwhile where ``seen`` (``own_dates_seen``) is not what the tenant has any more; BreaksSLA where its
    own notice period or the time to test is broken; Refused where the update has taken place or cannot be on that
    date. Nothing of it can be waived: the date is chosen for this tenant alone.
    """
    require(by, May.PLAN)
    given = Given(reason_of_own_date(reason), by.name)
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    check_seen(release, [tenant], seen)
    check_own_date(release, tenant, kind, planned_at, now)
    append(lay_own_dates(release, kind, [tenant], planned_at, given, by, now), now)
    db.session.commit()
    rollout = own_date(release, tenant, kind)
    if rollout is None:
        raise LookupError(f"tenant {tenant.id} was removed at this moment")
    return rollout


def reason_of_own_date(typed: str) -> str:
    """Why a tenant has a date of its own. Raises Refused where that is not said."""
    return checks.line("reason", typed, most=300)


def drop_own_date(rollout: Rollout, by: Actor, now: datetime, *, seen: str | None = None) -> None:
    """Let a tenant go along with everybody again. Raises Refused once either date has come, the others as above."""
    require(by, May.PLAN)
    release, tenant, kind = rollout.release, rollout.tenant, rollout.kind
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    check_seen(release, [tenant], seen)
    present = own_date(release, tenant, kind)
    if present is None:
        refuse("planned_at", _("This tenant goes along with everybody already."))
    everybodys = release.planned_at_of(kind)
    if min(everybodys, present.planned_at) <= now:
        refuse("planned_at", _("This moment has passed. Choose a later one."))
    check_own_date(release, tenant, kind, everybodys, now)
    append(take_own_dates_back(release, kind, [present], by, now), now)
    db.session.commit()


def check_own_date(
    release: Release, tenant: Tenant, kind: Change, planned_at: datetime, now: datetime, *, field: str = "planned_at"
) -> None:
    """Raise BreaksSLA or Refused, the transaction given up, where a tenant cannot have an update on a date.

    ``field``: what the date is called where it was typed.
    """
    if tenant.product_id != release.product_id:
        raise LookupError(f"tenant {tenant.id} has another product")
    verdict = judge_own_dates(release, kind, [tenant], planned_at, now)
    if verdict.obstacle:
        refuse(field, verdict.obstacle)
    if verdict.breaches:
        db.session.rollback()
        raise BreaksSLA(verdict.breaches)


def own_date(release: Release, tenant: Tenant, kind: Change) -> Rollout | None:
    return rollouts_of(release, kind, [tenant.id]).get(tenant.id)


def own_dates(release: Release, most: int = 50) -> Sequence[Rollout]:
    """The first tenants that have a date of their own for a release outside any wave, by date."""
    return db.session.scalars(
        select(Rollout)
        .where(Rollout.release_id == release.id, Rollout.wave_id.is_(None))
        .order_by(Rollout.planned_at, Rollout.id)
        .options(joinedload(Rollout.tenant))
        .limit(most)
    ).all()


def number_of_own_dates(release: Release) -> int:
    """How many there are of these."""
    alone = (Rollout.release_id == release.id, Rollout.wave_id.is_(None))
    return db.session.scalar(select(func.count()).select_from(Rollout).where(*alone)) or 0


def date_for(release: Release, tenant: Tenant, kind: Change) -> datetime:
    """When a tenant gets an update: its own date, or everybody's."""
    own = own_date(release, tenant, kind)
    return own.planned_at if own is not None else release.planned_at_of(kind)
