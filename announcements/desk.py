"""Find or open an announcement, with its letter in every language."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import select

from announcements import contents
from announcements.models import Announcement, Kind
from announcements.readers import Desk
from announcements.rendering import letter_of
from outbox.models import Letter
from release_notes.queries import published
from schedules.models import MaintenanceWindow, Release, Says
from storage import db
from tenants.models import LANGUAGES


def open_desk(
    kind: Kind,
    says: Says,
    now: datetime,
    *,
    release: Release | None = None,
    window: MaintenanceWindow | None = None,
    told_plan: int | None = None,
) -> Desk:
    """Return the desk of an announcement about the present state of a plan, or about the state that ``told_plan`` was.

    The first to come renders its letters, in the running transaction; whoever comes later joins with the same words.
    """
    change = release or window
    if change is None:
        raise ValueError("an announcement is about a release or about maintenance")
    # What is told of an update or of release notes does not change when the plan does.
    told_once = kind not in {Kind.ACCEPTANCE, Kind.PRODUCTION, Kind.MAINTENANCE}
    plan_revision = 1 if told_once else told_plan or change.revision
    announcement = found_announcement(kind, says, plan_revision, release=release, window=window)
    if announcement is None:
        announcement = Announcement(
            product_id=change.product_id,
            release_id=release.id if release else None,
            maintenance_id=window.id if window else None,
            kind=kind,
            says=says,
            plan_revision=plan_revision,
            created_at=now,
        )
        db.session.add(announcement)
        db.session.flush()
        db.session.add_all(letters_of(kind, says, now, announcement.id, release=release, window=window))
        db.session.flush()
    return _desk(change, announcement, written_letters(announcement), release, window)


def show_desk(
    kind: Kind,
    says: Says,
    now: datetime,
    *,
    release: Release | None = None,
    window: MaintenanceWindow | None = None,
) -> Desk:
    """Return the desk that ``open_desk`` would open now, without writing anything: what was not written is not kept."""
    change = release or window
    if change is None:
        raise ValueError("an announcement is about a release or about maintenance")
    announcement = found_announcement(kind, says, change.revision, release=release, window=window)
    if announcement is not None:
        return _desk(change, announcement, written_letters(announcement), release, window)
    unwritten = Announcement(kind=kind, says=says, plan_revision=change.revision, created_at=now)
    letters = letters_of(kind, says, now, None, release=release, window=window)
    for letter in letters:
        # As the row would have it.
        letter.calendar = letter.calendar or ""
    return _desk(change, unwritten, letters, release, window)


def letters_of(
    kind: Kind,
    says: Says,
    now: datetime,
    announcement_id: int | None,
    *,
    release: Release | None = None,
    window: MaintenanceWindow | None = None,
) -> list[Letter]:
    """Render the letters of an announcement, one a language; they are not in the session."""
    thread = f"release-{release.id}" if release else f"maintenance-{window.id if window else 0}"
    letters = []
    for language in LANGUAGES:
        with force_locale(language):
            content = _content(kind, says, language, release, window)
            letters.append(letter_of(content, language, thread, now, announcement_id))
    return letters


def written_letters(announcement: Announcement) -> Sequence[Letter]:
    return db.session.scalars(select(Letter).where(Letter.announcement_id == announcement.id)).all()


def _desk(
    change: Release | MaintenanceWindow,
    announcement: Announcement,
    letters: Iterable[Letter],
    release: Release | None,
    window: MaintenanceWindow | None,
) -> Desk:
    told_once = announcement.kind not in {Kind.ACCEPTANCE, Kind.PRODUCTION, Kind.MAINTENANCE}
    path = "/maintenance" if window else f"/releases/{release.version}" if release and told_once else ""
    return Desk(change.product, announcement, {letter.language: letter for letter in letters}, path)


def found_announcement(
    kind: Kind,
    says: Says,
    plan_revision: int,
    *,
    release: Release | None = None,
    window: MaintenanceWindow | None = None,
) -> Announcement | None:
    """The announcement of one thing about one state of a plan, None where it was not opened yet."""
    return db.session.scalars(
        select(Announcement).where(
            Announcement.release_id == (release.id if release else None),
            Announcement.maintenance_id == (window.id if window else None),
            Announcement.kind == kind,
            Announcement.says == says,
            Announcement.plan_revision == plan_revision,
        )
    ).one_or_none()


def _content(
    kind: Kind, says: Says, language: str, release: Release | None, window: MaintenanceWindow | None
) -> contents.Content:
    if window is not None:
        return contents.of_maintenance(window, says, language)
    if release is None:
        raise ValueError("an announcement is about a release or about maintenance")
    if kind is Kind.RELEASE_NOTES:
        return contents.of_notes(release, published(release.id)[language].markdown, language)
    if kind in {Kind.ACCEPTANCE_UPDATED, Kind.PRODUCTION_UPDATED}:
        return contents.of_update(release, kind)
    return contents.of_release(release, kind, says, language)
