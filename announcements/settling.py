"""What became of the mails becomes the state of the notices: given, complete, or missed."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, cast, func, select, tuple_, update

from announcements.models import Announcement
from outbox.models import FINAL, MessageState, OutboxMessage
from schedules.models import Notice, NoticeState
from sla.terms import Change
from storage import db

BATCH = 2000


def settle(now: datetime) -> int:
    """Mark notices given and complete by what was really sent. Returns how many changed; commits by the batch.

    *Given* when a mail server took it for one contact of the tenant; *complete* when for every one. What the built-in
    mailbox took is a trial and proves nothing.
    """
    changed = 0
    while True:
        pairs = db.session.execute(
            select(OutboxMessage.announcement_id, OutboxMessage.tenant_id)
            .where(
                OutboxMessage.settled_at.is_(None),
                OutboxMessage.announcement_id.is_not(None),
                OutboxMessage.state.in_(FINAL),
            )
            .distinct()
            .limit(BATCH)
        ).all()
        if not pairs:
            db.session.rollback()
            return changed
        changed += _settle(pairs, now)
        db.session.commit()


def watch_deadlines(now: datetime) -> int:
    """Mark as missed, for good, what was not given when it lapsed. Returns how many; commits."""
    found = db.session.execute(
        update(Notice)
        .where(Notice.state.in_([NoticeState.PLANNED, NoticeState.DUE, NoticeState.ANNOUNCED]), Notice.lapses_at < now)
        .values(state=NoticeState.MISSED, missed_at=now)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return int(found.rowcount)  # type: ignore[attr-defined]


def _settle(pairs: Any, now: datetime) -> int:
    keys = [tuple(pair) for pair in pairs]
    of_pairs = tuple_(OutboxMessage.announcement_id, OutboxMessage.tenant_id).in_(keys)
    really_sent = (OutboxMessage.state == MessageState.SENT) & OutboxMessage.trial.is_(False)
    counted = db.session.execute(
        select(
            OutboxMessage.announcement_id,
            OutboxMessage.tenant_id,
            func.count().filter(OutboxMessage.state != MessageState.CANCELLED),
            func.count().filter(really_sent),
            func.min(OutboxMessage.sent_at).filter(really_sent),
            func.max(OutboxMessage.sent_at).filter(really_sent),
        )
        .where(of_pairs)
        .group_by(OutboxMessage.announcement_id, OutboxMessage.tenant_id)
    ).all()
    notices = _notices({row[0] for row in counted if row[0] is not None})
    changes = []
    for announcement_id, tenant_id, wanted, sent, first_at, last_at in counted:
        notice = notices.get((announcement_id, tenant_id))
        if notice is None or not sent:
            continue
        complete = sent == wanted
        given_at = notice.given_at or first_at
        change = {
            "id": notice.id,
            "state": NoticeState.COMPLETE if complete else NoticeState.GIVEN,
            "given_at": given_at,
            "completed_at": last_at if complete else None,
            "later_than_aimed": notice.later_than_aimed
            or (notice.kind is Change.MAINTENANCE and given_at > notice.deadline_at),
        }
        if notice.state in {NoticeState.ANNOUNCED, NoticeState.GIVEN}:
            changes.append(change)
        elif notice.state is NoticeState.SUPERSEDED:
            # The plan moved on while the mail was under way; that it arrived still counts as proof.
            changes.append(change | {"state": NoticeState.SUPERSEDED})
    if changes:
        db.session.execute(update(Notice), changes)
    db.session.execute(
        update(OutboxMessage)
        .where(of_pairs, OutboxMessage.state.in_(FINAL), OutboxMessage.settled_at.is_(None))
        .values(settled_at=now)
        .execution_options(synchronize_session=False)
    )
    return len(changes)


def _notices(announcement_ids: set[int]) -> dict[tuple[int | None, int | None], Any]:
    """The notices that these announcements gave, by announcement and tenant."""
    columns = (
        Notice.id,
        Notice.tenant_id,
        Notice.state,
        Notice.kind,
        Notice.given_at,
        Notice.deadline_at,
        Notice.later_than_aimed,
    )
    same_plan = (
        (Notice.release_id == Announcement.release_id) | (Notice.maintenance_id == Announcement.maintenance_id),
        Notice.says == Announcement.says,
        Notice.told_plan == Announcement.plan_revision,
        cast(Notice.kind, String) == cast(Announcement.kind, String),
    )
    rows = db.session.execute(
        select(Announcement.id.label("announcement_id"), *columns)
        .join(Notice, and_(*same_plan))
        .where(Announcement.id.in_(announcement_ids))
    )
    return {(row.announcement_id, row.tenant_id): row for row in rows}
