"""Say of maintenance that it starts, takes longer, is done: one transaction each; the mails are the next tick's."""

from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from evidence.actors import THE_CLOCK, Actor, May, require
from evidence.chain import append
from schedules import on_record, running_events
from schedules.errors import refuse
from schedules.models import Impact, MaintenanceProgress, MaintenanceWindow, Progress
from storage import Refused, db
from tenants import checks
from tenants.planners import wait_for_other_planners
from tenants.wording import day_and_time_here, length_in_words
from webhooks.publishing import publish

# An end that is later than expected by more than this may be a slip of the pen: it is asked for twice.
FAR = timedelta(hours=24)


def start_due(now: datetime) -> int:
    """Let maintenance start by the plan, where nobody said so before. Returns how many; one commit each.

    What was planned away, called off, or over before the worker came to it does not start. Nor does what nobody is
    told of, and what had begun when it was imported.
    """
    due = db.session.scalars(
        select(MaintenanceWindow.id).where(
            MaintenanceWindow.starts_at <= now,
            MaintenanceWindow.ends_at > now,
            MaintenanceWindow.started_at.is_(None),
            MaintenanceWindow.cancelled_at.is_(None),
            MaintenanceWindow.impact != Impact.NO_IMPACT,
            MaintenanceWindow.created_at <= MaintenanceWindow.starts_at,
        )
    ).all()
    db.session.rollback()
    started = 0
    for window_id in due:
        window = db.session.get_one(MaintenanceWindow, window_id)
        try:
            start_maintenance(window, THE_CLOCK, now)
            started += 1
        except Refused:
            # Somebody was there first, or it was moved or called off at this moment.
            db.session.rollback()
    return started


def start_maintenance(window: MaintenanceWindow, by: Actor, now: datetime) -> None:
    """Say that maintenance is starting. Raises Refused where that was said, and long before the announced start."""
    require(by, May.OPERATE)
    _take(window)
    if window.started_at is not None:
        refuse("maintenance", _("It was said before that this maintenance is starting."))
    if now < window.may_start_from:
        refuse("maintenance", _("This is more than a quarter of an hour before the time that was announced."))
    window.started_at = now
    _put_down(window, MaintenanceProgress(kind=Progress.STARTED), by, now)


def extend_maintenance(
    window: MaintenanceWindow,
    new_end: datetime,
    reason_nl: str,
    reason_en: str,
    by: Actor,
    now: datetime,
    *,
    sure_of: datetime | None = None,
) -> None:
    """Say that maintenance takes longer, until when, and why if that is known; the announced end stays on record.

    Raises Refused where it has not started or is done, for a reason in one language only, for an end that has passed or
    is no later, and for one that is more than a day later, unless ``sure_of`` says that very end again: it is mailed
    within seconds.
    """
    require(by, May.OPERATE)
    reason_nl, reason_en = reasons_of_longer(reason_nl, reason_en)
    row = MaintenanceProgress(kind=Progress.LONGER, new_end=new_end, reason_nl=reason_nl, reason_en=reason_en)
    _take(window)
    _under_way(window, now)
    if new_end <= now:
        refuse("new_end", _("This moment has passed. Choose a later one."))
    if new_end <= window.lasts_until:
        refuse("new_end", _("This is not later than the end that is expected now. Choose a later moment."))
    late = overrun(window, new_end)
    if late > FAR and sure_of != new_end:
        zone = window.product.timezone
        refuse(
            "new_end",
            _(
                "%(end)s is %(length)s after the end that is expected now. Say below that this is meant, or choose an "
                "earlier moment.",
                end=day_and_time_here(new_end, zone),
                length=length_in_words(late),
            ),
        )
    last = db.session.scalar(
        select(func.max(MaintenanceProgress.step)).where(
            MaintenanceProgress.maintenance_id == window.id, MaintenanceProgress.kind == Progress.LONGER
        )
    )
    row.step = (last or 0) + 1
    window.expected_until = new_end
    window.edits, window.edited_at = row.step, now
    _put_down(window, row, by, now)


def reasons_of_longer(reason_nl: str, reason_en: str) -> tuple[str, str]:
    """Why it takes longer, empty where that is not known. Raises Refused for what cannot be used."""
    return checks.both("reason", checks.line, reason_nl, reason_en, most=300, required=False)


def overrun(window: MaintenanceWindow, new_end: datetime) -> timedelta:
    """How much later an end is than the one that is expected now."""
    return new_end.astimezone(UTC) - window.lasts_until.astimezone(UTC)


def finish_maintenance(window: MaintenanceWindow, by: Actor, now: datetime) -> None:
    """Say that maintenance is done. Raises Refused where it has not started, or was done before."""
    require(by, May.OPERATE)
    _take(window)
    _under_way(window, now)
    window.done_at = now
    window.edits, window.edited_at = window.edits + 1, now
    _put_down(window, MaintenanceProgress(kind=Progress.DONE), by, now)


def _take(window: MaintenanceWindow) -> None:
    """Wait for whoever plans, cancels or reports at this moment, and read the window as it is then."""
    wait_for_other_planners(window.product_id)
    db.session.refresh(window)
    if window.cancelled_at is not None:
        refuse("maintenance", _("This maintenance was cancelled before."))


def _under_way(window: MaintenanceWindow, now: datetime) -> None:
    if window.done_at is not None:
        refuse("maintenance", _("It was said before that this maintenance is done."))
    if window.started_at is None and now < window.starts_at:
        refuse("maintenance", _("This maintenance has not started yet."))
    # Nobody said so, neither a worker, but what takes longer or is done has started: the clock must not say so after.
    window.started_at = window.started_at or window.starts_at


def _put_down(window: MaintenanceWindow, row: MaintenanceProgress, by: Actor, now: datetime) -> None:
    row.maintenance_id, row.said_at, row.said_by = window.id, now, by.name
    db.session.add(row)
    db.session.flush()
    publish(running_events.progress(row, window), now)
    append([on_record.went_on(row, window, by)], now)
    db.session.commit()
