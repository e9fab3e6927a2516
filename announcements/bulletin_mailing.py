"""Bulletins that were let leave become mails: one for each contact, and a list to call where it is urgent."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale
from sqlalchemy import case, insert, select

from announcements import bulletins_on_record
from announcements.bulletin_contents import of_bulletin
from announcements.models import Announcement, Bulletin, BulletinCall, BulletinKind, BulletinTenant, CallState, Kind
from announcements.readers import Desk, Told, contacts_of
from announcements.rendering import letter_of
from announcements.unsubscribing import unsubscribe_url
from evidence.chain import append
from outbox.models import Letter, OutboxMessage
from schedules.notices import Says
from storage import db
from tenants.models import LANGUAGES, Contact, Tenant

# After this it is not mailed any more: who reads of an incident days later is only startled.
URGENT_FOR = timedelta(hours=24)
NEWSLETTER_FOR = timedelta(days=7)


def put_out(now: datetime) -> int:
    """Put what was let leave into the outbox, the urgent first; one commit a bulletin. Returns the number of mails."""
    waiting = db.session.scalars(
        select(Bulletin.id)
        .where(Bulletin.announced_at.is_not(None), Bulletin.written_at.is_(None))
        .order_by(case((Bulletin.kind == BulletinKind.URGENT, 0), else_=1), Bulletin.id)
    ).all()
    db.session.rollback()
    mails = 0
    for number in waiting:
        bulletin = db.session.scalars(
            select(Bulletin)
            .where(Bulletin.id == number, Bulletin.written_at.is_(None))
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        ).one_or_none()
        if bulletin is None:
            # Another worker writes it at this moment.
            db.session.rollback()
            continue
        mails += write_mails(bulletin, now)
        db.session.commit()
    return mails


def write_mails(bulletin: Bulletin, now: datetime) -> int:
    """Write a mail for each contact, in the contact's language, and who is to be called; returns how many mails.

    In the running transaction, as its last statement, with the bulletin's row held.
    """
    # Before the tenants are read: whoever joins after that raises it again, and is looked for (`joining_late.py`).
    bulletin.kept_revision = bulletin.product.plan_revision
    tenant_ids = sorted(db.session.scalars(addressed(bulletin)))
    _write_down(bulletin, tenant_ids)
    readers = _readers(bulletin, contacts_of(tenant_ids))
    desk = desk_of(bulletin, now)
    mails = desk.queue(dict.fromkeys(tenant_ids, Told(not_after=not_after(bulletin))), readers, now)
    if bulletin.kind is BulletinKind.URGENT:
        _list_to_call(bulletin, readers)
    bulletin.written_at = now
    db.session.flush()
    # Last: whoever appends holds the end of the chain, and must not wait for rows that another holds.
    by = bulletin.announced_by
    append(bulletins_on_record.announced(bulletin, desk.announcement.id, tenant_ids, readers, by), now)
    return mails


def tell_appointed(contact: Contact, readers: Sequence[Any], now: datetime) -> int:
    """Tell a contact who was appointed since, in the running transaction, of what still matters; returns the mails.

    That is an urgent bulletin while it is open, and terms still to take effect. Newsletters are not sent again.
    """
    mails = 0
    bulletins = db.session.scalars(
        select(Bulletin)
        .join(Tenant, Tenant.product_id == Bulletin.product_id)
        .where(
            Tenant.id == contact.tenant_id,
            Bulletin.kind != BulletinKind.NEWSLETTER,
            Bulletin.dropped_at.is_(None),
            Bulletin.closed_at.is_(None),
        )
        .order_by(Bulletin.id)
        # One that is announced at this moment, to contacts that were read before this one was there, must not slip by.
        .with_for_update(of=Bulletin)
        .execution_options(populate_existing=True)
    ).all()
    for bulletin in bulletins:
        went_to = db.session.get(BulletinTenant, (bulletin.id, contact.tenant_id))
        if bulletin.written_at is None or went_to is None:
            continue
        until = not_after(bulletin)
        desk = desk_of(bulletin, now)
        if (until is None or until > now) and not _has_mail(desk.announcement.id, contact):
            told = Told(not_after=until, joined_late=went_to.joined_late)
            mails += desk.queue({contact.tenant_id: told}, readers, now)
        if bulletin.kind is BulletinKind.URGENT:
            _list_to_call(bulletin, readers)
    return mails


def addressed(bulletin: Bulletin) -> Any:
    """A query for the tenants to which a draft would go."""
    if bulletin.follows_id is not None:
        return select(BulletinTenant.tenant_id).where(BulletinTenant.bulletin_id == bulletin.follows_id)
    if bulletin.all_tenants:
        return select(Tenant.id).where(Tenant.product_id == bulletin.product_id)
    return select(BulletinTenant.tenant_id).where(BulletinTenant.bulletin_id == bulletin.id)


def _write_down(bulletin: Bulletin, tenant_ids: list[int]) -> None:
    """Keep to whom it went: a tenant that joins later was not addressed."""
    there = set(db.session.scalars(select(BulletinTenant.tenant_id).where(BulletinTenant.bulletin_id == bulletin.id)))
    rows = [{"bulletin_id": bulletin.id, "tenant_id": one} for one in tenant_ids if one not in there]
    if rows:
        db.session.execute(insert(BulletinTenant), rows)


def _readers(bulletin: Bulletin, contacts: Iterable[Any]) -> list[Any]:
    """Contacts who get it; a newsletter skips those who asked for none."""
    if bulletin.kind is BulletinKind.NEWSLETTER:
        return [one for one in contacts if one.unsubscribed_at is None]
    return list(contacts)


def desk_of(bulletin: Bulletin, now: datetime) -> Desk:
    """The desk of a bulletin; its letters are rendered once, when it leaves."""
    announcement = db.session.scalars(select(Announcement).where(Announcement.bulletin_id == bulletin.id)).one_or_none()
    if announcement is None:
        announcement = Announcement(
            product_id=bulletin.product_id,
            bulletin_id=bulletin.id,
            kind=Kind(bulletin.kind.value),
            says=Says.PLANNED,
            plan_revision=1,
            created_at=now,
        )
        db.session.add(announcement)
        db.session.flush()
        thread = f"bulletin-{bulletin.follows_id or bulletin.id}"
        for language in LANGUAGES:
            with force_locale(language):
                content = of_bulletin(bulletin, language)
                db.session.add(letter_of(content, language, thread, now, announcement.id))
        db.session.flush()
    letters = db.session.scalars(select(Letter).where(Letter.announcement_id == announcement.id))
    return Desk(
        bulletin.product,
        announcement,
        {letter.language: letter for letter in letters},
        f"/announcements/{bulletin.id}",
        urgent=bulletin.kind is BulletinKind.URGENT,
        own=_way_out if bulletin.kind is BulletinKind.NEWSLETTER else None,
    )


def _way_out(contact: Any) -> dict[str, str]:
    """The contact's own address to unsubscribe, in the letter and in the header of the mail (RFC 8058)."""
    return {"unsubscribe": unsubscribe_url(contact.id, contact.email)}


def not_after(bulletin: Bulletin) -> datetime | None:
    """Until when a bulletin that was announced makes sense as a mail."""
    if bulletin.kind is BulletinKind.TERMS or bulletin.announced_at is None:
        return bulletin.effective_at
    return bulletin.announced_at + (URGENT_FOR if bulletin.kind is BulletinKind.URGENT else NEWSLETTER_FOR)


def _list_to_call(bulletin: Bulletin, readers: Sequence[Any]) -> None:
    there = set(db.session.scalars(select(BulletinCall.contact_id).where(BulletinCall.bulletin_id == bulletin.id)))
    rows = [
        {
            "bulletin_id": bulletin.id,
            "tenant_id": one.tenant_id,
            "contact_id": one.id,
            "name": one.name,
            "phone": one.phone,
            "state": CallState.TO_CALL,
            "outcome": "",
            "called_by": "",
        }
        for one in readers
        if one.id not in there
    ]
    if rows:
        db.session.execute(insert(BulletinCall), rows)


def _has_mail(announcement_id: int, contact: Contact) -> bool:
    found = db.session.scalars(
        select(OutboxMessage.id).where(
            OutboxMessage.announcement_id == announcement_id,
            OutboxMessage.contact_id == contact.id,
            OutboxMessage.address == contact.email,
        )
    ).first()
    return found is not None
