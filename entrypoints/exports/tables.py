"""The rows of each table, by name or date; a cancelled change is left out, because a file cannot say that it is."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from compliance.models import Outage
from entrypoints.exports.scope import local_text
from release_notes.models import Report
from schedules.models import MaintenanceWindow, Release
from storage import db
from tenants.history import facts_of
from tenants.models import Contact, Environment, EnvironmentKind, Installation, Product, Tenant

Rows = Iterator[dict[str, str]]
Products = dict[int, Product]


def tenants(products: Products) -> Rows:
    """Tenants with their agreements and what their environments run now."""
    running: dict[int, dict[EnvironmentKind, str]] = defaultdict(dict)
    for tenant_id, kind, version in db.session.execute(
        select(Environment.tenant_id, Environment.kind, Installation.version)
        .join(Installation, Installation.environment_id == Environment.id)
        .where(Installation.replaced_at.is_(None))
    ):
        running[tenant_id][kind] = version
    for tenant in db.session.scalars(select(Tenant).where(Tenant.product_id.in_(products)).order_by(Tenant.slug)):
        facts = facts_of(tenant)
        yield {
            "slug": facts.slug,
            "name": facts.name,
            "locale": facts.locale,
            "product": products[tenant.product_id].slug,
            "acceptance_version": running[tenant.id].get(EnvironmentKind.ACCEPTANCE, ""),
            "production_version": running[tenant.id].get(EnvironmentKind.PRODUCTION, ""),
            "acceptance_notice": facts.acceptance_notice,
            "production_notice": facts.production_notice,
            "maintenance_notice": facts.maintenance_notice,
            "ip_allowlist": ";".join(facts.ip_allowlist.split()),
            "timezone": facts.timezone,
        }


def contacts(products: Products) -> Rows:
    """The people whom tenants appointed, in the order of their places."""
    for slug, contact in db.session.execute(
        select(Tenant.slug, Contact)
        .join(Contact.tenant)
        .where(Tenant.product_id.in_(products))
        .order_by(Tenant.slug, Contact.slot)
    ):
        yield {
            "tenant": slug,
            "name": contact.name,
            "email": contact.email,
            "phone": contact.phone,
            "locale": contact.locale,
        }


def releases(products: Products) -> Rows:
    """Releases by date, with the announcements that an import brought."""
    for release in db.session.scalars(
        select(Release)
        .where(Release.product_id.in_(products), Release.cancelled_at.is_(None))
        .order_by(Release.production_at, Release.id)
    ):
        product = products[release.product_id]
        yield {
            "product": product.slug,
            "version": release.version,
            "acceptance_at": local_text(release.acceptance_at, product),
            "production_at": local_text(release.production_at, product),
            "title_nl": release.title_nl,
            "title_en": release.title_en,
            "acceptance_announced_at": local_text(release.acceptance_announced_at, product),
            "production_announced_at": local_text(release.production_announced_at, product),
        }


def maintenance(products: Products) -> Rows:
    """Maintenance windows by date."""
    for window in db.session.scalars(
        select(MaintenanceWindow)
        .where(MaintenanceWindow.product_id.in_(products), MaintenanceWindow.cancelled_at.is_(None))
        .options(selectinload(MaintenanceWindow.tenants))
        .order_by(MaintenanceWindow.starts_at, MaintenanceWindow.id)
    ):
        if not window.all_tenants and not window.tenants:
            # Its tenants are gone; without names it would be read as everybody's.
            continue
        product = products[window.product_id]
        yield {
            "product": product.slug,
            "reference": window.reference,
            "starts_at": local_text(window.starts_at, product),
            "ends_at": local_text(window.ends_at, product),
            "environments": ";".join(window.environments),
            "impact": window.impact.value,
            "reason_nl": window.reason_nl,
            "reason_en": window.reason_en,
            "tenants": _slugs(window.tenants),
        }


def outages(products: Products) -> Rows:
    """Outages by date."""
    for outage in db.session.scalars(
        select(Outage)
        .where(Outage.product_id.in_(products))
        .options(selectinload(Outage.tenants))
        .order_by(Outage.starts_at, Outage.id)
    ):
        if not outage.all_tenants and not outage.tenants:
            continue
        product = products[outage.product_id]
        yield {
            "product": product.slug,
            "environment": outage.environment.value,
            "starts_at": local_text(outage.starts_at, product),
            "ends_at": local_text(outage.ends_at, product),
            "tenants": _slugs(outage.tenants),
            "cause": outage.cause,
        }


def reports(products: Products) -> Rows:
    """Reports of tenants, by tenant and number."""
    for slug, report in db.session.execute(
        select(Tenant.slug, Report)
        .join(Report, Report.tenant_id == Tenant.id)
        .where(Tenant.product_id.in_(products))
        .order_by(Tenant.slug, Report.number)
    ):
        yield {"number": report.number, "tenant": slug, "title": report.title}


def _slugs(those: list[Tenant]) -> str:
    return ";".join(sorted(tenant.slug for tenant in those))


TABLES: dict[str, Callable[[Products], Rows]] = {
    "tenants": tenants,
    "contacts": contacts,
    "releases": releases,
    "maintenance": maintenance,
    "outages": outages,
    "reports": reports,
}
