"""Tenants: list, add, read, change."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from entrypoints.api.calls import Answer, IfMatch, call
from entrypoints.api.found import the_product, the_tenant
from entrypoints.api.guard import caller, own_tenant_id
from entrypoints.api.revisions import digest, must_match
from entrypoints.api.shapes import Page
from entrypoints.api.tenant_shapes import (
    AgreementOf,
    Environments,
    NewTenant,
    Runs,
    TenantAnswer,
    TenantChange,
    TenantQuery,
)
from entrypoints.guards import now
from evidence.actors import May
from schedules.support import SupportPicture, support_picture
from storage import Refused
from tenants import checks
from tenants.installed import running
from tenants.models import Tenant
from tenants.queries import product_by_slug, products, tenant_page
from tenants.services import TenantFacts, add_tenant, change_tenant, wait_for_others_at

_PERIODS = ("acceptance_notice", "production_notice", "maintenance_notice")


@call("GET", "/tenants", may=May.LOOK, query=TenantQuery, answer=Page[TenantAnswer], contacts=True)
def list_tenants(query: TenantQuery) -> Answer:
    """Tenants by name. A contact's token sees its own."""
    product = the_product(query.product) if query.product is not None else None
    found = tenant_page(
        product,
        query.page,
        words=_filter("words", query.words),
        version=_filter("version", query.version),
        environment=query.environment.value if query.environment is not None else "",
        per_page=query.per_page,
        only=own_tenant_id(),
    )
    pictures = {one.id: (one.slug, support_picture(one, now())) for one in ([product] if product else products())}
    rows = found.rows if found.page == query.page else []
    items = [_answer(row[0], *pictures[row[0].product_id], (row[1], row[2]), row[3]) for row in rows]
    return Answer(Page[TenantAnswer].of(items, found.total, query))


@call(
    "POST",
    "/tenants",
    may=May.MANAGE,
    body=NewTenant,
    answer=TenantAnswer,
    status=201,
    tagged=True,
    located=True,
    conflicts=True,
)
def add_a_tenant(body: NewTenant) -> Answer:
    """Add a tenant, with both environments and a calendar address. Add its contacts next."""
    product = product_by_slug(checks.line("product", body.product, most=80))
    if product is None:
        raise Refused("product", _("There is no such product."))
    agreed = _agreed(body.agreement or AgreementOf())
    facts = TenantFacts(
        body.slug, body.name, body.locale, body.timezone, **agreed, ip_allowlist="\n".join(body.ip_allowlist or [])
    )
    return _shown(add_tenant(product, facts, caller(), now()), new=True)


@call("GET", "/tenants/<slug>", may=May.LOOK, answer=TenantAnswer, tagged=True, contacts=True)
def get_tenant(slug: str) -> Answer:
    """A tenant."""
    return _shown(the_tenant(slug))


@call(
    "PATCH",
    "/tenants/<slug>",
    may=May.MANAGE,
    body=TenantChange,
    answer=TenantAnswer,
    if_match=IfMatch.REQUIRED,
    tagged=True,
)
def change_a_tenant(slug: str, body: TenantChange) -> Answer:
    """Change a tenant or its agreement; open duties follow."""
    tenant = the_tenant(slug)
    wait_for_others_at(tenant)
    must_match(etag_of(tenant))
    agreed = {name: getattr(tenant.agreement, name, None) or "" for name in _PERIODS}
    if body.agreement is not None:
        agreed = _agreed(body.agreement)
    networks = tenant.ip_allowlist if body.ip_allowlist is None else "\n".join(body.ip_allowlist)
    facts = TenantFacts(
        slug=tenant.slug,
        name=tenant.name if body.name is None else body.name,
        locale=body.locale or tenant.locale,
        timezone=tenant.timezone if body.timezone is None else body.timezone,
        **agreed,
        ip_allowlist=networks,
    )
    change_tenant(tenant, facts, caller())
    return _shown(tenant)


def etag_of(tenant: Tenant) -> str:
    """The tag of all that can be changed of a tenant; no revision of it is counted."""
    agreed = [getattr(tenant.agreement, name, None) for name in _PERIODS]
    return digest(tenant.name, tenant.locale, tenant.timezone, tenant.ip_allowlist, agreed)


def _shown(tenant: Tenant, *, new: bool = False) -> Answer:
    installed = running(tenant)
    versions = [one.version if one is not None else None for one in installed.values()]
    picture = support_picture(tenant.product, now())
    shape = _answer(tenant, tenant.product.slug, picture, (versions[0], versions[1]), len(tenant.contacts))
    return Answer(shape, etag_of(tenant), url_for("api.get_tenant", slug=tenant.slug) if new else None)


def _answer(
    tenant: Tenant, product: str, picture: SupportPicture, versions: tuple[str | None, str | None], contacts: int
) -> TenantAnswer:
    acceptance, production = (Runs(version=one, support=picture.status(one)) for one in versions)
    agreed = {name: getattr(tenant.agreement, name, None) for name in _PERIODS}
    return TenantAnswer(
        slug=tenant.slug,
        name=tenant.name,
        product=product,
        locale=tenant.locale,
        timezone=tenant.timezone,
        agreement=AgreementOf(**agreed),
        ip_allowlist=tenant.ip_allowlist.split(),
        joined_at=tenant.joined_at,
        contacts=contacts,
        environments=Environments(acceptance=acceptance, production=production),
    )


def _agreed(agreement: AgreementOf) -> dict[str, Any]:
    return {name: getattr(agreement, name) or "" for name in _PERIODS}


def _filter(field: str, given: str | None) -> str:
    return checks.line(field, given, most=80, required=False)
