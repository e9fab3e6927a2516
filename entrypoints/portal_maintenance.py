"""Maintenance that a customer was told of: what comes, then what is over, a year at a time."""

from flask import g

from entrypoints.filters import asked_page
from entrypoints.guards import now
from entrypoints.portal import portal, portal_page
from entrypoints.years import Years
from schedules.notices import Says
from schedules.past_maintenance import past_maintenance
from schedules.queries import quiet_windows, told_notices
from schedules.told_archive import first_maintenance_at
from tenants.models import Tenant

__all__ = ["portal"]


@portal.get("/<slug>/maintenance")
def maintenance(slug: str) -> str:
    """Maintenance that was announced, coming and past; the year and the page of what is past stand in the address."""
    tenant: Tenant = g.tenant
    coming = [one for one in told_notices(tenant, now()) if one.maintenance_id is not None]
    years = Years.asked(first_maintenance_at(tenant, now()), now(), tenant.product.zone)
    return portal_page(
        "portal/maintenance.html",
        coming=[one for one in coming if one.says is not Says.CANCELLED],
        called_off=[one for one in coming if one.says is Says.CANCELLED],
        quiet=quiet_windows(tenant, now()),
        years=years,
        past=past_maintenance(tenant, years.start, years.end, now(), asked_page()),
    )
