"""Verbs on a tenant's contacts, one transaction each; three at most (SLA 4.1).

Managers may change those of every tenant, a contact those of its own. Each change is on record.
"""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor
from evidence.chain import Kind
from outbox.services import cancel_for_contact
from sla.terms import CONTACTS_PER_TENANT
from storage import AllAtOnce, Conflict, Refused, db
from tenants import checks
from tenants.contacts_on_record import put_on_record, record_name, require_contacts_of
from tenants.models import Contact, Tenant


@dataclass(frozen=True)
class ContactFacts:
    """What a person says of a contact; texts as typed."""

    name: str
    email: str
    phone: str = ""
    locale: str = "nl"


def facts_of_contact(contact: Contact) -> ContactFacts:
    """What is said of a contact now."""
    return ContactFacts(contact.name, contact.email, contact.phone, contact.locale)


class TooManyContacts(Conflict):
    """A fourth contact was asked for."""

    clause = "SLA 4.1"

    def __init__(self, field: str = "email", way_out: str = "") -> None:
        taken = _("All three places for contacts are taken, which is the most there may be (SLA 4.1).")
        way_out = way_out or _("Remove one first.")
        super().__init__(field, f"{taken} {way_out}")


def add_contact(tenant: Tenant, facts: ContactFacts, by: Actor, now: datetime | None = None) -> Contact:
    """Appoint a contact. What lies ahead of the tenant is announced to it too, at the next tick.

    Raises TooManyContacts for a fourth, whoever asks at the same moment; Conflict for an address the tenant has
    already; Refused for a value that cannot be used. Source: SLA 4.1.
    """
    require_contacts_of(tenant.id, by)
    contact = new_contact(tenant, facts, by, now)
    db.session.commit()
    return contact


def new_contact(
    tenant: Tenant, facts: ContactFacts, by: Actor, now: datetime | None = None, signature: str = ""
) -> Contact:
    """Make a contact's row in the running transaction; ``signature`` is who did it, where that row is gone by now."""
    checked = checked_contact(facts)
    _wait_for_others(tenant.id)
    others = db.session.execute(select(Contact.slot, Contact.email).where(Contact.tenant_id == tenant.id)).all()
    if any(email == checked.email for _slot, email in others):
        db.session.rollback()
        raise Conflict("email", _("This is the address of a contact already."))
    taken = {slot for slot, _email in others}
    slot = next((slot for slot in range(1, CONTACTS_PER_TENANT + 1) if slot not in taken), None)
    if slot is None:
        db.session.rollback()
        raise TooManyContacts
    contact = Contact(
        tenant_id=tenant.id,
        slot=slot,
        name=checked.name,
        email=checked.email,
        phone=checked.phone,
        locale=checked.locale,
    )
    db.session.add(contact)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise TooManyContacts from None
    put_on_record(Kind.CONTACT_ADDED, contact, by, now, signature)
    return contact


def change_contact(contact: Contact, facts: ContactFacts, by: Actor, now: datetime | None = None) -> None:
    """Change a contact. A new address is told of what lies ahead; what waits for the old one is not sent any more.

    Raises as ``add_contact`` does, but for the number.
    """
    require_contacts_of(contact.tenant_id, by)
    alter_contact(contact, facts, by, now)
    db.session.commit()


def alter_contact(contact: Contact, facts: ContactFacts, by: Actor, now: datetime | None = None) -> None:
    """The same in the running transaction."""
    checked = checked_contact(facts, contact.name)
    _waited_for(contact)
    changed = sorted(name for name in vars(checked) if getattr(contact, name) != getattr(checked, name))
    # Asked before the address changes by which a contact is known.
    signature = record_name(contact.tenant_id, by)
    if "email" in changed:
        cancel_for_contact(contact.id)
        contact.caught_up_at = None
    contact.name, contact.email = checked.name, checked.email
    contact.phone, contact.locale = checked.phone, checked.locale
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise Conflict("email", _("This is the address of a contact already.")) from None
    if changed:
        put_on_record(Kind.CONTACT_CHANGED, contact, by, now, signature, fields=changed)


def remove_contact(contact: Contact, by: Actor, now: datetime | None = None) -> None:
    """Remove a contact; its slot is free again. Raises Refused for the last one: somebody must be told."""
    require_contacts_of(contact.tenant_id, by)
    leave(contact, by, now)
    db.session.commit()


def leave(contact: Contact, by: Actor, now: datetime | None = None) -> None:
    """The same in the running transaction."""
    if len(_waited_for(contact)) == 1:
        db.session.rollback()
        raise Refused("contact", _("This is the last contact. Add another one first: somebody must hear from us."))
    _drop(contact, by, now)


def give_place(contact: Contact, by: Actor, now: datetime) -> None:
    """Remove a contact, be it the last one, in the running transaction in which another takes its place."""
    _waited_for(contact)
    _drop(contact, by, now)


def _drop(contact: Contact, by: Actor, now: datetime | None) -> None:
    cancel_for_contact(contact.id)
    put_on_record(Kind.CONTACT_REMOVED, contact, by, now)
    db.session.delete(contact)
    db.session.flush()


def _waited_for(contact: Contact) -> list[int]:
    """Let one person at a time change the contacts of a tenant; return who they are then.

    Raises Conflict where this one was removed meanwhile.
    """
    _wait_for_others(contact.tenant_id)
    ids = list(db.session.scalars(select(Contact.id).where(Contact.tenant_id == contact.tenant_id)))
    if contact.id not in ids:
        db.session.rollback()
        raise Conflict("contact", _("Somebody else has just removed this contact."))
    return ids


def _wait_for_others(tenant_id: int) -> None:
    """Let one person change the contacts of a tenant at a time; the constraint on the slots stands behind it."""
    db.session.execute(select(Tenant.id).where(Tenant.id == tenant_id).with_for_update(key_share=True))


def checked_contact(facts: ContactFacts, standing: str | None = None) -> ContactFacts:
    """The facts in one form; ``standing`` is the name there is. Raises Refused for all that cannot be used."""
    with AllAtOnce() as each:
        return ContactFacts(
            # One that was taken over before names were looked at stays as it is.
            name=facts.name if facts.name == standing else each(checks.name, "name", facts.name, most=160),
            email=each(checks.email, "email", facts.email),
            phone=each(checks.phone, "phone", facts.phone),
            locale=each(checks.language, "locale", facts.locale),
        )
