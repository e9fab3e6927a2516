"""Leave an empty product."""

from sqlalchemy import MetaData, delete

from accounts.models import User
from accounts.token_models import ApiToken
from demo.loading import DEMONSTRATION, loaded, only_demonstration
from demo.people import PEOPLE
from evidence.actors import Role
from storage import db

# The vendor's own, and numbers that are never given again.
KEPT = frozenset({"alembic_version", "user_account", "api_token", "outbox_count", "revision"})


def remove() -> bool:
    """Remove the demonstration; tell whether it was there.

    The rule is simple: where the demonstration's is the only product, everything in the database belongs to it, but
    for the accounts and tokens of the vendor that somebody made. Raises Refused where there is another product. The
    chain of evidence cannot be cut; it holds ids and hashes only.
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
    own = User.email.in_([person.email for person in PEOPLE])
    db.session.execute(delete(User).where(own | (User.role == Role.CONTACT)))
    db.session.execute(delete(ApiToken).where(ApiToken.created_by == DEMONSTRATION.name))
