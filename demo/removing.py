"""Leave an empty product."""

from collections.abc import Sequence

from sqlalchemy import MetaData, delete, select

from accounts.models import User
from accounts.token_models import ApiToken
from demo.loading import DEMONSTRATION, loaded, only_demonstration
from demo.people import PEOPLE
from evidence.actors import Role
from storage import db

# The vendor's own, and numbers that are never given again.
KEPT = frozenset({"alembic_version", "user_account", "api_token", "outbox_count", "revision"})
_PEOPLE = frozenset(person.email for person in PEOPLE)
# Its passwords are printed: what its people made is known to whoever read them.
_GAVE_AWAY = _PEOPLE | {DEMONSTRATION.name}


def remove() -> bool:
    """Remove the demonstration; tell whether it was there.

    The rule is simple: where the demonstration's is the only product, everything in the database belongs to it, but
    for the accounts of the vendor that somebody made, and the tokens that such a one made. Raises Refused where there
    is another product. The chain of evidence cannot be cut; it holds ids and hashes only.
    """
    if loaded() is None:
        return False
    only_demonstration("what belongs to which cannot be told apart any more")
    clear()
    db.session.commit()
    return True


def clear() -> None:
    """Remove it in the running transaction, for who has looked whether it may."""
    tables = MetaData()
    # Asked of the database, so that no table is forgotten, whichever packages happen to be imported.
    tables.reflect(bind=db.session.connection())
    for table in reversed(tables.sorted_tables):
        if table.name not in KEPT and not table.name.startswith("evidence"):
            db.session.execute(table.delete())
    db.session.execute(delete(User).where(User.email.in_(_PEOPLE) | (User.role == Role.CONTACT)))
    db.session.execute(delete(ApiToken).where(ApiToken.created_by.in_(_GAVE_AWAY)))


def accounts_that_stay() -> Sequence[User]:
    """People of the vendor whom somebody made, by address."""
    return db.session.scalars(
        select(User).where(User.email.not_in(_PEOPLE), User.role != Role.CONTACT).order_by(User.email)
    ).all()


def tokens_that_stay() -> Sequence[ApiToken]:
    """Tokens that let a program in afterwards too, by name."""
    return db.session.scalars(
        select(ApiToken)
        .where(ApiToken.created_by.not_in(_GAVE_AWAY), ApiToken.tenant_id.is_(None), ApiToken.revoked_at.is_(None))
        .order_by(ApiToken.name)
    ).all()
