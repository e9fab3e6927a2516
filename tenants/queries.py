"""Reads of tenants and contacts that several faces share."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased, selectinload

from storage import db
from tenants.models import Contact, Environment, EnvironmentKind, Installation, Product, Tenant

PER_PAGE = 50


@dataclass(frozen=True)
class Audience:
    """Who would be mailed: how many tenants and contacts, and the tenants that have no contact."""

    tenants: int
    contacts: int
    without_contact: int


@dataclass(frozen=True)
class TenantPage:
    """One page of a list of tenants: rows of (tenant, acceptance version, production version, contacts)."""

    rows: list[Any]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def products() -> list[Product]:
    return list(db.session.scalars(select(Product).order_by(Product.name)))


def audience(product: Product) -> Audience:
    """Count whom a change for all tenants of a product would reach."""
    contacts = (
        select(Contact.tenant_id, func.count().label("number"))
        .join(Tenant)
        .where(Tenant.product_id == product.id)
        .group_by(Contact.tenant_id)
        .subquery()
    )
    tenants, reached, total = db.session.execute(
        select(func.count(Tenant.id), func.count(contacts.c.number), func.coalesce(func.sum(contacts.c.number), 0))
        .select_from(Tenant)
        .outerjoin(contacts, contacts.c.tenant_id == Tenant.id)
        .where(Tenant.product_id == product.id)
    ).one()
    return Audience(tenants, int(total), tenants - reached)


def tenants_without_contact(product: Product, most: int = 20) -> list[Tenant]:
    """Tenants nobody can be told for, by name."""
    return list(
        db.session.scalars(
            select(Tenant)
            .where(Tenant.product_id == product.id, ~select(Contact.id).where(Contact.tenant_id == Tenant.id).exists())
            .order_by(Tenant.name)
            .limit(most)
        )
    )


def tenant_page(
    product: Product, page: int, *, words: str = "", version: str = "", environment: str = ""
) -> TenantPage:
    """Return a page of tenants by name, filtered by a part of the name and by a version that they run."""
    acceptance, production = aliased(Installation), aliased(Installation)
    query = (
        select(Tenant, acceptance.version, production.version, _number_of_contacts())
        .select_from(Tenant)
        .outerjoin(acceptance, _runs(acceptance, EnvironmentKind.ACCEPTANCE))
        .outerjoin(production, _runs(production, EnvironmentKind.PRODUCTION))
        .where(Tenant.product_id == product.id)
    )
    count = select(func.count()).select_from(Tenant).where(Tenant.product_id == product.id)
    if words:
        like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        by_name = or_(Tenant.name.ilike(like, escape="\\"), Tenant.slug.ilike(like, escape="\\"))
        query, count = query.where(by_name), count.where(by_name)
    if version:
        kind = EnvironmentKind.ACCEPTANCE if environment == "acceptance" else EnvironmentKind.PRODUCTION
        running = Tenant.id.in_(_tenants_running(version, kind))
        query, count = query.where(running), count.where(running)
    total = db.session.scalar(count) or 0
    page = max(1, min(page, -(-total // PER_PAGE) or 1))
    rows = db.session.execute(query.order_by(Tenant.name).limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    return TenantPage(list(rows), total, page)


def tenant_by_slug(slug: str) -> Tenant | None:
    """A tenant with its contacts and environments, None where there is none."""
    return db.session.scalars(
        select(Tenant)
        .where(Tenant.slug == slug)
        .options(selectinload(Tenant.contacts), selectinload(Tenant.environments), selectinload(Tenant.product))
    ).one_or_none()


def running(tenant: Tenant) -> dict[EnvironmentKind, Installation | None]:
    """What a tenant runs now in each environment."""
    rows = db.session.execute(
        select(Environment.kind, Installation)
        .outerjoin(Installation, (Installation.environment_id == Environment.id) & Installation.replaced_at.is_(None))
        .where(Environment.tenant_id == tenant.id)
    ).all()
    found = {row[0]: row[1] for row in rows}
    return {kind: found.get(kind) for kind in EnvironmentKind}


def history(tenant: Tenant) -> list[tuple[EnvironmentKind, Installation]]:
    """What a tenant ran, the latest first."""
    rows = db.session.execute(
        select(Environment.kind, Installation)
        .join(Installation, Installation.environment_id == Environment.id)
        .where(Environment.tenant_id == tenant.id)
        .order_by(Installation.installed_at.desc(), Installation.id.desc())
    )
    return [(kind, installation) for kind, installation in rows]


def _number_of_contacts() -> Any:
    return select(func.count()).where(Contact.tenant_id == Tenant.id).scalar_subquery()


def _runs(installation: Any, kind: EnvironmentKind) -> Any:
    environment = (
        select(Environment.id)
        .where(Environment.tenant_id == Tenant.id, Environment.kind == kind)
        .correlate(Tenant)
        .scalar_subquery()
    )
    return (installation.environment_id == environment) & installation.replaced_at.is_(None)


def _tenants_running(version: str, kind: EnvironmentKind) -> Select[Any]:
    return (
        select(Environment.tenant_id)
        .join(Installation, Installation.environment_id == Environment.id)
        .where(Environment.kind == kind, Installation.version == version, Installation.replaced_at.is_(None))
    )
