"""How many of a tenant's contacts an announcement has reached, and the notice that it gives."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, tuple_

from announcements.models import Announcement
from announcements.same_plan import same_plan
from outbox.models import FINAL, MessageState, OutboxMessage
from schedules.notices import Notice, NoticeState
from storage import db

# How many mails are taken note of in one transaction.
BATCH = 2000
REALLY_SENT = (OutboxMessage.state == MessageState.SENT) & OutboxMessage.trial.is_(False)


def counted(pairs: set[tuple[int, int]]) -> Sequence[Any]:
    """For each announcement and tenant: contacts to be told, contacts told, when the first and the last were."""
    stands = REALLY_SENT & OutboxMessage.bounced_at.is_(None)
    # A contact whose address changed has two mails, of which one suffices.
    contacts = func.count(OutboxMessage.contact_id.distinct())
    return db.session.execute(
        select(
            OutboxMessage.announcement_id,
            OutboxMessage.tenant_id,
            contacts.filter(OutboxMessage.state != MessageState.CANCELLED).label("wanted"),
            contacts.filter(stands).label("sent"),
            contacts.filter(OutboxMessage.state.not_in(FINAL)).label("under_way"),
            contacts.filter(OutboxMessage.state == MessageState.FAILED).label("refused"),
            contacts.filter(OutboxMessage.state == MessageState.SENT).label("taken"),
            func.min(OutboxMessage.sent_at).filter(stands).label("first_at"),
            func.max(OutboxMessage.sent_at).filter(stands).label("last_at"),
        )
        .where(tuple_(OutboxMessage.announcement_id, OutboxMessage.tenant_id).in_(list(pairs)))
        .group_by(OutboxMessage.announcement_id, OutboxMessage.tenant_id)
    ).all()


def notices_of(announcement_ids: set[int], tenant_ids: set[int]) -> dict[tuple[int, int], Any]:
    """The notices that these announcements gave to these tenants, by announcement and tenant, locked."""
    columns = (
        Notice.id,
        Notice.tenant_id,
        Notice.state,
        Notice.kind,
        Notice.planned_at,
        Notice.given_at,
        Notice.deadline_at,
        Notice.lapses_at,
        Notice.later_than_aimed,
    )
    rows = db.session.execute(
        select(Announcement.id.label("announcement_id"), *columns)
        .join(Notice, same_plan())
        .where(Announcement.id.in_(announcement_ids), Notice.tenant_id.in_(tenant_ids))
        .order_by(Notice.id)
        .with_for_update(of=Notice)
    )
    return {(row.announcement_id, row.tenant_id): row for row in rows}


def due_again(notice: Any) -> dict[str, Any]:
    """A person must see to it; the columns are those of every change."""
    return {
        "id": notice.id,
        "state": NoticeState.DUE,
        "given_at": None,
        "completed_at": None,
        "missed_at": None,
        "later_than_aimed": notice.later_than_aimed,
    }
