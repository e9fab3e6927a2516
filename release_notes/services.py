"""Verbs on release notes, one transaction each."""

from datetime import datetime
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import select

from evidence.actors import Actor, May, require
from evidence.chain import Happening, Kind, append
from release_notes.models import ReleaseNote
from release_notes.queries import drafts
from schedules.models import Release
from storage import Conflict, Refused, db
from tenants import checks
from tenants.models import LANGUAGES

LONGEST = checks.LONGEST_MARKDOWN
LANGUAGE_FIELDS = {"nl": "markdown_nl", "en": "markdown_en"}


def save_notes(
    release: Release, language: str, markdown: str, by: Actor, now: datetime, *, revision: int | None = None
) -> ReleaseNote:
    """Save a draft as a new revision; text that did not change makes none.

    Raises Refused for empty or overlong text, Conflict where ``revision`` is given and no longer the newest.
    """
    require(by, May.PLAN)
    language = checks.language("language", language)
    text = clean_markdown(LANGUAGE_FIELDS[language], markdown)
    # Whoever saves notes of this release now waits for us; the unique revision stands behind it.
    db.session.execute(select(Release.id).where(Release.id == release.id).with_for_update())
    newest = drafts(release.id).get(language)
    if revision is not None and revision != (newest.revision if newest else 0):
        db.session.rollback()
        raise Conflict("markdown", _("Somebody saved these notes since you opened the page. Look again."))
    if newest is not None and newest.markdown == text:
        db.session.commit()
        return newest
    note = ReleaseNote(
        release_id=release.id,
        language=language,
        revision=newest.revision + 1 if newest else 1,
        markdown=text,
        saved_at=now,
        saved_by=by.name,
    )
    db.session.add(note)
    db.session.commit()
    return note


def publish_notes(release: Release, by: Actor, now: datetime) -> None:
    """Put the newest notes in both languages on the portal; the first time they go out by mail as well (SLA 3.3).

    Raises Refused where a language is missing, the release is cancelled, or nothing is new.
    """
    require(by, May.MANAGE)
    if release.cancelled_at is not None:
        raise Refused("notes", _("This release has been cancelled."))
    newest = drafts(release.id)
    missing = [language for language in LANGUAGES if language not in newest]
    if missing:
        names = {"nl": _("Dutch"), "en": _("English")}
        raise Refused("notes", _("Write the notes in %(language)s first.", language=names[missing[0]]))
    if all(note.published_at for note in newest.values()):
        raise Refused("notes", _("These notes are on the portal already."))
    before = db.session.scalars(
        select(ReleaseNote.id).where(ReleaseNote.release_id == release.id, ReleaseNote.published_at.is_not(None))
    ).first()
    for note in newest.values():
        if note.published_at is None:
            note.published_at, note.published_by = now, by.name
            # A correction shows on the portal and is not mailed again.
            note.told_at = now if before else None
    texts = {language: sha256(note.markdown.encode()).hexdigest() for language, note in newest.items()}
    append([Happening(Kind.NOTES_PUBLISHED, by.name, None, {"release": release.id, "sha256": texts})], now)
    db.session.commit()


def clean_markdown(field: str, markdown: str) -> str:
    """Return Markdown with plain line ends and without NUL. Raises Refused where it is empty or over 1 MB."""
    text = checks.markdown(field, markdown)
    if not text:
        raise Refused(field, _("Fill this in."))
    return text
