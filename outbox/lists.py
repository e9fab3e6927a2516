"""Mails by the page, as people look for one: by how it stands and by whom it is for."""

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload

from outbox.models import Letter, MessageState, OutboxMessage
from storage import among
from storage.paging import Listed, listed

# Ten years of mails are millions: nobody leafs further than this.
MOST = 10_000


class Standing(StrEnum):
    """How a mail stands, as far as a person asks."""

    WAITING = "waiting"
    SENT = "sent"
    RETURNED = "returned"
    FAILED = "failed"
    DOUBTFUL = "doubtful"
    CANCELLED = "cancelled"


_IS: dict[Standing, ColumnElement[bool]] = {
    Standing.WAITING: OutboxMessage.state.in_([MessageState.QUEUED, MessageState.CLAIMED, MessageState.COMMITTING]),
    Standing.SENT: (OutboxMessage.state == MessageState.SENT) & OutboxMessage.bounced_at.is_(None),
    Standing.RETURNED: OutboxMessage.bounced_at.is_not(None),
    Standing.FAILED: OutboxMessage.state.in_([MessageState.FAILED, MessageState.EXPIRED]),
    Standing.DOUBTFUL: OutboxMessage.state == MessageState.UNCERTAIN,
    Standing.CANCELLED: OutboxMessage.state == MessageState.CANCELLED,
}


def standing(message: OutboxMessage) -> Standing:
    """How one mail stands."""
    if message.bounced_at is not None:
        return Standing.RETURNED
    return {
        MessageState.SENT: Standing.SENT,
        MessageState.FAILED: Standing.FAILED,
        MessageState.EXPIRED: Standing.FAILED,
        MessageState.UNCERTAIN: Standing.DOUBTFUL,
        MessageState.CANCELLED: Standing.CANCELLED,
    }.get(message.state, Standing.WAITING)


def mail_page(page: int, asked: Standing | None = None, tenants: Collection[int] | None = None) -> Listed:
    """A page of mails with their subjects, the newest first; two queries.

    ``tenants`` are the ids of those whose mails are looked for, None for all mails.
    """
    query: Select[OutboxMessage] = select(OutboxMessage)
    if asked is not None:
        query = query.where(_IS[asked])
    if tenants is not None:
        query = query.where(among(OutboxMessage.tenant_id, tenants))
    letters = joinedload(OutboxMessage.letter).load_only(Letter.subject, Letter.language)
    return listed(query.order_by(OutboxMessage.id.desc()).options(letters), page, most=MOST)
