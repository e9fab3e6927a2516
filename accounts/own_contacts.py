"""Verbs by which a tenant keeps its own contacts, one transaction each (SLA 4.1): who changes is told, or invited."""

from dataclasses import replace
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from accounts.contact_letters import tell_removed, tell_replaced
from accounts.models import User
from accounts.own_address import ask_for
from accounts.own_pace import require_pace
from accounts.people import let_in, user_with
from evidence.actors import Actor, Role
from storage import Conflict, Refused, db
from tenants.contacts import ContactFacts, alter_contact, checked_contact, leave, new_contact
from tenants.contacts_on_record import require_contacts_of
from tenants.models import Contact, Tenant
from tenants.queries import contact_with


def add_and_let_in(tenant: Tenant, facts: ContactFacts, by: Actor, now: datetime) -> Contact:
    """Appoint a contact and invite it, both or neither. Raises as ``add_contact`` does, and Refused too often.

    Source: SLA 4.1.
    """
    require_contacts_of(tenant.id, by)
    contact = new_contact(tenant, facts, by, now)
    require_pace(tenant, contact.email, by, now)
    let_in(contact, by, now)
    db.session.commit()
    return contact


def change_with_care(contact: Contact, facts: ContactFacts, by: Actor, now: datetime) -> str:
    """Change a contact; return the new address that must be confirmed before it counts, empty for none.

    One's own address waits for its reader: a slip of the pen would lock its owner out. Somebody else's is changed at
    once and invited, as a new contact is, and the old one is told. Raises as ``change_contact`` does.
    """
    require_contacts_of(contact.tenant_id, by)
    address, old = checked_contact(facts, contact.name).email, contact.email
    waits = address if by.name == old and address != old else ""
    if waits:
        _require_free(contact, address)
        facts = replace(facts, email=old)
    alter_contact(contact, facts, by, now)
    if address != old:
        require_pace(contact.tenant, address, by, now)
    if waits:
        ask_for(contact, address, now)
    elif address != old:
        let_in(contact, by, now)
        tell_replaced(contact, old, now)
    db.session.commit()
    return waits


def invite_again(contact: Contact, by: Actor, now: datetime) -> None:
    """Mail a contact a link to choose a password. Raises Refused where that was done too often."""
    require_contacts_of(contact.tenant_id, by)
    require_pace(contact.tenant, contact.email, by, now)
    let_in(contact, by, now)
    db.session.commit()


def remove_and_tell(contact: Contact, by: Actor, now: datetime) -> None:
    """Remove a contact and tell it so. Raises Refused for the last one, as ``remove_contact`` does."""
    require_contacts_of(contact.tenant_id, by)
    tell_removed(contact, now)
    leave(contact, by, now)
    db.session.commit()


def accounts_of(contacts: list[Contact]) -> dict[str, User]:
    """The accounts of some contacts by address; one without a password has not been used yet."""
    addresses = [one.email for one in contacts]
    return {user.email: user for user in db.session.scalars(select(User).where(User.email.in_(addresses)))}


def _require_free(contact: Contact, address: str) -> None:
    if contact_with(contact.tenant, address) is not None:
        raise Conflict("email", _("This is the address of a contact already."))
    user = user_with(address)
    if user is not None and user.role is not Role.CONTACT:
        raise Refused("email", _("This address belongs to somebody with another kind of account."))
