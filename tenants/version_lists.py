"""Tenants by the version that they run: a page of those that a filter finds, and all of them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, select
from sqlalchemy.orm import aliased

from storage import db
from storage.paging import Listed, listed_rows
from storage.sought import finds
from tenants.models import Environment, EnvironmentKind, Installation, Product, Tenant

_AT_ONCE = 1000
# Versions that have an order in a list; what else was ever reported comes after them.
_MOST_RANKED = 300


@dataclass(frozen=True)
class Wanted:
    """Which tenants are asked for: by words of the name, and by what they run in one environment.

    ``versions`` are those that count, None among them where nothing is known; no collection at all: whichever.
    """

    environment: EnvironmentKind
    versions: Collection[str | None] | None = None
    words: Sequence[str] = ()


def tenants_by_version(product: Product, wanted: Wanted, page: int, ranked: Sequence[str] | None = None) -> Listed:
    """A page of (name, slug, acceptance version, production version) by name; or by version, in the order ``ranked``.

    Two queries, whatever the number of tenants.
    """
    query, here = _query(product, wanted)
    order: list[Any] = [Tenant.name, Tenant.id]
    if ranked:
        places = {version: place for place, version in enumerate(ranked[:_MOST_RANKED])}
        order.insert(0, case(places, value=here.version, else_=len(places)))
    return listed_rows(query.order_by(*order), page)


def all_by_version(product: Product, wanted: Wanted) -> Iterator[Any]:
    """Yield the same rows for all that are found, by name."""
    query, _here = _query(product, wanted)
    yield from db.session.execute(query.order_by(Tenant.name, Tenant.id).execution_options(yield_per=_AT_ONCE))


def _query(product: Product, wanted: Wanted) -> tuple[Select[Any], Any]:
    """The tenants that are asked for, and what they run in the environment that is asked about."""
    runs = {kind: aliased(Installation) for kind in EnvironmentKind}
    query: Any = select(
        Tenant.name,
        Tenant.slug,
        runs[EnvironmentKind.ACCEPTANCE].version.label("acceptance"),
        runs[EnvironmentKind.PRODUCTION].version.label("production"),
    ).where(Tenant.product_id == product.id, finds(Tenant, wanted.words))
    for kind, installation in runs.items():
        environment = aliased(Environment)
        query = query.outerjoin(environment, (environment.tenant_id == Tenant.id) & (environment.kind == kind))
        query = query.outerjoin(
            installation, (installation.environment_id == environment.id) & installation.replaced_at.is_(None)
        )
    here = runs[wanted.environment]
    if wanted.versions is not None:
        query = query.where(_among(here, wanted.versions))
    return query, here


def _among(installation: Any, versions: Collection[str | None]) -> ColumnElement[bool]:
    known = [version for version in versions if version is not None]
    found: ColumnElement[bool] = installation.version.in_(known)
    return found | installation.id.is_(None) if None in versions else found
