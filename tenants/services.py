"""Verbs on tenants, one transaction each."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor, May, require
from storage import AllAtOnce, Conflict, Refused, db
from tenants import checks, feed_tokens
from tenants.models import Agreement, Environment, EnvironmentKind, Product, Tenant
from tenants.planners import plans_changed


@dataclass(frozen=True)
class TenantFacts:
    """What a person says of a tenant; texts as typed."""

    slug: str
    name: str
    locale: str = "nl"
    timezone: str = ""
    acceptance_notice: str = ""
    production_notice: str = ""
    maintenance_notice: str = ""
    ip_allowlist: str = ""


def add_tenant(product: Product, facts: TenantFacts, by: Actor, now: datetime) -> Tenant:
    """Add a tenant with both its environments and a calendar address.

    Raises Refused for a value that cannot be used, Conflict where the tenant exists.
    """
    require(by, May.MANAGE)
    try:
        tenant = new_tenant(product, facts, now)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise Conflict("slug", _("A tenant with this name in addresses exists already.")) from None
    return tenant


def new_tenant(product: Product, facts: TenantFacts, now: datetime, *, imported: bool = False) -> Tenant:
    """Make the rows of a tenant in the running transaction."""
    with AllAtOnce() as each:
        slug = each(_new_tenant_slug, facts.slug)
        checked = each(_checked, facts)
    tenant = Tenant(product=product, slug=slug, joined_at=now, imported=imported)
    _lay(tenant, checked)
    tenant.environments = [Environment(kind=kind) for kind in EnvironmentKind]
    db.session.add(tenant)
    db.session.flush()
    feed_tokens.issue(current_app.config["FEED_KEY"], [tenant.id], now)
    plans_changed(product.id)
    return tenant


def _new_tenant_slug(slug: str) -> str:
    checked = checks.slug("slug", slug)
    if db.session.scalars(select(Tenant.id).where(Tenant.slug == checked)).first() is not None:
        raise Conflict("slug", _("A tenant with this name in addresses exists already."))
    return checked


def wait_for_others_at(tenant: Tenant) -> None:
    """Hold a tenant's row until the transaction ends, and read it as it is then."""
    db.session.refresh(tenant, with_for_update={"key_share": True, "of": Tenant})


def change_tenant(tenant: Tenant, facts: TenantFacts, by: Actor) -> None:
    """Change what is known of a tenant, its agreement among it; open duties follow at the next tick.

    Raises Refused for a value that cannot be used; nothing has changed then.
    """
    require(by, May.MANAGE)
    try:
        lay_tenant_facts(tenant, facts)
    except Refused:
        db.session.rollback()
        raise
    plans_changed(tenant.product_id)
    db.session.commit()


def lay_tenant_facts(tenant: Tenant, facts: TenantFacts) -> None:
    """Write checked facts into a tenant's rows; the slug stays what it is."""
    _lay(tenant, _checked(facts))


@dataclass(frozen=True)
class _Checked:
    """What is kept of a tenant's facts; the periods by the names of an agreement's columns, as they are written."""

    columns: dict[str, str]
    periods: dict[str, str | None]


def _checked(facts: TenantFacts) -> _Checked:
    """The facts in one form. Raises Refused for all that cannot be used, but for the slug."""
    with AllAtOnce() as each:
        columns = {
            "name": each(checks.line, "name", facts.name, most=160),
            "locale": each(checks.language, "locale", facts.locale),
            "timezone": each(checks.timezone, "timezone", facts.timezone, required=False),
            "ip_allowlist": each(checks.networks, "ip_allowlist", facts.ip_allowlist),
        }
        periods = {
            name: each(checks.period, name, getattr(facts, name))
            for name in ("acceptance_notice", "production_notice", "maintenance_notice")
        }
    return _Checked(columns, periods)


def _lay(tenant: Tenant, checked: _Checked) -> None:
    for name, text in checked.columns.items():
        setattr(tenant, name, text)
    if not any(checked.periods.values()):
        tenant.agreement = None
        return
    if tenant.agreement is None:
        tenant.agreement = Agreement()
    for name, period in checked.periods.items():
        setattr(tenant.agreement, name, period)
