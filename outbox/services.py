"""Verbs on the rows of the outbox; sending is in delivery.py."""

from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit
from uuid import uuid4

from flask import current_app
from sqlalchemy import ColumnElement, case, literal, select, true, update

from outbox.models import FINAL, Letter, MessageState, OutboxMessage
from outbox.remarks import remark
from storage import db

# A worker that has claimed a row asks once more before the final dot; from then on a server may have it.
_STOPPABLE = frozenset({MessageState.QUEUED, MessageState.CLAIMED})


def cancel_for_contact(contact_id: int) -> None:
    """Cancel, in the running transaction, what still waits to be sent to a contact that is removed."""
    _cancel("the contact was removed", OutboxMessage.contact_id == contact_id)


def cancel_for_announcements(announcement_ids: Collection[int], tenant_ids: Collection[int] | None, why: str) -> None:
    """Cancel, in the running transaction, what still waits to be sent of announcements that are out of date."""
    of_tenants = true() if tenant_ids is None else OutboxMessage.tenant_id.in_(tenant_ids)
    _cancel(why, OutboxMessage.announcement_id.in_(announcement_ids), of_tenants)


def cancel_held_by(name: str, tenant_ids: Collection[int], why: str) -> None:
    """Cancel, in the running transaction, what still waits to be sent of letters that held only while this stood.

    Of these tenants only: for the others it may still stand.
    """
    letters = select(Letter.announcement_id).where(Letter.holds_while == name)
    wanted = list(tenant_ids)
    # Databases limit the number of values in one statement.
    for start in range(0, len(wanted), 5000):
        of_tenants = OutboxMessage.tenant_id.in_(wanted[start : start + 5000])
        # What is settled has ended; the index of what is not spares the search through all that was ever sent.
        _cancel(why, OutboxMessage.settled_at.is_(None), OutboxMessage.announcement_id.in_(letters), of_tenants)


def cancel_of_announcements(contact_id: int, announcement_ids: Collection[int], why: str) -> None:
    """Cancel, in the running transaction, what of these announcements still waits to be sent to a contact."""
    if announcement_ids:
        _cancel(why, OutboxMessage.contact_id == contact_id, OutboxMessage.announcement_id.in_(announcement_ids))


def expire(now: datetime) -> int:
    """Set aside what was not sent in time: sending late is a person's decision. Returns how many; commits."""
    found = db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.state == MessageState.QUEUED, OutboxMessage.not_after < now)
        .values(state=MessageState.EXPIRED, reply=remark("not sent in time"))
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return int(found.rowcount)  # type: ignore[attr-defined]


def _cancel(why: str, *conditions: ColumnElement[bool]) -> None:
    """Cancel what can be stopped; what a server may have taken already is at least never sent again.

    One statement, because a row between two would escape both.
    """
    stoppable = OutboxMessage.state.in_(_STOPPABLE)
    kind = OutboxMessage.state.type
    db.session.execute(
        update(OutboxMessage)
        .where(*conditions, OutboxMessage.state.not_in(FINAL))
        .values(
            state=case((stoppable, literal(MessageState.CANCELLED, kind)), else_=OutboxMessage.state),
            reply=case((stoppable, literal(why)), else_=OutboxMessage.reply),
            not_after=case((stoppable, OutboxMessage.not_after), else_=OutboxMessage.created_at),
        )
    )


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
