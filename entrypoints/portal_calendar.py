"""How a tenant's people follow its dates: the addresses of the tenant, and one of each contact's own."""

from flask import abort, current_app, flash, g, redirect, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from entrypoints.feed_addresses import addresses_of, said_of_new_address, secret_address
from entrypoints.guards import now
from entrypoints.portal import portal, portal_page
from tenants.feed_tokens import FeedOwner, old_until, renew, stop_old
from tenants.models import Contact, Tenant
from tenants.queries import contact_with

__all__ = ["portal"]


@portal.get("/<slug>/calendar")
def calendar(slug: str) -> str:
    """The secret addresses, how to subscribe to them, and what to expect of that."""
    tenant: Tenant = g.tenant
    contact = contact_with(tenant, current_user.email)
    return portal_page(
        "portal/calendar.html",
        feeds=addresses_of(tenant),
        # Google and Outlook ask from servers of their own, which no tenant's list of addresses holds (SLA 2.3).
        limited=bool(tenant.ip_allowlist),
        shared_until=old_until(tenant.id, now()),
        own_language=contact.locale if contact else tenant.locale,
        own_feed=secret_address(contact.id, FeedOwner.CONTACT) if contact else None,
        own_until=old_until(contact.id, now(), FeedOwner.CONTACT) if contact else None,
    )


@portal.post("/<slug>/calendar")
def renew_own_calendar(slug: str) -> Response:
    """Give the reader an address of its own, the first or another one."""
    contact = _contact()
    is_first = secret_address(contact.id, FeedOwner.CONTACT) is None
    renew(current_app.config["FEED_KEY"], contact.id, now(), FeedOwner.CONTACT)
    flash(said_of_new_address(is_first=is_first), "success")
    return _back(slug)


@portal.post("/<slug>/calendar/stop")
def stop_own_calendar(slug: str) -> Response:
    stop_old(_contact().id, now(), FeedOwner.CONTACT)
    flash(_("Old addresses answer no more."), "success")
    return _back(slug)


@portal.post("/<slug>/calendar/shared")
def renew_shared_calendar(slug: str) -> Response:
    """Give the tenant new addresses, such as after a contact has gone who knew them."""
    renew(current_app.config["FEED_KEY"], g.tenant.id, now())
    flash(_("Your calendar and news have new addresses. The old ones answer for two more weeks."), "success")
    return _back(slug, "shared")


@portal.post("/<slug>/calendar/shared/stop")
def stop_shared_calendar(slug: str) -> Response:
    stop_old(g.tenant.id, now())
    flash(_("Old addresses answer no more."), "success")
    return _back(slug, "shared")


def _contact() -> Contact:
    contact = contact_with(g.tenant, current_user.email)
    if contact is None:
        abort(404)
    return contact


def _back(slug: str, part: str = "own") -> Response:
    return redirect(url_for("portal.calendar", slug=slug, _anchor=part))
