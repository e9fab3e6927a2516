"""What comes of publishing release notes now: who is mailed, who is not reached, which mails. Nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from announcements.concerned import PER_PAGE, RecipientPage
from announcements.notes_specimen import NotesMail, notes_mails
from announcements.unreachable import Unreachable, unreachable_of
from release_notes.images import images_of
from release_notes.missing import missing_of
from release_notes.models import ReleaseNote
from schedules.models import Release
from storage import db
from storage.paging import page_there_is
from tenants.models import Contact, Tenant
from tenants.queries import Audience, audience


@dataclass(frozen=True)
class NotesRun:
    """Whom publishing reaches and with what. ``first``: they are mailed; a correction is not.

    ``languages`` counts the contacts by theirs; ``missing`` says what the notes lack, in sentences.
    """

    first: bool
    people: Audience
    languages: dict[str, int]
    recipients: RecipientPage
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
        unreachable=unreachable_of(release.product),
        mails=notes_mails(release, texts, now),
        missing=missing_of(release, texts, [image.name for image in images_of(release)]),
    )


def _recipients(release: Release, page: int) -> RecipientPage:
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
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = page_there_is(page, total, PER_PAGE)
    ordered = query.order_by(Tenant.name, Contact.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return RecipientPage(db.session.execute(ordered).all(), total, page)
