"""Tenants who would hear nothing: without a contact, or where the last mail to every contact came back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased

from announcements.services import has_contact
from outbox.models import MessageState, OutboxMessage
from schedules.notices import Notice
from storage import among, db
from tenants.models import Contact, Product, Tenant

MOST = 50


@dataclass(frozen=True)
class Unreachable:
    """The first of these tenants by name, and how many there are in all."""

    without_contact: Sequence[Any]
    number_without: int
    returned: Sequence[Any]
    number_returned: int

    def __bool__(self) -> bool:
        return bool(self.number_without or self.number_returned)


def unreachable(in_time: ColumnElement[bool]) -> Unreachable:
    """Which of the tenants that notices concern cannot be reached; two queries."""
    return _of(select(Tenant.name, Tenant.slug, func.count().over()).join(Notice).where(in_time), has_contact())


def unreachable_tenants(
    product: Product, only: Collection[str] | None = None, *, tenant_ids: Collection[int] | None = None
) -> Unreachable:
    """Which of a product's tenants could not be reached now, or of those with these slugs or ids; two queries."""
    tenants = select(Tenant.name, Tenant.slug, func.count().over()).where(Tenant.product_id == product.id)
    if only is not None:
        tenants = tenants.where(Tenant.slug.in_(only))
    if tenant_ids is not None:
        tenants = tenants.where(among(Tenant.id, tenant_ids))
    return _of(tenants, select(Contact.id).where(Contact.tenant_id == Tenant.id).exists())


def _of(tenants: Select[str, str, int], appointed: ColumnElement[bool]) -> Unreachable:
    without = _first(tenants.where(~appointed))
    returned = _first(tenants.where(Tenant.id.in_(_all_returned())))
    return Unreachable(without, without[0][2] if without else 0, returned, returned[0][2] if returned else 0)


def _first(tenants: Select[str, str, int]) -> Sequence[Any]:
    return db.session.execute(tenants.order_by(Tenant.name).limit(MOST)).all()


def _all_returned() -> Select[Any]:
    """Select the tenants of whose contacts each has a last mail that was refused for good, or came back."""
    later = aliased(OutboxMessage)
    last = ~(
        select(later.id)
        .where(
            later.tenant_id == OutboxMessage.tenant_id,
            later.contact_id == OutboxMessage.contact_id,
            later.id > OutboxMessage.id,
            later.state.in_([MessageState.SENT, MessageState.FAILED]),
        )
        .exists()
    )
    returned = or_(OutboxMessage.state == MessageState.FAILED, OutboxMessage.bounced_at.is_not(None))
    # What came back from an address says nothing of the one that replaced it.
    contacts = (
        select(Contact.tenant_id, func.count().label("number"))
        .join(OutboxMessage, OutboxMessage.contact_id == Contact.id)
        .where(returned, OutboxMessage.address == Contact.email, last)
        .group_by(Contact.tenant_id)
        .subquery()
    )
    appointed = (
        select(func.count()).where(Contact.tenant_id == contacts.c.tenant_id).correlate(contacts).scalar_subquery()
    )
    return select(contacts.c.tenant_id).where(contacts.c.number == appointed)
