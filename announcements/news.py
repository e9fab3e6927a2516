"""What a tenant may read on its portal, as items of news: release notes, maintenance and what was announced by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from announcements.bulletins_told import bulletins_told
from announcements.contents import impact_in_words
from announcements.models import Bulletin
from release_notes.models import ReleaseNote
from release_notes.queries import published_since
from release_notes.rendering import to_html
from release_notes.showing import notes_html
from schedules.entries import maintenance_summary
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, Says
from schedules.queries import quiet_windows, told_notices
from tenants.models import Product, Tenant
from tenants.wording import day_in_words, environment_in_words, moment_for_tenant


@dataclass(frozen=True)
class NewsItem:
    """One thing to read: what it is about, which never changes, and how it reads since ``updated_at``.

    ``path`` leads to its page below the tenant's portal; ``html`` is safe to show.
    """

    about: str
    kind: str
    title: str
    html: str
    path: str
    updated_at: datetime


def news_of(tenant: Tenant, since: datetime, language: str) -> list[NewsItem]:
    """Return what changed or was still to come since a moment, the latest change first; nothing that is not told yet.

    Four queries, whatever there is.
    """
    with force_locale(language):
        items = [
            *(_notes(*one, tenant.product, language) for one in published_since(tenant.product, language, since)),
            *_maintenance(tenant, since, language),
            *(_bulletin(bulletin, language) for bulletin in bulletins_told(tenant, since)),
        ]
    return sorted(items, key=lambda item: (item.updated_at, item.about), reverse=True)


def _notes(release: Release, note: ReleaseNote, product: Product, language: str) -> NewsItem:
    title = release.title(language)
    heading = _("Release notes of %(version)s", version=release.version)
    return NewsItem(
        about=f"release/{release.id}/notes",
        kind="release-notes",
        title=f"{heading}: {title}" if title else heading,
        html=notes_html(note.markdown, product, base_url=current_app.config["BASE_URL"]),
        path=f"/releases/{release.version}",
        updated_at=_latest(note.published_at, release.edited_at),
    )


def _bulletin(bulletin: Bulletin, language: str) -> NewsItem:
    facts = Markup()
    if bulletin.effective_at is not None:
        day = day_in_words(bulletin.effective_at, bulletin.product.timezone, language)
        facts = _lines(f"{_('Document')}: {bulletin.document}", f"{_('Takes effect on')}: {day}")
    return NewsItem(
        about=f"bulletin/{bulletin.id}",
        kind=bulletin.kind.value,
        title=bulletin.subject(language),
        html=facts + Markup(to_html(bulletin.markdown(language))),  # noqa: S704 - sanitised
        path=f"/announcements/{bulletin.id}",
        updated_at=_latest(bulletin.announced_at),
    )


def _maintenance(tenant: Tenant, since: datetime, language: str) -> Iterator[NewsItem]:
    """What was told of maintenance, and that of which nobody is told: it stands on the portal all the same."""
    # What was over when the tenant joined is not on its portal either.
    since = max(since, tenant.joined_at)
    for notice in told_notices(tenant, since):
        if notice.maintenance is not None:
            told_at = notice.announced_at or notice.created_at
            yield _window(tenant, notice.maintenance, notice, told_at, language)
    for window in quiet_windows(tenant, since, cancelled=True):
        yield _window(tenant, window, None, window.changed_at, language)


def _window(
    tenant: Tenant, window: MaintenanceWindow, notice: Notice | None, told_at: datetime, language: str
) -> NewsItem:
    """Maintenance as the tenant was told of it; without a notice, as it is planned."""
    starts_at, ends_at = (notice.planned_at, notice.expected_end) if notice else (window.starts_at, window.ends_at)
    cancelled = notice.says is Says.CANCELLED if notice else window.cancelled_at is not None
    summary = maintenance_summary(tenant.product, window, language)

    def moment(at: datetime) -> str:
        return moment_for_tenant(at, tenant.product.timezone, tenant.timezone, language)

    environments = ", ".join(environment_in_words(kind) for kind in window.environments)
    lines = [
        window.reason(language),
        _("Starts: %(moment)s", moment=moment(starts_at)),
        _("Ends: %(moment)s", moment=moment(window.until(starts_at, ends_at))),
        f"{_('What you notice')}: {impact_in_words(window.impact)} ({environments})",
    ]
    if window.expected_until is not None:
        lines.append(_("It takes longer than announced; that was until %(moment)s.", moment=moment(ends_at)))
    if notice is not None and notice.waiver is not None:
        lines.append(_("Announced later than promised. The reason: %(reason)s", reason=notice.waiver.reason(language)))
    if not cancelled and window.started_at is not None:
        lines.append(_("done") if window.done_at is not None else _("under way"))
    return NewsItem(
        about=f"maintenance/{window.id}",
        kind="maintenance",
        title=_("CANCELLED: %(summary)s", summary=summary) if cancelled else summary,
        html=_lines(*lines),
        path="/maintenance",
        updated_at=_latest(told_at, window.edited_at, window.started_at, window.done_at),
    )


def _lines(*lines: str) -> Markup:
    return Markup().join(Markup("<p>{}</p>").format(line) for line in lines if line)


def _latest(*moments: datetime | None) -> datetime:
    return max(moment for moment in moments if moment is not None)
