"""Take the demonstration away, its own rows alone; and what goes and stays, to be said before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from accounts.models import User
from accounts.token_models import ApiToken
from announcements.models import Bulletin
from demo.loading import DEMONSTRATION, loaded
from demo.own_rows import accounts_of, mails_of, remove_rows_of
from demo.people import PEOPLE
from evidence.actors import Actor, Role
from evidence.chain import Happening, Kind, append
from outbox.models import FINAL, MessageState, OutboxMessage
from schedules.errors import refuse
from schedules.models import MaintenanceWindow, Release
from storage import db
from tenants.models import Product, Tenant
from tenants.planners import wait_for_other_planners

_PEOPLE = frozenset(person.email for person in PEOPLE)
# Its passwords are printed: what its people made is known to whoever read them.
_GAVE_AWAY = _PEOPLE | {DEMONSTRATION.name}
# What the evidence names by numbers that are never given again.
_NAMED: dict[str, type[Release | MaintenanceWindow | Bulletin | Tenant]] = {
    "releases": Release,
    "maintenance": MaintenanceWindow,
    "bulletins": Bulletin,
    "tenants": Tenant,
}


def take_away(by: Actor, now: datetime) -> None:
    """Remove the demonstration in the running transaction, before all else that it writes, for who may.

    Only its own rows go. The chain of evidence cannot be cut: it holds ids and hashes only, and says from then on whose
    they were. Raises Refused where there is no demonstration, OperationalError or IntegrityError where somebody writes
    in it at this moment.
    """
    product = _nobody_plans_in()
    _hold(product)
    facts: dict[str, Any] = {"product": product.id}
    for name, kind in _NAMED.items():
        facts[name] = list(db.session.scalars(select(kind.id).where(kind.product_id == product.id).order_by(kind.id)))
    remove_rows_of(product, _PEOPLE, _GAVE_AWAY)
    append([Happening(Kind.DEMONSTRATION_REMOVED, by.name, facts=facts)], now)


def _nobody_plans_in() -> Product:
    """The demonstration's product, once whoever plans in it, or removes it, has ended."""
    product = loaded()
    if product is not None:
        wait_for_other_planners(product.id)
        product = loaded()
    if product is None:
        refuse("demonstration", _("There is no demonstration here any more."))
    return product


def _hold(product: Product) -> None:
    """Keep everybody from referring to what goes, before it is read."""
    # First what is told of: whoever tells of it holds it, and writes rows that refer to the tenants and the product.
    for kind in _NAMED.values():
        db.session.execute(select(kind.id).where(kind.product_id == product.id).order_by(kind.id).with_for_update())
    # Whoever refers to the product alone may come to wait for us: each would hold what the other wants.
    db.session.execute(select(Product.id).where(Product.id == product.id).with_for_update(nowait=True))


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
    """How many mails of the demonstration wait and leave no more, and how many were sent, which their readers keep."""
    counted = dict(
        db.session.execute(
            select(OutboxMessage.state, func.count()).where(mails_of(product, _PEOPLE)).group_by(OutboxMessage.state)
        ).all()
    )
    waiting = sum(number for state, number in counted.items() if state not in FINAL)
    return waiting, counted.get(MessageState.SENT, 0)


def accounts_that_go(product: Product) -> int:
    """How many accounts of contacts of no other product go with it, beside those that it gave away."""
    others = accounts_of(product) & User.email.not_in(_PEOPLE)
    return db.session.scalar(select(func.count()).select_from(User).where(others)) or 0
