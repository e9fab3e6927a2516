"""Verbs on the rows of the outbox; sending is in delivery.py."""

from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit
from uuid import uuid4

from flask import current_app
from sqlalchemy import ColumnElement, Select, case, literal, select, true, tuple_, update

from outbox.models import FINAL, Letter, MessageState, OutboxMessage
from outbox.remarks import remark
from storage import among, db

# A worker that has claimed a row asks once more before the final dot; from then on a server may have it.
_STOPPABLE = frozenset({MessageState.QUEUED, MessageState.CLAIMED})


def cancel_for_contact(contact_id: int) -> None:
    """Cancel, in the running transaction, what still waits to be sent to a contact that is removed."""
    _cancel("the contact was removed", OutboxMessage.contact_id == contact_id)


def cancel_for_announcements(announcement_ids: Collection[int], tenant_ids: Collection[int] | None, why: str) -> None:
    """Cancel, in the running transaction, what still waits to be sent of announcements that are out of date."""
    _cancel(why, OutboxMessage.announcement_id.in_(announcement_ids), _of_tenants(tenant_ids))


def cancel_held_by(name: str, tenant_ids: Collection[int] | None, why: str) -> None:
    """Cancel, in the running transaction, what still waits to be sent of letters that held only while this stood.

    In whichever state of it they tell, and of these tenants only: for the others it may still stand. None: of all.
    """
    held = (Letter.holds_while == name) | Letter.holds_while.startswith(f"{name}@", autoescape=True)
    letters = select(Letter.announcement_id).where(held)
    of_letters = OutboxMessage.announcement_id.in_(letters)
    # Said this way round, so that an index spares the search through all that was ever sent.
    waits = OutboxMessage.state.in_(set(MessageState) - FINAL)
    _cancel(why, waits, of_letters, _of_tenants(tenant_ids))


def resume_held_by(
    name: str, tenant_ids: Collection[int], readers: Select[int, str], not_after: datetime, why: str, now: datetime
) -> None:
    """Let leave after all, in the running transaction, what was cancelled with the reason ``why``: it stands again.

    Only what goes to ``readers``, ids of contacts with their addresses: others may have been removed since. What a
    server may have taken already is sent again once it is not proved, as it would have been.
    """
    letters = select(Letter.announcement_id).where(Letter.holds_while == name)
    mails = OutboxMessage.announcement_id.in_(letters) & _of_tenants(tenant_ids)
    still_there = tuple_(OutboxMessage.contact_id, OutboxMessage.address).in_(readers)
    cancelled = (OutboxMessage.state == MessageState.CANCELLED) & (OutboxMessage.reply == why)
    db.session.execute(
        update(OutboxMessage)
        .where(mails, still_there, cancelled)
        .values(state=MessageState.QUEUED, reply="", next_attempt_at=now, not_after=not_after, settled_at=None)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(OutboxMessage)
        .where(mails, still_there, OutboxMessage.state.not_in(FINAL))
        .values(not_after=not_after)
        .execution_options(synchronize_session=False)
    )


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


def _of_tenants(tenant_ids: Collection[int] | None) -> ColumnElement[bool]:
    return true() if tenant_ids is None else among(OutboxMessage.tenant_id, tenant_ids)


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
