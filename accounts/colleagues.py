"""Verbs on the vendor's own people: let in, given another role, let in no more. One administrator always stays."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from accounts.access_letters import tell_colleague
from accounts.administrators import keep_another
from accounts.models import User
from accounts.people import new_user, put_on_record, sign_in_link, user_with
from evidence.actors import Actor, May, Role, require
from evidence.chain import Kind
from storage import Conflict, Refused, db
from tenants import checks
from tenants.models import LANGUAGES

ROLES = tuple(role for role in Role if role is not Role.CONTACT)


def colleagues() -> Sequence[User]:
    """The vendor's own people by address, those who are let in no more last."""
    return db.session.scalars(
        select(User).where(User.role != Role.CONTACT).order_by(User.active.is_(False), User.email)
    ).all()


def colleague(user_id: int) -> User | None:
    """One of them; None for nobody, or for somebody of a tenant."""
    return db.session.scalars(select(User).where(User.id == user_id, User.role != Role.CONTACT)).one_or_none()


def colleagues_let_in() -> int:
    """How many are let in."""
    return db.session.scalar(select(func.count(User.id)).where(User.role != Role.CONTACT, User.active.is_(True))) or 0


def add_colleague(email: str, role: Role, locale: str, by: Actor, now: datetime) -> User:
    """Make an account and mail a link to choose a password. Raises Refused, or Conflict where the address has one."""
    require(by, May.ADMINISTER)
    address = checks.email("email", email)
    _check(role)
    if locale not in LANGUAGES:
        raise Refused("locale", _("Choose a language."))
    standing = user_with(address)
    if standing is not None:
        raise Conflict("email", _why_not(standing))
    user = new_user(address, locale, now)
    user.role = role
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise Conflict("email", _("This address has an account already: it is in the list.")) from None
    put_on_record(Kind.COLLEAGUE_ADDED, user, by, now)
    _invite(user, now)
    db.session.commit()
    return user


def give_role(user: User, role: Role, by: Actor, now: datetime) -> None:
    """Give a colleague another role, which holds at once. Raises Refused for one's own, Conflict for the last admin."""
    _another(user, by)
    _check(role)
    if user.role is role:
        return
    if user.role is Role.ADMIN:
        keep_another(user)
    user.role = role
    put_on_record(Kind.COLLEAGUE_ROLE, user, by, now)
    db.session.commit()


def close_account(user: User, by: Actor, now: datetime) -> None:
    """Let a colleague in no more: open pages and links that were mailed end. Raises as ``give_role`` does."""
    _another(user, by)
    if not user.active:
        return
    if user.role is Role.ADMIN:
        keep_another(user)
    user.active = False
    # Sessions and links carry it.
    user.fs_uniquifier = secrets.token_hex(32)
    put_on_record(Kind.COLLEAGUE_CLOSED, user, by, now)
    db.session.commit()


def open_account(user: User, by: Actor, now: datetime) -> None:
    """Let a colleague in again, with the role it had, by a link to choose a new password."""
    _another(user, by)
    if user.active:
        return
    user.active, user.password = True, None
    put_on_record(Kind.COLLEAGUE_OPENED, user, by, now)
    _invite(user, now)
    db.session.commit()


def mail_link_again(user: User, by: Actor, now: datetime) -> None:
    """Mail a colleague who has not come in yet the link to choose a password once more."""
    require(by, May.ADMINISTER)
    if not user.active or user.password is not None:
        raise Refused("link", _("Who has a password asks for a new one where it signs in."))
    _invite(user, now)
    db.session.commit()


def _invite(user: User, now: datetime) -> None:
    user.invited_at = now
    tell_colleague(user, sign_in_link(user), now)


def _another(user: User, by: Actor) -> None:
    require(by, May.ADMINISTER)
    if user.email == by.name:
        raise Refused("role", _("This is your own account: only another administrator can change it."))
    # What somebody else did meanwhile counts. All in one order, so that two never wait for each other.
    db.session.scalars(
        select(User)
        .where((User.role == Role.ADMIN) | (User.id == user.id))
        .order_by(User.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _check(role: Role) -> None:
    if role not in ROLES:
        raise Refused("role", _("Choose a role."))


def _why_not(standing: User) -> str:
    if standing.is_contact:
        return _("This is the address of a contact of a tenant: a colleague needs another one.")
    if not standing.active:
        return _("This address has an account that was closed: open it again in the list.")
    return _("This address has an account already: it is in the list.")
