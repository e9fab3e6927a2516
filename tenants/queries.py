"""Reads of tenants and contacts that several faces share."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, selectinload

from storage import db
from storage.paging import PER_PAGE, Listed, page_there_is
from storage.sought import finds, sought_words
from tenants.models import Contact, Environment, EnvironmentKind, Installation, Product, Tenant


def products() -> list[Product]:
    return list(db.session.scalars(products_by_name()))


def product_names() -> Sequence[Any]:
    """Of all products by name what is said of them beside others: slug, name and time zone."""
    columns = (Product.slug, Product.name, Product.timezone)
    return db.session.execute(select(*columns).order_by(Product.name, Product.id)).all()


def products_by_name() -> Select[Product]:
    return select(Product).order_by(Product.name, Product.id)


def tenant_page(
    product: Product | None,
    page: int,
    *,
    words: str = "",
    version: str = "",
    environment: str = "",
    per_page: int = PER_PAGE,
    only: int | None = None,
) -> Listed:
    """Return a page of tenants by name, filtered by words of the name and by a version that they run.

    Its rows are (tenant, acceptance version, production version, number of contacts). Without a product those of all; a
    page after the last one is the last one; ``only`` is the one that may be seen.
    """
    asked = _matching(product, words=words, version=version, environment=environment)
    if only is not None:
        asked = asked.where(Tenant.id == only)
    total = db.session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    page = page_there_is(page, total, per_page)
    # First the page, then what is read of each tenant on it: else that would be read of all that come before.
    on_page = asked.order_by(Tenant.name, Tenant.id).limit(per_page).offset((page - 1) * per_page).subquery()
    acceptance, production = aliased(Installation), aliased(Installation)
    rows = db.session.execute(
        select(Tenant, acceptance.version, production.version, _number_of_contacts())
        .join(on_page, on_page.c.id == Tenant.id)
        .outerjoin(acceptance, _runs(acceptance, EnvironmentKind.ACCEPTANCE))
        .outerjoin(production, _runs(production, EnvironmentKind.PRODUCTION))
        .order_by(Tenant.name, Tenant.id)
    ).all()
    return Listed(rows, total, page, per_page)


def tenant_ids(product: Product, *, words: str = "", version: str = "", environment: str = "") -> list[int]:
    """The ids of all tenants that a filter finds, as ``tenant_page`` reads it."""
    return list(db.session.scalars(_matching(product, words=words, version=version, environment=environment)))


def _matching(product: Product | None, *, words: str, version: str, environment: str) -> Select[int]:
    asked = select(Tenant.id)
    if product is not None:
        asked = asked.where(Tenant.product_id == product.id)
    if words:
        asked = asked.where(finds(Tenant, sought_words(words)))
    if version:
        kind = EnvironmentKind.ACCEPTANCE if environment == "acceptance" else EnvironmentKind.PRODUCTION
        asked = asked.where(Tenant.id.in_(_tenants_running(version, kind)))
    return asked


def tenant_by_slug(slug: str) -> Tenant | None:
    """A tenant with its contacts and environments, None where there is none."""
    return db.session.scalars(
        select(Tenant)
        .where(Tenant.slug == slug)
        .options(selectinload(Tenant.contacts), selectinload(Tenant.environments), selectinload(Tenant.product))
    ).one_or_none()


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


def contact_with(tenant: Tenant, address: str) -> Contact | None:
    """The contact of a tenant who has this address."""
    return db.session.scalars(
        select(Contact).where(Contact.tenant_id == tenant.id, Contact.email == address)
    ).one_or_none()


def tenants_of_words(words: Sequence[str], most: int = 200) -> list[int]:
    """The ids of the first tenants, by name, that are found by these words or have a contact who is."""
    people = select(Contact.tenant_id).where(finds(Contact, words))
    found = select(Tenant.id).where(finds(Tenant, words) | Tenant.id.in_(people)).order_by(Tenant.name).limit(most)
    return list(db.session.scalars(found))


def ids_by_slug(product: Product, slugs: Collection[str]) -> dict[str, int]:
    """The ids of a product's tenants with these names in addresses, by name; without those that there are not."""
    found: dict[str, int] = {}
    wanted = sorted(set(slugs))
    for start in range(0, len(wanted), 5000):
        named = Tenant.slug.in_(wanted[start : start + 5000])
        rows = db.session.execute(select(Tenant.slug, Tenant.id).where(Tenant.product_id == product.id, named))
        found |= {row[0]: row[1] for row in rows}
    return found


def product_by_slug(slug: str) -> Product | None:
    return db.session.scalars(select(Product).where(Product.slug == slug)).one_or_none()
