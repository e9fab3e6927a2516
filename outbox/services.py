"""Verbs on the rows of the outbox; sending is in delivery.py."""

from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit
from uuid import uuid4

from flask import current_app
from sqlalchemy import update

from outbox.models import Letter, MessageState, OutboxMessage
from storage import db


def cancel_for_contact(contact_id: int) -> None:
    """Cancel, in the running transaction, what still waits to be sent to a contact that is removed."""
    db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.contact_id == contact_id, OutboxMessage.state == MessageState.QUEUED)
        .values(state=MessageState.CANCELLED, reply="the contact was removed")
    )


def cancel_for_announcements(announcement_ids: Collection[int], tenant_ids: Collection[int] | None, why: str) -> None:
    """Cancel, in the running transaction, what still waits to be sent of announcements that are out of date."""
    query = (
        update(OutboxMessage)
        .where(OutboxMessage.announcement_id.in_(announcement_ids), OutboxMessage.state == MessageState.QUEUED)
        .values(state=MessageState.CANCELLED, reply=why)
    )
    if tenant_ids is not None:
        query = query.where(OutboxMessage.tenant_id.in_(tenant_ids))
    db.session.execute(query)


def expire(now: datetime) -> int:
    """Set aside what was not sent in time: sending late is a person's decision. Returns how many; commits."""
    found = db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.state == MessageState.QUEUED, OutboxMessage.not_after < now)
        .values(state=MessageState.EXPIRED, reply="not sent in time")
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return int(found.rowcount)  # type: ignore[attr-defined]


def post_letter(address: str, subject: str, plain: str, html: str, language: str, now: datetime) -> OutboxMessage:
    """Queue, in the running transaction, a mail to one reader that belongs to no announcement."""
    letter = Letter(language=language, subject=subject, plain=plain, html=html, created_at=now)
    message = OutboxMessage(
        letter=letter, address=address, message_id=new_message_id(), created_at=now, next_attempt_at=now
    )
    db.session.add(message)
    return message


def new_message_id() -> str:
    """A Message-ID that stays with its row for every attempt."""
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    return f"<{uuid4().hex}@{host}>"
