"""The way out of the demonstration for who came in as one of its people: an account of one's own goes first."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from accounts.models import User
from accounts.people import create_user, mail_new_password_link
from demo.loading import loaded
from demo.people import PEOPLE
from demo.removing import take_away
from evidence.actors import Actor, May, Role, require
from storage import Refused, db
from tenants import checks


def is_invented(email: str) -> bool:
    """Whether an account is one of the demonstration's, which go with it."""
    return email in {person.email for person in PEOPLE}


def leave(by: Actor, now: datetime, own_address: str = "", locale: str = "nl") -> User | None:
    """Remove the demonstration; returns the administrator who stays, where ``by`` is one of the demonstration's people.

    That is a new account for ``own_address``, so that somebody can come in afterwards; a link to it is mailed as well,
    in ``locale``. Other products stay as they are. Raises Refused where there is no demonstration, for an address that
    cannot be used, or where somebody wrote in it at the same moment.
    """
    require(by, May.ADMINISTER)
    product = loaded()
    if product is None:
        raise Refused("demonstration", _("There is no demonstration here any more."))
    stays = _administrator(own_address, by, now) if is_invented(by.name) else None
    try:
        take_away(product, by, now)
    except IntegrityError as error:
        words = _("Something was written in the demonstration at the same moment. Nothing is removed; try it again.")
        raise Refused("demonstration", words) from error
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
