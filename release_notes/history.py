"""Take over release notes from another administration, in the running transaction."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from evidence.actors import Actor
from evidence.chain import Happening, Kind
from release_notes.models import ReleaseNote
from schedules.models import Release
from schedules.searching import index_text
from storage import db
from tenants.history import TakenOver


def take_over_notes(
    release: Release, language: str, markdown: str, by: Actor, now: datetime
) -> tuple[TakenOver, list[Happening]]:
    """Save notes that are not there yet, in text that ``clean_markdown`` made.

    The first notes of a release that is in acceptance already count as published on its acceptance date, and nobody
    is told of them. All others are a draft, which a person publishes: what customers read is not changed from a file.
    Returns what became of them, and what is to go on record at the end of the transaction.
    """
    notes = db.session.scalars(
        select(ReleaseNote)
        .where(ReleaseNote.release_id == release.id, ReleaseNote.language == language)
        .order_by(ReleaseNote.revision)
    ).all()
    if any(note.markdown == markdown for note in notes):
        return TakenOver.UNCHANGED, []
    note = ReleaseNote(
        release_id=release.id,
        language=language,
        revision=notes[-1].revision + 1 if notes else 1,
        markdown=markdown,
        saved_at=now,
        saved_by=by.name,
    )
    happenings = []
    if not notes and release.acceptance_at <= now:
        # What was published on that day was there by then: no page says that it was saved after.
        note.saved_at = note.published_at = note.told_at = release.acceptance_at
        note.published_by = by.name
        index_text(release, language, markdown)
        text = {language: sha256(markdown.encode()).hexdigest()}
        facts = {"release": release.id, "sha256": text, "published_at": note.published_at.isoformat(), "imported": True}
        happenings = [Happening(Kind.NOTES_PUBLISHED, by.name, None, facts)]
    db.session.add(note)
    return TakenOver.CHANGED if notes else TakenOver.NEW, happenings
