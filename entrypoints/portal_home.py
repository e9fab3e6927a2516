"""The first page of a customer: what we run, what comes next and what we must do, in ten seconds; what is supported."""

from typing import Any

from flask import Response, abort, g

from accounts.request_queries import requests_of_tenant
from announcements.bulletins_told import bulletins_told, urgent_now
from entrypoints.feed_addresses import addresses_of
from entrypoints.guards import now
from entrypoints.portal import portal, portal_page
from entrypoints.portal_own_dates import beside_dates
from entrypoints.presenting import language
from release_notes.queries import notes_published_last, readable
from schedules.ahead import ahead_of
from schedules.entries import Publisher
from schedules.people_calendar import calendar_of_one
from schedules.queries import quiet_windows, told_notices
from schedules.supported import supported_versions
from tenants.models import Tenant

__all__ = ["portal"]

LATEST = 4


@portal.get("/<slug>")
def home(slug: str) -> str:
    """Urgent matters, our environments with what comes next, maintenance ahead, the latest to read."""
    tenant: Tenant = g.tenant
    ahead = ahead_of(tenant, now())
    updates = [one for env in ahead.environments for one in (env.next, *env.further) if one is not None]
    return portal_page(
        "portal/home.html",
        urgent=urgent_now(tenant, now()),
        requests=requests_of_tenant(tenant),
        ahead=ahead,
        **beside_dates(tenant, updates, now()),
        readable=readable(one.release_id for one in updates if one.release_id),
        quiet=quiet_windows(tenant, now()),
        latest=_latest(tenant),
        feeds=addresses_of(tenant),
    )


@portal.get("/<slug>/versions")
def versions(slug: str) -> str:
    """Which versions have full support, and until when (SLA 4.2)."""
    tenant: Tenant = g.tenant
    return portal_page("portal/versions.html", versions=supported_versions(tenant, now()))


@portal.get("/<slug>/calendar/<int:notice_id>.ics")
def one_event(slug: str, notice_id: int) -> Response:
    """One date, to be taken into a calendar by hand. 404 for what this tenant was not told, or otherwise since."""
    tenant: Tenant = g.tenant
    notice = next((one for one in told_notices(tenant, tenant.joined_at) if one.id == notice_id), None)
    if notice is None:
        abort(404)
    body = calendar_of_one(tenant, notice, Publisher.present(), language())
    change = notice.release.version if notice.release is not None else "maintenance"
    answer = Response(body, content_type="text/calendar; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{change}-{notice.kind.value}.ics")
    return answer


def _latest(tenant: Tenant) -> list[Any]:
    """Release notes and announcements that are new, the newest first: when, the release or None, the other or None."""
    notes = [
        (note.published_at, release, None) for release, note in notes_published_last(tenant.product, language(), LATEST)
    ]
    bulletins = [(one.announced_at, None, one) for one in bulletins_told(tenant, most=LATEST)]
    return sorted([*notes, *bulletins], key=lambda one: one[0] or now(), reverse=True)[:LATEST]
