"""The way out of the demonstration; who came in as one of its people gets an account of one's own."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError, OperationalError

from accounts.access_letters import tell_colleague
from accounts.models import User
from accounts.people import account_for, sign_in_link, user_with
from demo.people import PEOPLE
from demo.removing import take_away
from evidence.actors import Actor, May, Role, require
from schedules.errors import refuse
from storage import Refused, db
from tenants import checks

# PostgreSQL: a lock that was not to be waited for, and two that wait for each other.
_HELD = frozenset({"55P03", "40P01"})


def is_invented(email: str) -> bool:
    """Whether an account is one of the demonstration's, which go with it."""
    return email in {person.email for person in PEOPLE}


def leave(by: Actor, now: datetime, own_address: str = "", locale: str = "nl") -> User | None:
    """Remove the demonstration; returns the administrator who stays, where ``by`` is one of the demonstration's people.

    That is a new account for ``own_address``, so that somebody can come in afterwards; a link to it is mailed as well,
    in ``locale``. Raises Refused, with nothing written, where there is no demonstration, for an address that cannot be
    used, or where somebody wrote in it at the same moment.
    """
    require(by, May.ADMINISTER)
    address = _free(own_address) if is_invented(by.name) else None
    try:
        take_away(by, now)
        # Not before: whoever puts something on record keeps everybody else waiting.
        stays = _administrator(address, locale, by, now) if address is not None else None
        db.session.commit()
    except (IntegrityError, OperationalError) as error:
        if not _is_somebody_elses(error):
            raise
        refuse(
            "demonstration",
            _("Something was written in the demonstration at the same moment. Nothing is removed; try it again."),
        )
    return stays


def _is_somebody_elses(error: IntegrityError | OperationalError) -> bool:
    """Whether somebody else's row or lock was in the way; a disk that is full comes as such an error too."""
    return isinstance(error, IntegrityError) or (
        getattr(error.orig, "sqlstate", None) in _HELD or "database is locked" in str(error.orig)
    )


def _free(own_address: str) -> str:
    address = checks.email("email", own_address)
    if user_with(address) is not None:
        # Whoever has it already signs in with it; nobody else gets a link to it.
        raise Refused("email", _("This address has an account already: sign in with it, and leave from there."))
    return address


def _administrator(address: str, locale: str, by: Actor, now: datetime) -> User:
    # While we waited for others, somebody may have been let in under it.
    user = account_for(_free(address), Role.ADMIN, by, now)
    user.locale, user.invited_at = locale, now
    tell_colleague(user, sign_in_link(user), now, themselves=True)
    return user
