"""Who may change a tenant's contacts, and what of it is put on record."""

from datetime import UTC, datetime

from sqlalchemy import select

from evidence.actors import Actor, May, Role, require
from evidence.chain import Happening, Kind, append
from storage import db
from tenants.models import Contact


def require_contacts_of(tenant_id: int, by: Actor) -> None:
    """Raise NotAllowed where somebody is neither a manager nor a contact of this very tenant."""
    if by.role is not Role.CONTACT or _own(tenant_id, by) is None:
        require(by, May.MANAGE)


def record_name(tenant_id: int, by: Actor) -> str:
    """Who did it, as it stands in the evidence: of a contact its number, because the chain holds no customer's name."""
    own = _own(tenant_id, by) if by.role is Role.CONTACT else None
    return _signature(own) if own is not None else by.name


def signature_of(contact: Contact) -> str:
    """The name under which the evidence has what a contact did."""
    return _signature(contact.id)


def put_on_record(
    kind: Kind, contact: Contact, by: Actor, now: datetime | None, signature: str = "", **facts: list[str]
) -> None:
    """Put what happened to a contact into the evidence, in the running transaction."""
    name = signature or record_name(contact.tenant_id, by)
    append([happening(kind, contact, name, **facts)], now or datetime.now(UTC))


def happening(kind: Kind, contact: Contact, name: str, **facts: list[str]) -> Happening:
    """What happened to a contact, by whom, as the evidence has it: by its number alone."""
    return Happening(kind, name, contact.tenant_id, {"contact": contact.id} | facts)


def _signature(contact_id: int) -> str:
    return f"contact {contact_id}"


def _own(tenant_id: int, by: Actor) -> int | None:
    return db.session.scalar(select(Contact.id).where(Contact.tenant_id == tenant_id, Contact.email == by.name))
