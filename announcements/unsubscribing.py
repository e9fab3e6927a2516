"""Readers who want no newsletter, by one click (RFC 8058). Notices of the contract cannot be switched off."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select

from announcements.models import Announcement, Bulletin, BulletinKind, Kind
from evidence.actors import Actor, May, require
from evidence.chain import Happening, append
from evidence.chain import Kind as Happened
from outbox.services import cancel_of_announcements
from storage import db
from tenants.models import Contact


@dataclass(frozen=True)
class Subscription:
    """What a token stands for: the contact, or None where that address is no contact any more."""

    contact: Contact | None


def unsubscribe_url(contact_id: int, address: str) -> str:
    """The address by which one contact stops the newsletter. It cannot be guessed and does not expire."""
    return f"{current_app.config['BASE_URL']}/unsubscribe/{_signer().dumps([contact_id, _mark(address)])}"


def subscription_of(token: str) -> Subscription | None:
    """What a token stands for; None for one that we did not make.

    It is good for the address that it was mailed to: where a contact's address changed, the new reader is not touched.
    """
    try:
        contact_id, mark = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    contact = db.session.get(Contact, contact_id)
    return Subscription(contact if contact is not None and _mark(contact.email) == mark else None)


def unsubscribe(contact: Contact, now: datetime, by: Actor | None = None) -> bool:
    """Send a contact no more newsletters, those that wait among them; tell whether it got them until now.

    Without ``by`` it is the contact itself who asks. Asking twice changes nothing more.
    """
    if by is not None:
        require(by, May.MANAGE)
    if not _held(contact) or contact.unsubscribed_at is not None:
        db.session.rollback()
        return False
    contact.unsubscribed_at = now
    product_id = contact.tenant.product_id
    # A newsletter whose mails are written at this moment is waited for, and its mail cancelled; another waits for us.
    db.session.execute(
        select(Bulletin.id)
        .where(
            Bulletin.product_id == product_id,
            Bulletin.kind == BulletinKind.NEWSLETTER,
            Bulletin.written_at.is_(None),
        )
        .order_by(Bulletin.id)
        .with_for_update()
    )
    newsletters = db.session.scalars(
        select(Announcement.id).where(Announcement.kind == Kind.NEWSLETTER, Announcement.product_id == product_id)
    ).all()
    cancel_of_announcements(contact.id, newsletters, "the reader wants no newsletters")
    _put_on_record(Happened.UNSUBSCRIBED, contact, now, by)
    return True


def subscribe_again(contact: Contact, now: datetime, by: Actor | None = None) -> bool:
    """Send a contact newsletters again, from the next one on; tell whether it got none until now."""
    if by is not None:
        require(by, May.MANAGE)
    if not _held(contact) or contact.unsubscribed_at is None:
        db.session.rollback()
        return False
    contact.unsubscribed_at = None
    _put_on_record(Happened.SUBSCRIBED, contact, now, by)
    return True


def _held(contact: Contact) -> bool:
    found = db.session.scalars(
        select(Contact).where(Contact.id == contact.id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    return found is not None


def _put_on_record(kind: Happened, contact: Contact, now: datetime, by: Actor | None) -> None:
    db.session.flush()
    actor = by.name if by is not None else f"contact {contact.id}"
    append([Happening(kind, actor, contact.tenant_id, {"contact": contact.id})], now)
    db.session.commit()


def _signer() -> URLSafeSerializer:
    # A salt of its own: a token of another kind must not open this door, nor this one another.
    return URLSafeSerializer(
        current_app.config["SECRET_KEY"], salt="unsubscribe", signer_kwargs={"digest_method": sha256}
    )


def _mark(address: str) -> str:
    return sha256(address.encode()).hexdigest()[:16]
