"""A contact's own new address: it is used once whoever reads it has said so, because it is the way in."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select

from accounts.contact_letters import ask_to_confirm, tell_moved, tell_replaced
from accounts.letters import address_of
from accounts.people import let_in, user_with
from evidence.actors import Actor, Role
from storage import db
from tenants.contacts import alter_contact, facts_of_contact
from tenants.models import Contact

GOOD_FOR = timedelta(days=3)


def ask_for(contact: Contact, address: str, now: datetime) -> None:
    """Mail a link to a new address, in the running transaction; until it is followed nothing changes."""
    token = _signer().dumps([contact.id, _mark(contact.email), address])
    ask_to_confirm(contact, address, address_of(f"/address/{token}"), now)


def contact_to_change(token: str) -> tuple[Contact, str] | None:
    """The contact and the new address that a link stands for; None where it is used, too old, or not ours."""
    try:
        contact_id, mark, address = _signer().loads(token, max_age=int(GOOD_FOR.total_seconds()))
    except (BadSignature, ValueError, TypeError):
        return None
    contact = db.session.get(Contact, contact_id)
    return (contact, address) if contact is not None and _mark(contact.email) == mark else None


def confirm_address(token: str, now: datetime) -> Contact | None:
    """Use the new address from now on; None for a link that no longer works.

    The account keeps its password, and neither session nor link, where no other tenant knows it by the old address;
    else the new one gets its own. Raises Conflict where another contact of the tenant has the address by now.
    """
    found = contact_to_change(token)
    if found is None:
        return None
    contact, address = found
    old = contact.email
    by = Actor(old, Role.CONTACT)
    alter_contact(contact, replace(facts_of_contact(contact), email=address), by, now)
    user = user_with(old)
    if user is not None and user.password and user_with(address) is None and not _is_known_elsewhere(old):
        # Whoever reads the old address may hold a link that lets in: all of those end, and so do the sessions.
        user.email, user.fs_uniquifier = address, secrets.token_hex(32)
        tell_moved(contact, now)
    else:
        let_in(contact, by, now)
    tell_replaced(contact, old, now)
    db.session.commit()
    return contact


def _is_known_elsewhere(address: str) -> bool:
    return db.session.scalar(select(Contact.id).where(Contact.email == address).limit(1)) is not None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        current_app.config["SECRET_KEY"], salt="own-address", signer_kwargs={"digest_method": sha256}
    )


def _mark(address: str) -> str:
    return sha256(address.encode()).hexdigest()[:16]
