"""Tenants, their agreements, and what their environments run."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _

from entrypoints.imports.csv_reader import Columns, Row
from entrypoints.imports.kinds import Kind, SeenBefore
from entrypoints.imports.scope import Scope
from evidence.actors import May
from schedules.history import release_dates
from storage import db
from tenants import checks
from tenants.history import TakenOver, give_addresses, new_tenant, renew_tenant, take_over_version
from tenants.models import EnvironmentKind, Product, Tenant
from tenants.services import TenantFacts

VERSIONS = {
    EnvironmentKind.ACCEPTANCE: "acceptance_version",
    EnvironmentKind.PRODUCTION: "production_version",
}
Dates = dict[str, dict[EnvironmentKind, datetime]]


def take_over(rows: Iterable[Row], scope: Scope) -> None:
    """Take over tenants; versions are installed on their release's date where that has passed, else now."""
    seen = SeenBefore()
    dates: dict[int, Dates] = {product.id: release_dates(product) for product in scope.products.values()}
    new: list[Tenant] = []
    with db.session.no_autoflush:
        sound = [(row, *found) for row in rows if (found := _read(row, scope, seen))]
        for row, product, facts, versions in sound:
            tenant = scope.tenants.get(facts.slug)
            if tenant is None:
                tenant = scope.tenants[facts.slug] = new_tenant(product, facts, scope.now)
                new.append(tenant)
                outcome = TakenOver.NEW
            else:
                outcome = TakenOver.CHANGED if renew_tenant(tenant, facts) else TakenOver.UNCHANGED
            if outcome is not TakenOver.UNCHANGED:
                scope.touched.add(product.id)
            if _install(tenant, versions, dates[product.id], scope) and outcome is TakenOver.UNCHANGED:
                outcome = TakenOver.CHANGED
            row.count(outcome)
    give_addresses(new, scope.now)


def _read(row: Row, scope: Scope, seen: SeenBefore) -> tuple[Product, TenantFacts, dict[EnvironmentKind, str]] | None:
    product = scope.product_of(row)
    slug = row.read(checks.slug, "slug")
    if slug is not None:
        seen.refuses(row, "slug", slug)
    standing = scope.tenants.get(slug or "")
    if standing is not None and product is not None and standing.product_id != product.id:
        row.refuse("slug", _("A tenant of another product has this name."))
    timezone = row.read(checks.timezone, "timezone", required=False) or ""
    if standing is not None and "timezone" not in row.cells:
        timezone = standing.timezone
    facts = TenantFacts(
        slug=slug or "",
        name=row.read(checks.line, "name", most=160) or "",
        locale=row.read(checks.language, "locale") or "",
        timezone=timezone,
        acceptance_notice=row.read(_period, "acceptance_notice") or "",
        production_notice=row.read(_period, "production_notice") or "",
        maintenance_notice=row.read(_period, "maintenance_notice") or "",
        ip_allowlist=row.read(checks.networks, "ip_allowlist") or "",
    )
    versions = {kind: row.read(checks.line, column, most=40, required=False) or "" for kind, column in VERSIONS.items()}
    return (product, facts, versions) if row.sound and product is not None else None


def _period(field: str, text: str) -> str:
    return checks.period(field, text) or ""


def _install(tenant: Tenant, versions: dict[EnvironmentKind, str], dates: Dates, scope: Scope) -> bool:
    """Record what a tenant runs; tell whether any of it was news."""
    news = False
    for environment in tenant.environments:
        version = versions[environment.kind]
        if version:
            planned_at = dates.get(version, {}).get(environment.kind, scope.now)
            row = take_over_version(environment, version, min(planned_at, scope.now), scope.by, scope.now)
            if row is not None:
                scope.installed.append((row, tenant, environment.kind))
                news = True
    return news


TENANTS = Kind(
    Columns(
        required=(
            "slug",
            "name",
            "locale",
            "product",
            "acceptance_version",
            "production_version",
            "acceptance_notice",
            "production_notice",
            "maintenance_notice",
            "ip_allowlist",
        ),
        optional=("timezone",),
    ),
    take_over,
    May.MANAGE,
)
