"""A tenant's own date for an update: given and dropped, with its own notice period checked (SLA 3.3)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NoReturn

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from evidence.actors import Actor, May, require
from evidence.chain import append
from schedules import duties, occasions, on_record, planning_events
from schedules.errors import BreaksSLA
from schedules.judging import OFFER_STANDS_FOR, terms_to_keep_in_move, whole_minute
from schedules.models import Release, Rollout
from schedules.notices import Notice
from sla.breaches import Breach
from sla.periods import Period
from sla.releases import release_breaches
from sla.terms import Change
from storage import Refused, db
from tenants import checks
from tenants.models import Tenant
from tenants.services import wait_for_other_planners
from webhooks.publishing import publish


def give_own_date(
    release: Release, tenant: Tenant, kind: Change, planned_at: datetime, reason: str, by: Actor, now: datetime
) -> Rollout:
    """Give one tenant a date of its own for an update, or another one; it is told as everybody is.

    Raises BreaksSLA where the tenant's own notice period or the time to test is broken, Refused where the update has
    taken place or cannot be on that date. Nothing of it can be waived: the date is chosen for this tenant alone.
    """
    require(by, May.PLAN)
    reason = checks.line("reason", reason, most=300)
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    if tenant.product_id != release.product_id:
        raise LookupError(f"tenant {tenant.id} has another product")
    rollout = own_date(release, tenant, kind)
    if release.cancelled_at is not None:
        _refuse("planned_at", _("This release has been cancelled."))
    called_off = rollout is not None and rollout.cancelled_at is not None
    before = date_for(release, tenant, kind)
    if before <= now and not (called_off or _was_missed(release, tenant, kind)):
        _refuse("planned_at", _("This tenant has been updated already."))
    if planned_at <= now:
        _refuse("planned_at", _("This moment has passed. Choose a later one."))
    breaches = _breaches(release, tenant, kind, planned_at, now)
    if breaches:
        db.session.rollback()
        raise BreaksSLA(breaches)
    if rollout is None:
        rollout = Rollout(release_id=release.id, tenant_id=tenant.id, kind=kind)
        db.session.add(rollout)
    rollout.planned_at, rollout.reason, rollout.recorded_at = planned_at, reason, None
    rollout.set_by, rollout.set_at = by.name, now
    rollout.cancelled_at, rollout.cancelled_by = None, ""
    _plan_changed(release, by, now)
    duties.keep_up(release.product, occasions.of_release(release), now)
    publish(planning_events.moved_for_one(rollout, before, planned_at), now)
    append([on_record.own_date(rollout, by)], now)
    db.session.commit()
    return rollout


def drop_own_date(rollout: Rollout, by: Actor, now: datetime) -> None:
    """Let a tenant go along with everybody again. Raises Refused once either date has come, BreaksSLA as above."""
    require(by, May.PLAN)
    release, tenant, kind = rollout.release, rollout.tenant, rollout.kind
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    everybodys = release.planned_at_of(kind)
    if min(everybodys, rollout.planned_at) <= now:
        _refuse("planned_at", _("This moment has passed. Choose a later one."))
    breaches = _breaches(release, tenant, kind, everybodys, now)
    if breaches:
        db.session.rollback()
        raise BreaksSLA(breaches)
    db.session.delete(rollout)
    _plan_changed(release, by, now)
    duties.keep_up(release.product, occasions.of_release(release), now)
    publish(planning_events.moved_for_one(rollout, rollout.planned_at, everybodys), now)
    append([on_record.own_date_dropped(rollout, by)], now)
    db.session.commit()


def own_date(release: Release, tenant: Tenant, kind: Change) -> Rollout | None:
    return db.session.scalars(
        select(Rollout).where(Rollout.release_id == release.id, Rollout.tenant_id == tenant.id, Rollout.kind == kind)
    ).one_or_none()


def own_dates(release: Release) -> Sequence[Rollout]:
    """The tenants that have a date of their own for a release, by date."""
    return db.session.scalars(
        select(Rollout)
        .where(Rollout.release_id == release.id)
        .order_by(Rollout.planned_at, Rollout.id)
        .options(joinedload(Rollout.tenant))
    ).all()


def date_for(release: Release, tenant: Tenant, kind: Change) -> datetime:
    """When a tenant gets an update: its own date, or everybody's."""
    own = own_date(release, tenant, kind)
    return own.planned_at if own is not None else release.planned_at_of(kind)


def _breaches(release: Release, tenant: Tenant, kind: Change, planned_at: datetime, now: datetime) -> list[Breach]:
    """What a date breaks for this tenant, each with the first moment that would do a quarter of an hour from now."""
    product = release.product
    acceptance = own_date(release, tenant, Change.ACCEPTANCE) if kind is Change.PRODUCTION else None
    if acceptance is not None and acceptance.cancelled_at is not None:
        _refuse("planned_at", _("Acceptance is off for this tenant. Give that a date first."))
    dates = {one: date_for(release, tenant, one) for one in (Change.ACCEPTANCE, Change.PRODUCTION)} | {kind: planned_at}
    if dates[Change.PRODUCTION] <= dates[Change.ACCEPTANCE]:
        _refuse("planned_at", _("Production must come after acceptance. Choose a later moment."))
    of_tenant = (Notice.release_id == release.id) & (Notice.kind == kind) & (Notice.tenant_id == tenant.id)
    asked = terms_to_keep_in_move(product, planned_at, of_tenant, select(Tenant.id).where(Tenant.id == tenant.id))
    terms = {one: asked if one is kind else [] for one in dates}

    def broken(at: datetime) -> list[Breach]:
        rest = terms[Change.ACCEPTANCE], terms[Change.PRODUCTION], Period.parse(product.test_period), product.zone
        return release_breaches(dates[Change.ACCEPTANCE], dates[Change.PRODUCTION], at, *rest)

    breaches = broken(now)
    if not breaches:
        return []
    offered = {breach.rule: breach.earliest for breach in broken(whole_minute(now + OFFER_STANDS_FOR))}
    return [replace(breach, earliest=offered.get(breach.rule, breach.earliest)) for breach in breaches]


def _plan_changed(release: Release, by: Actor, now: datetime) -> None:
    """What is announced from now on is another state of the plan, to be approved anew where that is asked."""
    release.revision, release.revised_at = release.revision + 1, now
    release.changed_by = by.name
    db.session.flush()


def _was_missed(release: Release, tenant: Tenant, kind: Change) -> bool:
    """Whether the update was held back, because the tenant had not been told in time."""
    newest = db.session.scalars(
        select(Notice)
        .where(Notice.release_id == release.id, Notice.tenant_id == tenant.id, Notice.kind == kind)
        .order_by(Notice.revision.desc())
        .limit(1)
    ).one_or_none()
    return newest is not None and newest.missed_at is not None


def _refuse(field: str, message: str) -> NoReturn:
    """Refuse, and let the next planner go."""
    db.session.rollback()
    raise Refused(field, message)
