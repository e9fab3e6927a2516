"""Reminders of what readers were told, some time before it takes place; each product says when, or not at all."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from announcements.desk import REMINDED, open_desk
from announcements.readers import Told, contacts_of
from announcements.reminded import ahead_in_words, told_before, told_of_late
from announcements.reminders import Ahead, Reminder, all_ahead, own_dates_ahead
from schedules.models import MaintenanceWindow, Release, Rollout
from schedules.notices import Says
from schedules.occasions import Occasion, of_maintenance, of_release
from sla.terms import Change
from storage import db

_KINDS = {change: kind for kind, change in REMINDED.items()}
# The columns that hold which reminder was dealt with last.
_DEALT_WITH = {
    Change.ACCEPTANCE: "acceptance_reminded_at",
    Change.PRODUCTION: "production_reminded_at",
    Change.MAINTENANCE: "reminded_at",
}


def remind(now: datetime) -> int:
    """Remind every reader whose time has come of what was announced to it. Returns the number of mails.

    One commit a change and environment. Of several whose time has passed only the last is sent, and that only in the
    first half of its period: a "week ahead" that comes a day ahead is none. With nothing due it costs three queries.
    """
    due = [(ahead.table, ahead.id, ahead.kind) for ahead in all_ahead(now) if ahead.reminder(now) is not None]
    db.session.rollback()
    own = [ahead.id for ahead in own_dates_ahead(now) if ahead.reminder(now) is not None]
    db.session.rollback()
    mails = 0
    tasks = [partial(_remind, table, change_id, kind, now) for table, change_id, kind in due]
    for task in [*tasks, *(partial(_remind_one, rollout_id, now) for rollout_id in own)]:
        try:
            mails += task()
        except IntegrityError:
            # Another worker opened the same announcement at this moment: its rows are written, ours come next tick.
            db.session.rollback()
    return mails


def _occasions(change: Release | MaintenanceWindow) -> list[Occasion]:
    return of_release(change) if isinstance(change, Release) else of_maintenance(change)


def _due(change: Release | MaintenanceWindow, occasion: Occasion, now: datetime) -> Reminder | None:
    dealt_with, product = getattr(change, _DEALT_WITH[occasion.kind]), change.product
    return Ahead(
        type(change),
        change.id,
        occasion.kind,
        occasion.planned_at,
        dealt_with,
        product.remind_before,
        product.timezone,
    ).reminder(now)


def _remind(table: type[Release | MaintenanceWindow], change_id: int, kind: Change, now: datetime) -> int:
    change = _taken(table, change_id)
    occasion = next((one for one in _occasions(change) if one.kind is kind), None) if change is not None else None
    reminder = _due(change, occasion, now) if change is not None and occasion is not None else None
    if change is None or occasion is None or reminder is None:
        db.session.rollback()
        return 0
    setattr(change, _DEALT_WITH[kind], reminder.at)
    mails = _queue(change, occasion, reminder, now) if now <= reminder.until else 0
    db.session.commit()
    return mails


def _remind_one(rollout_id: int, now: datetime) -> int:
    """The same for one tenant that has a date of its own."""
    rollout = db.session.scalars(
        select(Rollout)
        .join(Release)
        .where(Rollout.id == rollout_id, Rollout.cancelled_at.is_(None), Release.cancelled_at.is_(None))
        .with_for_update(skip_locked=True, key_share=True, of=[Rollout, Release])
    ).one_or_none()
    if rollout is None:
        db.session.rollback()
        return 0
    release, product = rollout.release, rollout.release.product
    ahead = Ahead(
        Rollout,
        rollout.id,
        rollout.kind,
        rollout.planned_at,
        rollout.reminded_at,
        product.remind_before,
        product.timezone,
    )
    reminder = ahead.reminder(now)
    if reminder is None:
        db.session.rollback()
        return 0
    rollout.reminded_at = reminder.at
    everybodys = next(one for one in of_release(release) if one.kind is rollout.kind)
    own = replace(everybodys, planned_at=rollout.planned_at)
    mails = _queue(release, own, reminder, now, rollout.tenant_id) if now <= reminder.until else 0
    db.session.commit()
    return mails


def _taken(table: type[Release | MaintenanceWindow], change_id: int) -> Release | MaintenanceWindow | None:
    """A change that stands, locked: whoever moves or cancels it waits for us, and then sees the mails of ours."""
    query = select(table).where(table.id == change_id, table.cancelled_at.is_(None))
    change: Release | MaintenanceWindow | None = db.session.scalars(
        query.with_for_update(skip_locked=True, key_share=True)
    ).one_or_none()  # type: ignore[assignment]  # of a union of classes only the base is inferred
    return change


def _queue(
    change: Release | MaintenanceWindow,
    occasion: Occasion,
    reminder: Reminder,
    now: datetime,
    tenant_id: int | None = None,
) -> int:
    """Write the reminders of a date; of an own one to its tenant, whom nobody else's date concerns."""
    told = Told(
        starts_at=occasion.planned_at,
        ends_at=occasion.ends_at or occasion.planned_at + change.product.update_lasts,
        not_after=reminder.until,
        more=ahead_in_words(occasion.planned_at, reminder, now, change.product.zone),
    )
    mails = 0
    for plan_revision, tenants in told_before(occasion, reminder, tenant_id).items():
        fresh = told_of_late(change, occasion, plan_revision, reminder)
        contacts = [contact for contact in contacts_of(tenants) if contact.id not in fresh]
        if contacts:
            desk = open_desk(
                _KINDS[occasion.kind],
                Says.PLANNED,
                now,
                release=change if isinstance(change, Release) else None,
                window=change if isinstance(change, MaintenanceWindow) else None,
                told_plan=plan_revision,
                step=reminder.step,
            )
            mails += desk.queue(dict.fromkeys(tenants, told), contacts, now)
    return mails
