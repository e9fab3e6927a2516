"""Plan, move and cancel a maintenance window: one transaction each (SLA 3.1, 3.3)."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor, May, require
from evidence.chain import Kind, append
from schedules import duties, occasions, on_record
from schedules.errors import ChangedMeanwhile, refuse
from schedules.models import MaintenanceWindow
from schedules.reasons import NO_REASON, Reason
from schedules.window_allowing import allowed, checked_plan, exceptions_of, tenants_named
from schedules.window_judging import MaintenancePlan
from storage import Conflict, db
from tenants.models import EnvironmentKind, Product
from tenants.planners import plans_changed, wait_for_other_planners


def schedule_maintenance(product: Product, plan: MaintenancePlan, by: Actor, now: datetime) -> MaintenanceWindow:
    """Plan a window: the row and the duties of every tenant it touches, in one commit.

    The SLA aims at a week ahead and outside service hours: less than that needs a reason, which stays visible. Raises
    BreaksSLA without one, Conflict for a reference that exists, Refused for a value that cannot be used, and for a
    window of more than two days unless the plan says that it is meant.
    """
    require(by, May.PLAN)
    plan = checked_plan(plan)
    wait_for_other_planners(product.id)
    verdict = allowed(product, plan, now)
    tenants = tenants_named(product, plan.tenants)
    window = MaintenanceWindow(
        product=product,
        reference=plan.reference,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        acceptance=EnvironmentKind.ACCEPTANCE in plan.environments,
        production=EnvironmentKind.PRODUCTION in plan.environments,
        impact=plan.impact,
        reason_nl=plan.reason_nl,
        reason_en=plan.reason_en,
        all_tenants=not plan.tenants,
        planned_by=by.name,
        changed_by=by.name,
        created_at=now,
        changed_at=now,
    )
    window.tenants = tenants
    window.waivers = waivers = exceptions_of(verdict, plan, by, now)
    db.session.add(window)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise Conflict("reference", _("There is maintenance with this reference already.")) from None
    duties.keep_up(product, occasions.of_maintenance(window), now)
    append([on_record.change(Kind.PLANNED, window, by), *on_record.waived(waivers, by)], now)
    db.session.commit()
    return window


def move_maintenance(
    window: MaintenanceWindow,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    now: datetime,
    *,
    revision: int,
    exception_reason: Reason = NO_REASON,
    long_is_meant: bool = False,
) -> MaintenanceWindow:
    """Give a window another time. Whoever was told the old one is told of the move. Raises as planning does."""
    require(by, May.PLAN)
    wait_for_other_planners(window.product_id)
    db.session.refresh(window)
    _unchanged(window, revision)
    _still_ahead(window, now)
    if (starts_at, ends_at) == (window.starts_at, window.ends_at):
        db.session.rollback()
        return window
    plan = MaintenancePlan(
        window.reference,
        starts_at,
        ends_at,
        frozenset(window.environments),
        window.impact,
        window.reason_nl,
        window.reason_en,
        tuple(tenant.slug for tenant in window.tenants),
        exception_reason.checked("exception_reason"),
        long_is_meant,
    )
    verdict = allowed(window.product, plan, now, window=window)
    window.starts_at, window.ends_at, window.changed_at = starts_at, ends_at, now
    window.changed_by = by.name
    window.revision += 1
    waivers = exceptions_of(verdict, plan, by, now)
    window.waivers += waivers
    db.session.flush()
    duties.keep_up(window.product, occasions.of_maintenance(window), now)
    append([on_record.change(Kind.MOVED, window, by), *on_record.waived(waivers, by)], now)
    db.session.commit()
    return window


def cancel_maintenance(window: MaintenanceWindow, by: Actor, now: datetime, *, revision: int | None = None) -> None:
    """Cancel a window before it starts; whoever was told hears of it.

    Raises Refused afterwards, and ChangedMeanwhile where ``revision`` is given and not the window's own any more.
    """
    require(by, May.MANAGE)
    wait_for_other_planners(window.product_id)
    db.session.refresh(window)
    if revision is not None:
        _unchanged(window, revision)
    _still_ahead(window, now)
    lay_off_maintenance(window, by, now)


def lay_off_maintenance(window: MaintenanceWindow, by: Actor, now: datetime) -> None:
    """Write that maintenance is off, for whoever has found that it may be. Commits."""
    window.cancelled_at, window.cancelled_by, window.changed_at = now, by.name, now
    window.changed_by = by.name
    window.revision += 1
    duties.withdraw(occasions.of_maintenance(window), now)
    plans_changed(window.product_id)
    append([on_record.change(Kind.CANCELLED, window, by)], now)
    db.session.commit()


def _unchanged(window: MaintenanceWindow, revision: int) -> None:
    if window.revision != revision:
        db.session.rollback()
        raise ChangedMeanwhile(
            "revision", _("Somebody changed this maintenance since you opened the page. Look again.")
        )


def _still_ahead(window: MaintenanceWindow, now: datetime) -> None:
    if window.cancelled_at is not None:
        refuse("maintenance", _("This maintenance was cancelled before."))
    if window.starts_at <= now or window.started_at is not None:
        refuse("maintenance", _("This maintenance has begun; it cannot be changed any more."))
