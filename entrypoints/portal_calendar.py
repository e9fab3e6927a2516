"""How people of a customer follow its dates in programs of their own."""

from flask import g, render_template

from entrypoints.portal import feeds_of
from entrypoints.portal_announcements import portal
from tenants.models import Tenant

__all__ = ["portal"]


@portal.get("/<slug>/calendar")
def calendar(slug: str) -> str:
    """The tenant's secret addresses, how to subscribe to them, and what to expect of that."""
    tenant: Tenant = g.tenant
    return render_template(
        "portal/calendar.html",
        tenant=tenant,
        product=tenant.product,
        tenants=g.tenants,
        feeds=feeds_of(tenant),
        # Google and Outlook ask from servers of their own, which no list of a tenant names (SLA 2.3).
        limited=bool(tenant.ip_allowlist),
    )
