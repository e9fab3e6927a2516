"""The way out of the demonstration for who came in as one of its people: an account of one's own goes first."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from accounts.models import User
from accounts.people import create_user, mail_new_password_link
from demo.loading import beside_it, loaded
from demo.people import PEOPLE
from demo.removing import clear
from evidence.actors import Actor, May, Role, require
from storage import Refused, db
from tenants import checks


def is_invented(email: str) -> bool:
    """Whether an account is one of the demonstration's, which go with it."""
    return email in {person.email for person in PEOPLE}


def leave(by: Actor, now: datetime, own_address: str = "", locale: str = "nl") -> User | None:
    """Remove the demonstration; returns the administrator who stays, where ``by`` is one of the demonstration's people.

    That is a new account for ``own_address``, so that somebody can come in afterwards; a link to it is mailed as well,
    in ``locale``. Raises Refused where there is no demonstration, where another product stands beside it, or for an
    address that cannot be used.
    """
    require(by, May.ADMINISTER)
    if loaded() is None:
        raise Refused("demonstration", _("There is no demonstration here any more."))
    if beside_it():
        words = _("Another product stands beside it: what belongs to which cannot be told apart any more.")
        raise Refused("demonstration", words)
    stays = _administrator(own_address, by, now) if is_invented(by.name) else None
    clear()
    if stays is not None:
        stays.locale = locale
        mail_new_password_link(stays, now)
    db.session.commit()
    return stays


def _administrator(own_address: str, by: Actor, now: datetime) -> User:
    address = checks.email("email", own_address)
    if db.session.scalars(select(User.id).where(User.email == address)).one_or_none() is not None:
        # Whoever has it already signs in with it; nobody else gets a link to it.
        raise Refused("email", _("This address has an account already: sign in with it, and leave from there."))
    return create_user(address, Role.ADMIN, by, now)
