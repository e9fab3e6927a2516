"""A bulletin leaves: its letters, a mail for each contact, and who is to be called. One transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import insert, select

from announcements import bulletins_on_record
from announcements.bulletin_contents import of_bulletin
from announcements.bulletins import BulletinFacts, lock_draft, new_draft
from announcements.models import Announcement, Bulletin, BulletinCall, BulletinKind, BulletinTenant, CallState, Kind
from announcements.readers import Desk, Told, contacts_of
from announcements.rendering import letter_of
from announcements.unsubscribing import unsubscribe_url
from evidence.actors import Actor, May, require
from evidence.chain import append
from outbox.models import Letter, OutboxMessage
from schedules.notices import Says
from storage import Refused, db
from tenants.models import LANGUAGES, Contact, Product, Tenant

# After this it is not mailed any more: who reads of an incident days later is only startled.
URGENT_FOR = timedelta(hours=24)
NEWSLETTER_FOR = timedelta(days=7)


def announce_bulletin(bulletin: Bulletin, by: Actor, now: datetime, *, revision: int) -> int:
    """Put a bulletin into the outbox, a mail for each contact in the contact's language. Returns the number of mails.

    Whoever presses twice, or two people at the same moment: it goes out once, and the later one gets Conflict, as for
    words that changed since ``revision``. Raises Refused where a second person must do it, where terms took effect
    already, or where there is nobody to tell.
    """
    require(by, May.MANAGE)
    lock_draft(bulletin, revision)
    try:
        _may_leave(bulletin, by, now)
    except Refused:
        db.session.rollback()
        raise
    if not _addressed(bulletin):
        _nobody_to_tell()
    mails = leave(bulletin, by, now)
    db.session.commit()
    return mails


def write_and_announce(
    product: Product, kind: BulletinKind, facts: BulletinFacts, by: Actor, now: datetime
) -> Bulletin:
    """Write a bulletin and announce it, in one commit.

    It stays a draft where somebody else must announce it: because of the writer's role, or because the product asks
    for a second person. Raises as ``draft_bulletin`` and ``announce_bulletin`` do.
    """
    bulletin = new_draft(product, kind, facts, by, now)
    if by.may(May.MANAGE) and not _second_person(bulletin):
        if not _addressed(bulletin):
            _nobody_to_tell()
        leave(bulletin, by, now)
    db.session.commit()
    return bulletin


def leave(bulletin: Bulletin, by: Actor, now: datetime) -> int:
    """Write all that announcing writes, in the running transaction and as its last statement; returns the mails."""
    tenant_ids = _addressed(bulletin)
    _write_down(bulletin, tenant_ids)
    readers = _readers(bulletin, contacts_of(tenant_ids))
    desk = _desk(bulletin, now)
    bulletin.announced_at, bulletin.announced_by = now, by.name
    mails = desk.queue(dict.fromkeys(tenant_ids, Told(not_after=_not_after(bulletin, now))), readers, now)
    if bulletin.kind is BulletinKind.URGENT:
        _list_to_call(bulletin, readers)
    db.session.flush()
    # Last: whoever appends holds the end of the chain, and must not wait for rows that another holds.
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
        if bulletin.announced_at is None or not _went_to(bulletin, contact.tenant_id):
            continue
        not_after = _not_after(bulletin, bulletin.announced_at)
        desk = _desk(bulletin, now)
        if (not_after is None or not_after > now) and not _has_mail(desk.announcement.id, contact):
            mails += desk.queue({contact.tenant_id: Told(not_after=not_after)}, readers, now)
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


def _may_leave(bulletin: Bulletin, by: Actor, now: datetime) -> None:
    if _second_person(bulletin) and bulletin.written_by == by.name:
        raise Refused("approval", _("You wrote this. For this product somebody else must announce it."))
    if bulletin.effective_at is not None and bulletin.effective_at <= now:
        raise Refused(
            "effective_on",
            _("Contacts are always told ahead of changed terms (SLA 6.1). Choose a day that is still to come."),
        )


def _second_person(bulletin: Bulletin) -> bool:
    # An incident cannot wait for a second person (SLA 4.1).
    return bulletin.product.needs_approval and bulletin.kind is not BulletinKind.URGENT


def _nobody_to_tell() -> NoReturn:
    db.session.rollback()
    raise Refused("tenants", _("There is no tenant to tell."))


def _addressed(bulletin: Bulletin) -> list[int]:
    return sorted(db.session.scalars(addressed(bulletin)))


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


def _desk(bulletin: Bulletin, now: datetime) -> Desk:
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


def _not_after(bulletin: Bulletin, announced_at: datetime) -> datetime | None:
    if bulletin.kind is BulletinKind.TERMS:
        return bulletin.effective_at
    return announced_at + (URGENT_FOR if bulletin.kind is BulletinKind.URGENT else NEWSLETTER_FOR)


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


def _went_to(bulletin: Bulletin, tenant_id: int) -> bool:
    return db.session.get(BulletinTenant, (bulletin.id, tenant_id)) is not None


def _has_mail(announcement_id: int, contact: Contact) -> bool:
    found = db.session.scalars(
        select(OutboxMessage.id).where(
            OutboxMessage.announcement_id == announcement_id,
            OutboxMessage.contact_id == contact.id,
            OutboxMessage.address == contact.email,
        )
    ).first()
    return found is not None
