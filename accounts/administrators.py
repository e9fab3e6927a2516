"""One who administers always stays, whoever gives up or takes away what at the same moment."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from accounts.models import User
from evidence.actors import Role
from storage import Conflict, db


def administrators() -> Sequence[str]:
    """The addresses of those who administer and have come in, in order: whom to ask."""
    return db.session.scalars(_who_can(User.email).order_by(User.email)).all()


def keep_another(user: User) -> None:
    """Raise Conflict where nobody but this person administers; ask before it no longer does.

    Whoever asks at the same moment waits until this transaction has ended, and then sees what became of it.
    """
    others = db.session.scalars(_who_can(User.id).order_by(User.id).with_for_update()).all()
    if set(others) <= {user.id}:
        raise Conflict(
            "role", _("Nobody else administers: make somebody else an administrator first, who has signed in.")
        )


def _who_can(column: Any) -> Select[Any]:
    # Who was invited and never came in may have no such address: nobody can rest on that one.
    return select(column).where(User.role == Role.ADMIN, User.active.is_(True), User.password.is_not(None))
