"""Find or open an announcement, with its letter in every language."""

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
from schedules.models import MaintenanceWindow, Release, Says
from schedules.occasions import name_of
from sla.terms import Change
from storage import db
from tenants.models import LANGUAGES

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
    # What is told of an update or of release notes does not change when the plan does.
    told_once = kind in {Kind.RELEASE_NOTES, Kind.ACCEPTANCE_UPDATED, Kind.PRODUCTION_UPDATED}
    plan_revision = 1 if told_once else told_plan or change.revision
    announcement = db.session.scalars(
        select(Announcement).where(
            Announcement.release_id == (release.id if release else None),
            Announcement.maintenance_id == (window.id if window else None),
            Announcement.kind == kind,
            Announcement.says == says,
            Announcement.plan_revision == plan_revision,
            Announcement.step == step,
        )
    ).one_or_none()
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
        # Release notes and updates are no appointments.
        calendar = "" if told_once else calendar_part(change, says, Publisher.present())
        thread = f"release-{release.id}" if release else f"maintenance-{change.id}"
        for language in LANGUAGES:
            with force_locale(language):
                content = _content(kind, says, language, release, window, step)
                letter = letter_of(content, language, thread, now, announcement.id, calendar)
                if kind in REMINDED:
                    letter.holds_while = name_of(
                        REMINDED[kind],
                        release_id=announcement.release_id,
                        maintenance_id=announcement.maintenance_id,
                    )
                db.session.add(letter)
        db.session.flush()
    letters = db.session.scalars(select(Letter).where(Letter.announcement_id == announcement.id))
    path = "/maintenance" if window else f"/releases/{release.version}" if release and told_once else ""
    return Desk(change.product, announcement, {letter.language: letter for letter in letters}, path)


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
        return contents.of_update(release, kind)
    return contents.of_release(release, kind, says, language)
