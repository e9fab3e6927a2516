"""What comes of publishing release notes now: who is mailed, who is not reached, which mails. Nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from announcements.notes_specimen import NotesMail, notes_mails
from announcements.unreachable import Unreachable, unreachable_tenants
from release_notes.images import images_of
from release_notes.missing import missing_of
from release_notes.models import ReleaseNote
from schedules.models import Release
from storage import db
from storage.paging import Listed, listed_rows
from tenants.audiences import Audience, audience
from tenants.models import Contact, Tenant


@dataclass(frozen=True)
class NotesRun:
    """Whom publishing reaches and with what. ``first``: they are mailed; a correction is not.

    ``languages`` counts the contacts by theirs; ``missing`` says what the notes lack, in sentences.
    """

    first: bool
    people: Audience
    languages: dict[str, int]
    recipients: Listed
    unreachable: Unreachable
    mails: dict[str, NotesMail]
    missing: list[str]


def notes_run(release: Release, drafts: Mapping[str, ReleaseNote], now: datetime, page: int = 1) -> NotesRun:
    """Return what would come of publishing these drafts; about a dozen queries, whatever there is."""
    texts = {language: note.markdown for language, note in drafts.items()}
    languages = db.session.execute(
        select(Contact.locale, func.count())
        .join(Tenant)
        .where(Tenant.product_id == release.product_id)
        .group_by(Contact.locale)
    )
    published = select(ReleaseNote.id).where(
        ReleaseNote.release_id == release.id, ReleaseNote.published_at.is_not(None)
    )
    return NotesRun(
        first=db.session.scalars(published.limit(1)).first() is None,
        people=audience(release.product),
        languages={row[0]: row[1] for row in languages},
        recipients=_recipients(release, page),
        unreachable=unreachable_tenants(release.product),
        mails=notes_mails(release, texts, now),
        missing=missing_of(release, texts, [image.name for image in images_of(release)]),
    )


def _recipients(release: Release, page: int) -> Listed:
    query = (
        select(
            Contact.name,
            Contact.email,
            Contact.locale,
            Tenant.name.label("tenant_name"),
            Tenant.slug.label("tenant_slug"),
        )
        .join(Tenant)
        .where(Tenant.product_id == release.product_id)
    )
    return listed_rows(query.order_by(Tenant.name, Contact.id), page)
