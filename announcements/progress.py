"""Readers who were told of maintenance hear how it goes: it starts, takes longer, is done; each only once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from announcements.desk import open_desk
from announcements.models import Announcement, Kind
from announcements.progress_contents import PROGRESS
from announcements.readers import Told, contacts_of
from outbox.services import cancel_for_announcements
from schedules.models import MaintenanceProgress, MaintenanceWindow, Progress
from schedules.notices import Notice, Says
from schedules.queries import told_of
from storage import db
from tenants.models import LANGUAGES
from tenants.wording import day_and_time, moment_for_tenant

_KINDS = {progress: kind for kind, progress in PROGRESS.items()}
# Longer than that after somebody said so, nobody needs to hear that it is done.
_STILL_NEWS = timedelta(days=1)


def tell_progress(now: datetime) -> int:
    """Mail what was said of maintenance since the last pass. Returns the number of mails; one commit a window.

    Where more was said since, only the last of it is mailed: that it starts is no news once it takes longer.
    """
    waiting = db.session.scalars(
        select(MaintenanceProgress.maintenance_id).where(MaintenanceProgress.told_at.is_(None)).distinct()
    ).all()
    db.session.rollback()
    mails = 0
    for window_id in waiting:
        try:
            mails += _tell(window_id, now)
        except IntegrityError:
            # Another worker tells the same at this moment.
            db.session.rollback()
    return mails


def _tell(window_id: int, now: datetime) -> int:
    window = db.session.scalars(
        select(MaintenanceWindow)
        .where(MaintenanceWindow.id == window_id)
        .with_for_update(skip_locked=True, key_share=True)
    ).one_or_none()
    rows = _to_tell(window_id) if window is not None else []
    if window is None or not rows:
        db.session.rollback()
        return 0
    mails = 0
    _withdraw_earlier(window)
    last = rows[-1]
    if window.cancelled_at is None and _tells(window, last.kind) and now <= _news_until(window, last):
        mails = _queue(window, last, now)
    for row in rows:
        row.told_at = now
    db.session.commit()
    return mails


def _to_tell(window_id: int) -> Sequence[MaintenanceProgress]:
    return db.session.scalars(
        select(MaintenanceProgress)
        .where(MaintenanceProgress.maintenance_id == window_id, MaintenanceProgress.told_at.is_(None))
        .order_by(MaintenanceProgress.id)
    ).all()


def _withdraw_earlier(window: MaintenanceWindow) -> None:
    """What still waits to be sent of how it went before, a reminder among it, must not leave after the newer word."""
    earlier = db.session.scalars(
        select(Announcement.id).where(
            Announcement.maintenance_id == window.id,
            Announcement.kind.in_([Kind.MAINTENANCE_REMINDER, *PROGRESS]),
        )
    ).all()
    if earlier:
        cancel_for_announcements(earlier, None, "there is newer word of it")


def _tells(window: MaintenanceWindow, kind: Progress) -> bool:
    product = window.product
    return {
        Progress.STARTED: product.tells_start,
        Progress.LONGER: product.tells_longer,
        Progress.DONE: product.tells_done,
    }[kind]


def _news_until(window: MaintenanceWindow, row: MaintenanceProgress) -> datetime:
    if row.kind is Progress.STARTED:
        return window.ends_at
    return row.new_end or row.said_at + _STILL_NEWS


def _queue(window: MaintenanceWindow, row: MaintenanceProgress, now: datetime) -> int:
    notices = _told_of(window)
    contacts = contacts_of(notices)
    if not contacts:
        return 0
    desk = open_desk(_KINDS[row.kind], Says.PLANNED, now, window=window, step=row.step)
    told = {
        contact.tenant_id: Told(
            starts_at=window.starts_at,
            ends_at=row.new_end or window.ends_at,
            not_after=_news_until(window, row),
            notice=notices[contact.tenant_id],
            more=_ends_in_words(window, row, contact.tenant_zone),
        )
        for contact in contacts
    }
    return desk.queue(told, contacts, now)


def _told_of(window: MaintenanceWindow) -> dict[int, Notice]:
    """The newest notice of each tenant that was told, be it too late; whoever was not told has nothing to follow."""
    told = db.session.scalars(select(Notice).where(told_of(window)).order_by(Notice.tenant_id, Notice.revision))
    return {notice.tenant_id: notice for notice in told}


def _ends_in_words(window: MaintenanceWindow, row: MaintenanceProgress, tenant_zone: str) -> dict[str, dict[str, str]]:
    """The end that was announced, and the one that is expected now, by language."""
    zone = window.product.timezone
    return {
        language: {
            "until": day_and_time(row.new_end or window.ends_at, zone, language),
            "announced_end": moment_for_tenant(window.ends_at, zone, tenant_zone, language),
        }
        for language in LANGUAGES
    }
