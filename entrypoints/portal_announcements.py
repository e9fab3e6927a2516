"""What was announced to a customer by hand, on its portal (SLA 4.1), a year at a time."""

from flask import abort, g
from markupsafe import Markup

from announcements.bulletins_told import bulletin_told, bulletins_between, first_bulletin_at
from entrypoints.filters import asked_page
from entrypoints.guards import now
from entrypoints.portal import portal, portal_page
from entrypoints.presenting import language
from entrypoints.years import Years
from release_notes.rendering import to_html
from storage.paging import listed
from tenants.models import Tenant

__all__ = ["portal"]


@portal.get("/<slug>/announcements")
def announcements(slug: str) -> str:
    """Urgent announcements, newsletters and changed terms that went to this tenant, the newest first."""
    tenant: Tenant = g.tenant
    years = Years.asked(first_bulletin_at(tenant), now(), tenant.product.zone)
    return portal_page(
        "portal/announcements.html",
        years=years,
        bulletins=listed(bulletins_between(tenant, years.start, years.end), asked_page()),
    )


@portal.get("/<slug>/announcements/<int:bulletin_id>")
def announcement(slug: str, bulletin_id: int) -> str:
    """One of them. 404 for one that did not go to this tenant."""
    tenant: Tenant = g.tenant
    bulletin = bulletin_told(tenant, bulletin_id)
    if bulletin is None:
        abort(404)
    return portal_page(
        "portal/announcement.html",
        bulletin=bulletin,
        html=Markup(to_html(bulletin.markdown(language()))),  # noqa: S704 - sanitised
    )
