"""Take back a plan that nobody was told of: its planner's own undo, where a cancellation is a manager's (SLA 3.3)."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from evidence.actors import Actor, May, require
from schedules.about import about
from schedules.hearers import hearers
from schedules.maintenance import lay_off_maintenance
from schedules.models import Impact, MaintenanceWindow, Release
from schedules.notices import Notice
from schedules.release_cancelling import lay_off_release
from schedules.searching import is_published
from storage import Refused, db
from tenants.planners import wait_for_other_planners


def withdraw_release(release: Release, by: Actor, now: datetime) -> None:
    """Take back a release of which no tenant was told: its slot is free again, and it stays on record as cancelled.

    Raises Refused where somebody was told, where it has begun, and where it is off already.
    """
    require(by, May.PLAN)
    _nobody_knows(release, now)
    lay_off_release(release, by, now)


def withdraw_maintenance(window: MaintenanceWindow, by: Actor, now: datetime) -> None:
    """The same for maintenance."""
    require(by, May.PLAN)
    _nobody_knows(window, now)
    lay_off_maintenance(window, by, now)


def may_withdraw(change: Release | MaintenanceWindow, now: datetime) -> bool:
    """Whether a plan that stands is still between ourselves.

    The portal shows maintenance without impact at once; whoever was mailed release notes knows of the release.
    """
    if change.impact is Impact.NO_IMPACT if isinstance(change, MaintenanceWindow) else is_published(change):
        return False
    starts_at = change.acceptance_at if isinstance(change, Release) else change.starts_at
    return change.cancelled_at is None and starts_at > now and not hearers(change, now)


def _nobody_knows(change: Release | MaintenanceWindow, now: datetime) -> None:
    """Hold the plan and its duties, and raise Refused where a customer has been told of it."""
    wait_for_other_planners(change.product_id)
    # As the clock does that announces: first the change, then its notices, of which it tells none meanwhile.
    db.session.refresh(change, with_for_update={"key_share": True})
    db.session.execute(select(Notice.id).where(about(change)).order_by(Notice.id).with_for_update())
    if not may_withdraw(change, now):
        db.session.rollback()
        message = _("This cannot be taken back: somebody knows of it, it has begun, or it is off already.")
        raise Refused("withdraw", message)
