"""Whom a change would reach: tenants, their contacts, and who has none."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from storage import among, db
from storage.paging import Listed, listed
from tenants.models import Contact, Product, Tenant


@dataclass(frozen=True)
class Audience:
    """Who would be mailed: how many tenants and contacts, and the tenants that have no contact."""

    tenants: int
    contacts: int
    without_contact: int

    @property
    def reached(self) -> int:
        """At how many tenants there is somebody to mail."""
        return self.tenants - self.without_contact


def audience(
    product: Product, only: Collection[str] | None = None, *, tenant_ids: Collection[int] | None = None
) -> Audience:
    """Count whom a change for all tenants of a product would reach, or for those with these slugs or ids."""
    concerned = [Tenant.product_id == product.id]
    if only is not None:
        concerned.append(Tenant.slug.in_(only))
    if tenant_ids is not None:
        concerned.append(among(Tenant.id, tenant_ids))
    contacts = (
        select(Contact.tenant_id, func.count().label("number"))
        .join(Tenant)
        .where(*concerned)
        .group_by(Contact.tenant_id)
        .subquery()
    )
    tenants, reached, total = db.session.execute(
        select(func.count(Tenant.id), func.count(contacts.c.number), func.coalesce(func.sum(contacts.c.number), 0))
        .select_from(Tenant)
        .outerjoin(contacts, contacts.c.tenant_id == Tenant.id)
        .where(*concerned)
    ).one()
    return Audience(tenants, int(total), tenants - reached)


def without_contact_page(product: Product, page: int) -> Listed:
    """The tenants without a contact, by name and by the page."""
    return listed(_nobody_at(product).order_by(Tenant.name, Tenant.id), page)


def _nobody_at(product: Product) -> Select[Tenant]:
    return select(Tenant).where(
        Tenant.product_id == product.id, ~select(Contact.id).where(Contact.tenant_id == Tenant.id).exists()
    )
