"""Release notes on the portal: the archive, one release, and what changed from one version to another."""

from typing import Any

from flask import abort, g, request
from markupsafe import Markup

from entrypoints.filters import asked_page
from entrypoints.guards import now
from entrypoints.portal import portal, portal_page
from entrypoints.portal_own_dates import beside_dates
from entrypoints.presenting import language
from release_notes.archive import Entry, archive_page, changes_between, published_releases
from release_notes.excerpts import excerpt
from release_notes.queries import published
from release_notes.reports import solved_reports
from release_notes.showing import notes_html, without_title
from schedules.models import Release
from schedules.notices import Notice, Says
from schedules.queries import release_named, told_notices
from sla.versions import version_key
from storage.paging import pages_of
from tenants.installed import running
from tenants.models import EnvironmentKind, Tenant

__all__ = ["portal"]

LONGEST_QUERY = 200
VERSIONS_PER_PAGE = 8


@portal.get("/<slug>/releases")
def notes(slug: str) -> str:
    """The archive of releases and patches, the newest first; ``?words=`` looks for them in what they say."""
    tenant: Tenant = g.tenant
    query = " ".join(request.args.get("words", "").split())[:LONGEST_QUERY]
    found = archive_page(tenant.product, language(), asked_page(), query)
    return portal_page(
        "portal/notes.html",
        found=found,
        words=query,
        excerpts=[excerpt(entry.text(language()), found.words) for entry in found.entries],
        solved=solved_reports(tenant, {entry.release.id for entry in found.entries}),
        production=_in_production(tenant),
    )


@portal.get("/<slug>/releases/<version>")
def release(slug: str, version: str) -> str:
    """One release: its dates for this tenant, as they were told, its notes, and the tenant's reports that it solves."""
    tenant: Tenant = g.tenant
    row = release_named(tenant.product, version)
    found = published(row.id) if row else {}
    note = found.get(language()) or next(iter(found.values()), None)
    told = [one for one in told_notices(tenant, tenant.joined_at) if row and one.release_id == row.id]
    if row is None or (note is None and not told):
        abort(404)
    html = _html(note.markdown, tenant, row, note.language) if note else None
    patches = [(one, _html(one.notes(language()), tenant)) for one in row.patches] if note else []
    solved = solved_reports(tenant, {row.id}) if note else {}
    return portal_page(
        "portal/release.html",
        release=row,
        note=note,
        html=html,
        awaited=_awaited(told),
        told=told,
        **beside_dates(tenant, told, now()),
        patches=patches,
        solved=_together(solved.values()),
    )


@portal.get("/<slug>/changes")
def changes(slug: str) -> str:
    """What changed between two versions: by default after the one in production, up to the newest."""
    tenant: Tenant = g.tenant
    versions = [one.version for one in published_releases(tenant.product)]
    production = _in_production(tenant)
    after = _version(request.args.get("from"), production)
    until = _version(request.args.get("to"), versions[-1] if versions else "")
    entries = changes_between(tenant.product, language(), after, until) if until else []
    pages = pages_of(len(entries), VERSIONS_PER_PAGE)
    page = min(asked_page(), pages)
    solved = solved_reports(tenant, {entry.release.id for entry in entries})
    of_entry = {
        entry.version: solved.get((entry.release.id, entry.patch.id if entry.patch else 0), []) for entry in entries
    }
    shown = entries[(page - 1) * VERSIONS_PER_PAGE : page * VERSIONS_PER_PAGE]
    choices = sorted({*versions, *filter(None, (after, until, production))}, key=version_key)
    return portal_page(
        "portal/changes.html",
        entries=[(entry, _html_of(entry, tenant)) for entry in shown],
        total=len(entries),
        of_entry=of_entry,
        solved=_together(of_entry.values()),
        versions=choices,
        production=production,
        after=after,
        until=until,
        nothing="" if entries else _nothing(after, until, versions, production),
        page=page,
        pages=pages,
    )


def _html_of(entry: Entry, tenant: Tenant) -> Markup:
    if entry.note is None:
        return _html(entry.text(language()), tenant)
    return _html(entry.note.markdown, tenant, entry.release, entry.note.language)


def _html(markdown: str, tenant: Tenant, release: Release | None = None, written_in: str = "") -> Markup:
    """Of a release's own notes without the title that stands above them."""
    html = notes_html(markdown, tenant.product)
    return Markup(without_title(html, release, written_in) if release else html)  # noqa: S704 - sanitised


def _nothing(after: str, until: str, versions: list[str], production: str) -> str:
    """Why nothing changed from one version to another: "unwritten", "newest", "after", "reversed" or "between"."""
    if not versions:
        return "unwritten"
    since = version_key(after) if after else ()
    if since >= version_key(versions[-1]):
        return "newest" if after == production else "after"
    return "reversed" if until and since >= version_key(until) else "between"


def _awaited(told: list[Notice]) -> str:
    """What to say of notes that are not there, by the updates that were told: "ahead", "late", "off" (SLA 3.3)."""
    updates = [one.planned_at for one in told if one.says is not Says.CANCELLED]
    if not updates:
        return "off"
    return "ahead" if min(updates) > now() else "late"


def _in_production(tenant: Tenant) -> str:
    """The version that a tenant runs in production; empty where that is unknown or no version to compare."""
    installed = running(tenant)[EnvironmentKind.PRODUCTION]
    return _version(installed.version if installed else "", "")


def _version(typed: str | None, otherwise: str) -> str:
    """A version that an address names; another one where it names none, and where that is no version."""
    if typed == "":
        return ""
    try:
        version_key(typed or "")
    except ValueError:
        return otherwise
    return typed or otherwise


def _together(several: Any) -> list[Any]:
    """Reports of several releases, each once, by number."""
    return sorted({report.id: report for reports in several for report in reports}.values(), key=lambda one: one.number)
