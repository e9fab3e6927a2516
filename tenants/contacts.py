"""Verbs on a tenant's contacts, one transaction each; three at most (SLA 4.1)."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor, May, require
from outbox.services import cancel_for_contact
from sla.terms import CONTACTS_PER_TENANT
from storage import Conflict, Refused, db
from tenants import checks
from tenants.models import Contact, Tenant


@dataclass(frozen=True)
class ContactFacts:
    """What a person says of a contact; texts as typed."""

    name: str
    email: str
    phone: str = ""
    locale: str = "nl"


class TooManyContacts(Conflict):
    """A fourth contact was asked for."""

    clause = "SLA 4.1"

    def __init__(self) -> None:
        super().__init__(
            "email",
            _("This tenant has its three contacts, which is the most there may be (SLA 4.1). Remove one first."),
        )


def add_contact(tenant: Tenant, facts: ContactFacts, by: Actor) -> Contact:
    """Appoint a contact. What lies ahead of the tenant is announced to it too, at the next tick.

    Raises TooManyContacts for a fourth, whoever asks at the same moment; Conflict for an address the tenant has
    already; Refused for a value that cannot be used.
    """
    require(by, May.MANAGE)
    contact = new_contact(tenant, facts)
    db.session.commit()
    return contact


def new_contact(tenant: Tenant, facts: ContactFacts) -> Contact:
    """Make a contact's row in the running transaction."""
    checked = _checked(facts)
    _wait_for_others(tenant.id)
    others = db.session.execute(select(Contact.slot, Contact.email).where(Contact.tenant_id == tenant.id)).all()
    if any(email == checked.email for _slot, email in others):
        db.session.rollback()
        raise Conflict("email", _("This address is a contact of this tenant already."))
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
    return contact


def change_contact(contact: Contact, facts: ContactFacts, by: Actor) -> None:
    """Change a contact. A new address is told of what lies ahead; what waits for the old one is not sent any more.

    Raises as ``add_contact`` does, but for the number.
    """
    require(by, May.MANAGE)
    checked = _checked(facts)
    if checked.email != contact.email:
        cancel_for_contact(contact.id)
        contact.caught_up_at = None
    contact.name, contact.email = checked.name, checked.email
    contact.phone, contact.locale = checked.phone, checked.locale
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise Conflict("email", _("This address is a contact of this tenant already.")) from None


def remove_contact(contact: Contact, by: Actor) -> None:
    """Remove a contact; its slot is free again. Raises Refused for the last one: somebody must be told."""
    require(by, May.MANAGE)
    _wait_for_others(contact.tenant_id)
    number = len(db.session.scalars(select(Contact.id).where(Contact.tenant_id == contact.tenant_id)).all())
    if number == 1:
        db.session.rollback()
        raise Refused("contact", _("This is the last contact. Add another one first: somebody must hear from us."))
    cancel_for_contact(contact.id)
    db.session.delete(contact)
    db.session.commit()


def _wait_for_others(tenant_id: int) -> None:
    """Let one person change the contacts of a tenant at a time; the constraint on the slots stands behind it."""
    db.session.execute(select(Tenant.id).where(Tenant.id == tenant_id).with_for_update(key_share=True))


def _checked(facts: ContactFacts) -> ContactFacts:
    return ContactFacts(
        name=checks.line("name", facts.name, most=160),
        email=checks.email("email", facts.email),
        phone=checks.phone("phone", facts.phone),
        locale=checks.language("locale", facts.locale),
    )
