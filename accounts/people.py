"""Verbs on people who sign in: make, invite, and the mails about their account."""

import secrets
from datetime import datetime

from flask import current_app
from flask_babel import gettext as _
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import select

from accounts.access_letters import mail_password_link, tell_of_access
from accounts.administrators import keep_another
from accounts.models import User
from evidence.actors import THE_CLOCK, Actor, May, Role, require
from evidence.chain import Happening, Kind, append
from storage import Refused, db
from tenants import checks
from tenants.contacts import ContactFacts, new_contact
from tenants.contacts_on_record import require_contacts_of
from tenants.models import Contact, Tenant
from tenants.queries import contact_with


def create_user(email: str, role: Role, by: Actor, now: datetime, *, tenant: Tenant | None = None) -> User:
    """Make a person's account, or return the one that stands under this address, let in with the role asked for.

    A contact must belong to a tenant: it is appointed there when it is not yet, within the three (SLA 4.1). Raises
    Refused for a value that cannot be used.
    """
    require(by, May.ADMINISTER if role is not Role.CONTACT else May.MANAGE)
    user = account_for(email, role, by, now, tenant)
    db.session.commit()
    return user


def account_for(email: str, role: Role, by: Actor, now: datetime, tenant: Tenant | None = None) -> User:
    """The same in the running transaction, for who was asked already whether it may; goes on record last."""
    address = checks.email("email", email)
    if (role is Role.CONTACT) != (tenant is not None):
        raise Refused("tenant", _("A contact belongs to a tenant; people of the vendor do not."))
    user = user_with(address)
    if user is not None and (user.role is Role.CONTACT) != (role is Role.CONTACT):
        raise Refused("email", _("This address belongs to somebody with another kind of account."))
    if tenant is not None and contact_with(tenant, address) is None:
        new_contact(tenant, ContactFacts(address.split("@")[0], address, locale=tenant.locale), by, now)
    if user is None:
        user = new_user(address, tenant.locale if tenant is not None else "nl", now)
        db.session.add(user)
        happened = Kind.COLLEAGUE_ADDED
    elif not user.active and role is not Role.CONTACT:
        user.active, happened = True, Kind.COLLEAGUE_OPENED
    elif user.role is not role:
        if user.role is Role.ADMIN:
            keep_another(user)
        happened = Kind.COLLEAGUE_ROLE
    else:
        return user
    user.role = role
    db.session.flush()
    if role is not Role.CONTACT:
        put_on_record(happened, user, by, now)
    return user


def new_user(address: str, locale: str, now: datetime) -> User:
    """The row of somebody who has chosen no password yet; not added, and without a role."""
    return User(email=address, fs_uniquifier=secrets.token_hex(32), locale=locale, created_at=now, active=True)


def note_sign_in(user: User, now: datetime) -> None:
    """Write down that a person came in, in the running transaction."""
    user.signed_in_at = now


def put_on_record(kind: Kind, user: User, by: Actor, now: datetime) -> None:
    """Put what happened to an account of the vendor's into the evidence, in the running transaction."""
    append([Happening(kind, by.name, None, {"person": user.id, "role": user.role.value})], now)


def user_with(address: str) -> User | None:
    """The account that stands under an address."""
    return db.session.scalars(select(User).where(User.email == address)).one_or_none()


def sign_in_link(user: User) -> str:
    """Return an address where the person chooses a password; it works once, for a fortnight."""
    return f"{current_app.config['BASE_URL']}/welcome/{generate_reset_password_token(user)}"


def invite(contact: Contact, by: Actor, now: datetime) -> User:
    """Give a contact access to the portal, by a mail with a link to choose a password."""
    require_contacts_of(contact.tenant_id, by)
    user = let_in(contact, by, now)
    db.session.commit()
    return user


def let_in(contact: Contact, by: Actor, now: datetime) -> User:
    """The same in the running transaction, for who was asked already whether it may.

    Who signs in already, at another tenant, keeps the password and is told so.
    """
    user = account_for(contact.email, Role.CONTACT, by, now, contact.tenant)
    user.locale, user.invited_at = contact.locale, now
    tell_of_access(contact, "" if user.password else sign_in_link(user), now)
    return user


def mail_new_password_link(user: User, now: datetime) -> None:
    """Mail a person a link to choose a new password; a contact who has none yet is invited."""
    contact = first_contact_with(user.email) if user.is_contact else None
    if contact is not None and user.password is None:
        let_in(contact, THE_CLOCK, now)
    else:
        mail_password_link(user.email, user.locale, sign_in_link(user), contact, now)
    db.session.commit()


def invite_who_never_was(email: str, now: datetime) -> None:
    """Invite a contact who asks for a new password before anybody invited it; nobody else gets a mail."""
    try:
        contact = first_contact_with(checks.email("email", email))
    except Refused:
        return
    if contact is not None and user_with(contact.email) is None:
        let_in(contact, THE_CLOCK, now)
        db.session.commit()


def first_contact_with(address: str) -> Contact | None:
    """The contact who has an address; of the tenant that appointed it first, where there are more."""
    return db.session.scalars(select(Contact).where(Contact.email == address).order_by(Contact.id).limit(1)).first()


def tenants_of(user: User) -> list[Tenant]:
    """The tenants that appointed this person, by name; none for people of the vendor."""
    if user.role is not Role.CONTACT:
        return []
    return list(
        db.session.scalars(select(Tenant).join(Contact).where(Contact.email == user.email).order_by(Tenant.name))
    )
