"""What a contact finds on the portal: what was published, told and announced, its tenant's reports and contacts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, select

from announcements.bulletins_told import bulletins_found
from entrypoints.filters import asked_text
from entrypoints.portal import portal, portal_page
from entrypoints.presenting import clock, day, language
from entrypoints.presenting_notices import change_in_words
from entrypoints.search.place import Hit
from release_notes.archive import Entry, archive_page
from release_notes.models import Report
from schedules.notices import Notice, Says
from schedules.told_archive import maintenance_found, releases_found
from storage.paging import Listed, listed
from storage.sought import finds, sought_words
from tenants.models import Contact, Tenant

__all__ = ["portal"]

# So many of each kind are shown; more words find fewer.
MOST = 12


@dataclass(frozen=True)
class Found:
    """What was found of one kind: how much there is, and the first of it."""

    title: str
    total: int
    hits: list[Hit]


@portal.get("/<slug>/search")
def search(slug: str) -> str:
    """Everything of this tenant, and of no other, that has words which begin with those that were typed."""
    typed = asked_text("q")
    return portal_page("portal/search.html", typed=typed, groups=[one for one in _found(g.tenant, typed) if one.total])


def _found(tenant: Tenant, typed: str) -> Iterator[Found]:
    words = sought_words(typed)
    if not words:
        return
    notes = archive_page(tenant.product, language(), 1, typed)
    yield Found(_("Release notes"), notes.total, [_notes(one, tenant) for one in notes.entries[:MOST]])
    yield _of(_("Coming releases"), releases_found(tenant, words), lambda one: _release(one, tenant))
    yield _of(_("Maintenance"), maintenance_found(tenant, words), lambda one: _maintenance(one, tenant))
    yield _of(_("Announcements"), bulletins_found(tenant, words), lambda one: _bulletin(one, tenant))
    reports = select(Report).where(Report.tenant_id == tenant.id, finds(Report, words)).order_by(Report.number)
    yield _of(_("Reports"), reports, lambda one: _report(one, tenant))
    contacts = select(Contact).where(Contact.tenant_id == tenant.id, finds(Contact, words)).order_by(Contact.name)
    yield _of(_("Contacts"), contacts, lambda one: _contact(one, tenant))


def _of(title: str, query: Select[Any], hit: Callable[[Any], Hit]) -> Found:
    found: Listed = listed(query, 1, per_page=MOST)
    return Found(title, found.total, [hit(row) for row in found.rows])


def _notes(entry: Entry, tenant: Tenant) -> Hit:
    page = url_for("portal.release", slug=tenant.slug, version=entry.release.version)
    what = _("Release notes of %(version)s", version=entry.version)
    return Hit(what, page, day(entry.since, tenant.product.timezone), "patch" if entry.patch else "release")


def _release(notice: Notice, tenant: Tenant) -> Hit:
    release, zone = notice.release, tenant.product.timezone
    what = f"{release.version} {release.title(language())}".strip() if release else ""
    page = url_for("portal.release", slug=tenant.slug, version=release.version if release else "")
    stands = f"{change_in_words(notice.kind)}, {clock(notice.planned_at, zone)}"
    return Hit(what, page, stands, notice.kind.value)


def _maintenance(notice: Notice, tenant: Tenant) -> Hit:
    window, product = notice.maintenance, tenant.product
    year = notice.planned_at.astimezone(product.zone).year
    what = f"{window.reference} {window.reason(language())}".strip() if window else ""
    page = url_for("portal.maintenance", slug=tenant.slug, year=year)
    off = notice.says is Says.CANCELLED
    stands = _("cancelled") if off else clock(notice.planned_at, product.timezone)
    return Hit(what, page, stands, "cancelled" if off else "maintenance")


def _bulletin(bulletin: Any, tenant: Tenant) -> Hit:
    page = url_for("portal.announcement", slug=tenant.slug, bulletin_id=bulletin.id)
    moment = clock(bulletin.announced_at, tenant.product.timezone)
    return Hit(bulletin.subject(language()), page, moment, bulletin.kind.value)


def _report(report: Report, tenant: Tenant) -> Hit:
    page = url_for("portal.notes", slug=tenant.slug, words=report.number)
    return Hit(f"{report.number} {report.title}".strip(), page, _("the release notes that name it"))


def _contact(contact: Contact, tenant: Tenant) -> Hit:
    return Hit(contact.name, url_for("portal.contacts", slug=tenant.slug), contact.email)
