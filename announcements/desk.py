"""Find or open an announcement, with its letter in every language."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import select

from announcements import contents, progress_contents, reminder_contents
from announcements.calendar_parts import calendar_part
from announcements.models import Announcement, Kind
from announcements.readers import Desk
from announcements.rendering import letter_of
from outbox.models import Letter
from release_notes.queries import published
from schedules.entries import Publisher
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Says
from schedules.occasions import name_of, name_of_notes
from sla.terms import Change
from storage import db
from tenants.models import LANGUAGES

# What is told of an update or of release notes does not change when the plan does.
TOLD_ONCE = frozenset({Kind.RELEASE_NOTES, Kind.ACCEPTANCE_UPDATED, Kind.PRODUCTION_UPDATED})
NOTICES = frozenset({Kind.ACCEPTANCE, Kind.PRODUCTION, Kind.MAINTENANCE})
REMINDED = {
    Kind.ACCEPTANCE_REMINDER: Change.ACCEPTANCE,
    Kind.PRODUCTION_REMINDER: Change.PRODUCTION,
    Kind.MAINTENANCE_REMINDER: Change.MAINTENANCE,
}


def open_desk(
    kind: Kind,
    says: Says,
    now: datetime,
    *,
    release: Release | None = None,
    window: MaintenanceWindow | None = None,
    told_plan: int | None = None,
    step: int = 0,
) -> Desk:
    """Return the desk of an announcement about the present state of a plan, or about the state that ``told_plan`` was.

    ``step`` tells apart what is said more than once of one state: the first reminder and the second.
    The first to come renders its letters, in the running transaction; whoever comes later joins with the same words.
    """
    change = release or window
    if change is None:
        raise ValueError("an announcement is about a release or about maintenance")
    plan_revision = 1 if kind in TOLD_ONCE else told_plan or change.revision
    announcement = found_announcement(kind, says, plan_revision, release=release, window=window, step=step)
    if announcement is None:
        announcement = Announcement(
            product_id=change.product_id,
            release_id=release.id if release else None,
            maintenance_id=window.id if window else None,
            kind=kind,
            says=says,
            plan_revision=plan_revision,
            step=step,
            created_at=now,
        )
        db.session.add(announcement)
        db.session.flush()
        letters = letters_of(kind, says, now, announcement.id, release=release, window=window, step=step)
        for letter in letters:
            letter.holds_while = _holds_while(kind, plan_revision, release, window)
        db.session.add_all(letters)
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
    return _desk(change, unwritten, letters, release, window)


def letters_of(
    kind: Kind,
    says: Says,
    now: datetime,
    announcement_id: int | None,
    *,
    release: Release | None = None,
    window: MaintenanceWindow | None = None,
    step: int = 0,
) -> list[Letter]:
    """Render the letters of an announcement, one a language; they are not in the session."""
    change = release or window
    # What else is told beside the notices is no appointment of its own.
    has_entry = change is not None and (kind in NOTICES or kind is Kind.MAINTENANCE_LONGER)
    calendar = calendar_part(change, kind, says, Publisher.present()) if change is not None and has_entry else ""
    thread = f"release-{release.id}" if release else f"maintenance-{window.id if window else 0}"
    letters = []
    for language in LANGUAGES:
        with force_locale(language):
            content = _content(kind, says, language, release, window, step)
            letters.append(letter_of(content, language, thread, now, announcement_id, calendar))
    return letters


def _holds_while(kind: Kind, plan_revision: int, release: Release | None, window: MaintenanceWindow | None) -> str:
    """What must still stand when a letter leaves: a notice tells one revision of the plan, a reminder its date."""
    if kind is Kind.RELEASE_NOTES and release is not None:
        return name_of_notes(release.id)
    ids = {"release_id": release.id if release else None, "maintenance_id": window.id if window else None}
    if kind in REMINDED:
        return name_of(REMINDED[kind], **ids)
    return name_of(Change(kind.value), plan_revision=plan_revision, **ids) if kind in NOTICES else ""


def written_letters(announcement: Announcement) -> Sequence[Letter]:
    return db.session.scalars(select(Letter).where(Letter.announcement_id == announcement.id)).all()


def _desk(
    change: Release | MaintenanceWindow,
    announcement: Announcement,
    letters: Iterable[Letter],
    release: Release | None,
    window: MaintenanceWindow | None,
) -> Desk:
    path = "/maintenance" if window else _place(announcement, release) if release else ""
    return Desk(change.product, announcement, {letter.language: letter for letter in letters}, path, release=release)


def _place(announcement: Announcement, release: Release) -> str:
    """Where a reader goes on from a letter about a release; home says little of what comes later than the next."""
    if announcement.kind in TOLD_ONCE:
        return f"/releases/{release.version}"
    if announcement.kind not in NOTICES or announcement.says is Says.CANCELLED:
        return ""
    return f"/releases/{release.version}" + ("/date" if announcement.kind is Kind.PRODUCTION else "")


def found_announcement(
    kind: Kind,
    says: Says,
    plan_revision: int,
    *,
    release: Release | None = None,
    window: MaintenanceWindow | None = None,
    step: int = 0,
) -> Announcement | None:
    """The announcement of one thing about one state of a plan, None where it was not opened yet."""
    return db.session.scalars(
        select(Announcement).where(
            Announcement.release_id == (release.id if release else None),
            Announcement.maintenance_id == (window.id if window else None),
            Announcement.kind == kind,
            Announcement.says == says,
            Announcement.plan_revision == plan_revision,
            Announcement.step == step,
        )
    ).one_or_none()


def _content(
    kind: Kind, says: Says, language: str, release: Release | None, window: MaintenanceWindow | None, step: int
) -> contents.Content:
    if kind in REMINDED:
        return reminder_contents.of_reminder(release or window, REMINDED[kind], language)
    if window is not None and kind in progress_contents.PROGRESS:
        return progress_contents.of_progress(window, kind, step, language)
    if window is not None:
        return contents.of_maintenance(window, says, language)
    if release is None:
        raise ValueError("an announcement is about a release or about maintenance")
    if kind is Kind.RELEASE_NOTES:
        return contents.of_notes(release, published(release.id)[language].markdown, language)
    if kind in {Kind.ACCEPTANCE_UPDATED, Kind.PRODUCTION_UPDATED}:
        return contents.of_update(release, kind, language)
    return contents.of_release(release, kind, says, language)
