"""Verbs on release notes, one transaction each."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import select

from evidence.actors import Actor, May, require
from evidence.chain import Happening, Kind, append
from release_notes.models import ReleaseNote
from release_notes.queries import drafts
from schedules.models import Release
from schedules.searching import index_text
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
    language = checks.language("language", language)
    revisions = {} if revision is None else {language: revision}
    return save_languages(release, {language: markdown}, by, now, revisions=revisions)[language]


def save_languages(
    release: Release, texts: Mapping[str, str], by: Actor, now: datetime, *, revisions: Mapping[str, int]
) -> dict[str, ReleaseNote]:
    """Save drafts in several languages, all of them or none. Returns the newest notes of each, by language.

    Raises as ``save_notes`` does, at the field of the language.
    """
    require(by, May.PLAN)
    cleaned = {one: clean_markdown(LANGUAGE_FIELDS[one], text) for one, text in texts.items()}
    # Whoever saves notes of this release now waits for us; the unique revision stands behind it.
    db.session.execute(select(Release.id).where(Release.id == release.id).with_for_update())
    newest = drafts(release.id)
    for language in cleaned:
        standing = newest[language].revision if language in newest else 0
        if revisions.get(language, standing) != standing:
            db.session.rollback()
            raise Conflict(
                LANGUAGE_FIELDS[language], _("Somebody saved these notes since you opened the page. Look again.")
            )
    saved = {language: _draft(release, language, text, newest, by, now) for language, text in cleaned.items()}
    db.session.commit()
    return saved


def _draft(
    release: Release, language: str, text: str, newest: Mapping[str, ReleaseNote], by: Actor, now: datetime
) -> ReleaseNote:
    before = newest.get(language)
    if before is not None and before.markdown == text:
        return before
    note = ReleaseNote(
        release_id=release.id,
        language=language,
        revision=before.revision + 1 if before else 1,
        markdown=text,
        saved_at=now,
        saved_by=by.name,
    )
    db.session.add(note)
    return note


def restore_notes(
    release: Release, language: str, number: int, by: Actor, now: datetime, *, revision: int
) -> ReleaseNote:
    """Save an earlier revision's text once more, as the newest; customers see it once it is published.

    Raises Refused where there is no such revision, Conflict where ``revision`` is no longer the newest.
    """
    require(by, May.PLAN)
    earlier = db.session.scalars(
        select(ReleaseNote).where(
            ReleaseNote.release_id == release.id, ReleaseNote.language == language, ReleaseNote.revision == number
        )
    ).one_or_none()
    if earlier is None:
        raise Refused("revision", _("There is no such version."))
    return save_notes(release, language, earlier.markdown, by, now, revision=revision)


def publish_notes(release: Release, by: Actor, now: datetime, *, revisions: Mapping[str, int] | None = None) -> None:
    """Put the newest notes in both languages on the portal; the first time they go out by mail as well (SLA 3.3).

    Raises Refused where a language is missing, the release is cancelled, or nothing is new; Conflict where
    ``revisions`` are given, by language, and those are not the newest any more: nobody publishes what was not seen.
    """
    require(by, May.MANAGE)
    # Whoever saves, publishes or cancels now waits for us, or we for them.
    db.session.refresh(release, with_for_update={"key_share": True})
    if release.cancelled_at is not None:
        raise Refused("notes", _("This release has been cancelled."))
    newest = drafts(release.id)
    missing = [language for language in LANGUAGES if language not in newest]
    if missing:
        names = {"nl": _("Dutch"), "en": _("English")}
        raise Refused("notes", _("Write the notes in %(language)s first.", language=names[missing[0]]))
    if revisions is not None and any(revisions.get(one) != newest[one].revision for one in LANGUAGES):
        raise Conflict("revisions", _("Somebody saved these notes since you opened the page. Look again."))
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
        index_text(release, note.language, note.markdown)
    texts = {language: sha256(note.markdown.encode()).hexdigest() for language, note in newest.items()}
    append([Happening(Kind.NOTES_PUBLISHED, by.name, None, {"release": release.id, "sha256": texts})], now)
    db.session.commit()


def clean_markdown(field: str, markdown: str) -> str:
    """Return Markdown with plain line ends and without NUL. Raises Refused where it is empty or over 1 MB."""
    text = checks.markdown(field, markdown)
    if not text:
        raise Refused(field, _("Fill this in."))
    return text
