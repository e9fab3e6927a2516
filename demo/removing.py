"""Take the demonstration away: all there is where it stands alone, its own rows beside another product."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import MetaData, delete, func, select

from accounts.models import User
from accounts.token_models import ApiToken
from demo.loading import DEMONSTRATION, beside_it, loaded
from demo.own_rows import accounts_of, mails_of, remove_rows_of
from demo.people import PEOPLE
from evidence.actors import COMMAND_LINE, Actor, Role
from evidence.chain import Happening, Kind, append
from outbox.models import FINAL, MessageState, OutboxMessage
from storage import db
from tenants.models import Product, Tenant

# The vendor's own, and numbers that are never given again.
KEPT = frozenset({"alembic_version", "user_account", "api_token", "outbox_count", "revision"})
_PEOPLE = frozenset(person.email for person in PEOPLE)
# Its passwords are printed: what its people made is known to whoever read them.
_GAVE_AWAY = _PEOPLE | {DEMONSTRATION.name}


def remove(now: datetime) -> bool:
    """Remove the demonstration; tell whether it was there."""
    product = loaded()
    if product is None:
        return False
    take_away(product, COMMAND_LINE, now)
    db.session.commit()
    return True


def take_away(product: Product, by: Actor, now: datetime) -> None:
    """Remove the demonstration in the running transaction, for who has looked whether it may.

    Where its product is the only one everything in the database belongs to it, but for the accounts of the vendor that
    somebody made, and the tokens that such a one made. Beside another product only its own rows go. The chain of
    evidence cannot be cut: it holds ids and hashes only, and says from then on whose they were.
    """
    tenants = db.session.scalars(select(Tenant.id).where(Tenant.product_id == product.id).order_by(Tenant.id)).all()
    facts = {"product": product.id, "tenants": list(tenants)}
    if beside_it():
        remove_rows_of(product, _PEOPLE, _GAVE_AWAY)
    else:
        _clear()
    append([Happening(Kind.DEMONSTRATION_REMOVED, by.name, facts=facts)], now)


def _clear() -> None:
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


def tokens_that_stay(product: Product) -> Sequence[ApiToken]:
    """Tokens that let a program in afterwards too, by name."""
    elsewhere = select(Tenant.id).where(Tenant.product_id != product.id)
    return db.session.scalars(
        select(ApiToken)
        .where(
            ApiToken.created_by.not_in(_GAVE_AWAY),
            ApiToken.tenant_id.is_(None) | ApiToken.tenant_id.in_(elsewhere),
            ApiToken.revoked_at.is_(None),
        )
        .order_by(ApiToken.name)
    ).all()


def mails_that_go(product: Product) -> tuple[int, int]:
    """How many mails of the demonstration wait and leave no more, and how many were sent, which stays so."""
    counted = dict(
        db.session.execute(
            select(OutboxMessage.state, func.count()).where(mails_of(product)).group_by(OutboxMessage.state)
        ).all()
    )
    waiting = sum(number for state, number in counted.items() if state not in FINAL)
    return waiting, counted.get(MessageState.SENT, 0)


def accounts_that_go(product: Product) -> int:
    """How many accounts of contacts, who are contacts of no other product, go with it."""
    return db.session.scalar(select(func.count()).select_from(User).where(accounts_of(product))) or 0
