"""The pages of a customer's contacts: what happens to us, when, what we must do, what has changed."""

from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from announcements.bulletins_told import urgent_now
from entrypoints.feed_addresses import addresses_of
from entrypoints.guards import now, only_own_tenant
from entrypoints.presenting import language
from release_notes.queries import published, published_in
from release_notes.rendering import to_html
from schedules.date_request_queries import latest_requests
from schedules.models import Release
from schedules.notices import Notice, Says
from schedules.queries import quiet_windows, release_named, releases, told_notices
from schedules.support import support_picture
from sla.terms import Change
from tenants.models import Tenant
from tenants.queries import running

portal = Blueprint("portal", __name__, url_prefix="/portal")
portal.before_request(only_own_tenant)


@portal.get("/")
def choose() -> str | Response:
    """The one tenant of this contact, or a choice where there are more."""
    if len(g.tenants) == 1:
        return redirect(url_for("portal.home", slug=g.tenants[0].slug))
    return render_template("portal/choose.html", tenants=g.tenants)


@portal.get("/<slug>")
def home(slug: str) -> str:
    """Our environments, what comes next, the latest notes, the calendar's address."""
    tenant: Tenant = g.tenant
    coming = told_notices(tenant, now())
    notes = _notes(tenant)
    return _page(
        "portal/home.html",
        urgent=urgent_now(tenant, now()),
        running=running(tenant),
        picture=support_picture(tenant.product, now()),
        coming=[notice for notice in coming if notice.says is not Says.CANCELLED],
        called_off=[notice for notice in coming if notice.says is Says.CANCELLED],
        next_of=_next_of(coming),
        quiet=quiet_windows(tenant, now()),
        notes=notes[:3],
        feeds=addresses_of(tenant),
        requests=latest_requests(tenant, now()),
    )


@portal.get("/<slug>/releases")
def notes(slug: str) -> str:
    """All release notes, the newest first."""
    return _page("portal/notes.html", notes=_notes(g.tenant))


@portal.get("/<slug>/releases/<version>")
def release(slug: str, version: str) -> str:
    """One release: its dates for this tenant, as they were told, and its notes."""
    tenant: Tenant = g.tenant
    row = release_named(tenant.product, version)
    found = published(row.id) if row else {}
    note = found.get(language()) or next(iter(found.values()), None)
    told = [one for one in told_notices(tenant, tenant.joined_at) if row and one.release_id == row.id]
    if row is None or (note is None and not told):
        abort(404)
    html = Markup(to_html(note.markdown)) if note else None  # noqa: S704 - sanitised
    requests = latest_requests(tenant, now())
    return _page("portal/release.html", release=row, note=note, html=html, told=told, requests=requests)


@portal.get("/<slug>/maintenance")
def maintenance(slug: str) -> str:
    """Maintenance that was announced, coming and past."""
    tenant: Tenant = g.tenant
    told = [notice for notice in told_notices(tenant, tenant.joined_at) if notice.maintenance is not None]
    return _page(
        "portal/maintenance.html",
        coming=[notice for notice in told if _ends(notice) >= now()],
        past=[notice for notice in reversed(told) if _ends(notice) < now()],
        quiet=quiet_windows(tenant, now()),
    )


def _ends(notice: Notice) -> Any:
    longer = notice.maintenance.expected_until if notice.maintenance is not None else None
    return longer or notice.ends_at or notice.planned_at


def _page(template: str, **values: Any) -> str:
    tenant: Tenant = g.tenant
    return render_template(template, tenant=tenant, product=tenant.product, tenants=g.tenants, **values)


def _notes(tenant: Tenant) -> list[tuple[Release, Any]]:
    """Releases with published notes, each with the notes in the reader's language, the newest release first."""
    rows = [one for one in releases(tenant.product) if one.cancelled_at is None]
    found = published_in(language(), (one.id for one in rows))
    return [(one, found[one.id]) for one in rows if one.id in found]


def _next_of(coming: list[Notice]) -> dict[str, Notice]:
    """The first update ahead of each environment."""
    first: dict[str, Notice] = {}
    for notice in coming:
        if notice.kind is not Change.MAINTENANCE and notice.says is not Says.CANCELLED:
            first.setdefault(notice.kind.value, notice)
    return first
