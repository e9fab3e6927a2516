"""Reads of release notes that several faces share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, defer, undefer

from release_notes.models import ReleaseNote
from schedules.models import Release
from storage import db
from storage.paging import page_there_is, pages_of
from tenants.models import LANGUAGES, Product


def drafts(release_id: int) -> dict[str, ReleaseNote]:
    """The newest saved notes of a release by language; a language without any is absent."""
    return _newest(select(ReleaseNote).where(ReleaseNote.release_id == release_id))


def published(release_id: int) -> dict[str, ReleaseNote]:
    """The newest published notes of a release by language."""
    return _newest(
        select(ReleaseNote).where(ReleaseNote.release_id == release_id, ReleaseNote.published_at.is_not(None))
    )


def published_in(language: str, release_ids: Iterable[int]) -> dict[int, ReleaseNote]:
    """The newest published notes of many releases in one language, by release; in one query."""
    rows = db.session.scalars(
        select(ReleaseNote)
        .where(
            ReleaseNote.release_id.in_(list(release_ids)),
            ReleaseNote.language == language,
            ReleaseNote.published_at.is_not(None),
        )
        .order_by(ReleaseNote.revision)
    )
    return {row.release_id: row for row in rows}


def published_since(product: Product, language: str, since: datetime) -> list[tuple[Release, ReleaseNote]]:
    """The newest published notes in one language that were published after a moment, of releases not cancelled.

    One query; the release last planned comes first.
    """
    found = _published(product, language).where(ReleaseNote.published_at >= since).order_by(Release.id.desc())
    return [(release, note) for release, note in db.session.execute(found)]


def notes_published_last(product: Product, language: str, most: int) -> list[tuple[Release, ReleaseNote]]:
    """Releases with notes in a language, those published last first; without their texts, which may be long."""
    found = _published(product, language).order_by(ReleaseNote.published_at.desc(), Release.id.desc()).limit(most)
    return [(release, note) for release, note in db.session.execute(found.options(defer(ReleaseNote.markdown)))]


def _published(product: Product, language: str) -> Select[Release, ReleaseNote]:
    """Select the releases of a product that stand with the notes that were published last of each in a language."""
    later = aliased(ReleaseNote)
    is_later = select(later.id).where(
        later.release_id == ReleaseNote.release_id,
        later.language == language,
        later.published_at.is_not(None),
        later.revision > ReleaseNote.revision,
    )
    return (
        select(Release, ReleaseNote)
        .join(ReleaseNote, ReleaseNote.release_id == Release.id)
        .where(
            Release.product_id == product.id,
            Release.cancelled_at.is_(None),
            ReleaseNote.language == language,
            ReleaseNote.published_at.is_not(None),
            ~is_later.exists(),
        )
    )


def languages_written(release_ids: Iterable[int]) -> dict[int, dict[str, bool]]:
    """For each release, the languages that have notes, and whether those are published; in one query."""
    rows = db.session.execute(
        select(ReleaseNote.release_id, ReleaseNote.language, func.count(ReleaseNote.published_at))
        .where(ReleaseNote.release_id.in_(list(release_ids)))
        .group_by(ReleaseNote.release_id, ReleaseNote.language)
    )
    found: dict[int, dict[str, bool]] = {}
    for release_id, language, number in rows:
        found.setdefault(release_id, {})[language] = number > 0
    return found


def readable(release_ids: Iterable[int]) -> set[int]:
    """The releases among these whose notes customers can read, in whichever language."""
    return {release_id for release_id, state in languages_written(release_ids).items() if any(state.values())}


def fully_published(release_ids: Iterable[int]) -> set[int]:
    """The releases among these whose notes stand on the portal in every language."""
    written = languages_written(release_ids)
    return {release_id for release_id, state in written.items() if all(state.get(one) for one in LANGUAGES)}


def notes_owed(product: Product, now: datetime, ahead: timedelta) -> list[tuple[Release, list[str], bool]]:
    """The duty to publish notes in both languages by acceptance, as far as it is open: nearest acceptance first.

    With each release of the time ahead the languages that have no text yet, and whether it is late (SLA 3.3).
    """
    rows = db.session.scalars(
        select(Release)
        .where(
            Release.product_id == product.id,
            Release.cancelled_at.is_(None),
            Release.production_at > now,
            Release.acceptance_at < now + ahead,
        )
        .order_by(Release.acceptance_at)
    ).all()
    written = languages_written(release.id for release in rows)
    owed: list[tuple[Release, list[str], bool]] = []
    for release in rows:
        state = written.get(release.id, {})
        if not all(state.get(one) for one in LANGUAGES):
            owed.append((release, [one for one in LANGUAGES if one not in state], release.acceptance_at <= now))
    return owed


PER_PAGE = 50


@dataclass(frozen=True)
class RevisionPage:
    """One page of the versions of notes in one language, the newest first, without their texts."""

    rows: Sequence[ReleaseNote]
    newest: int
    total: int
    page: int

    @property
    def pages(self) -> int:
        return pages_of(self.total, PER_PAGE)


def revisions_page(release_id: int, language: str, page: int) -> RevisionPage:
    """Every version that was saved of a release's notes in a language; a page after the last one is the last one."""
    of_it = ReleaseNote.release_id == release_id, ReleaseNote.language == language
    total, newest = db.session.execute(select(func.count(), func.max(ReleaseNote.revision)).where(*of_it)).one()
    page = page_there_is(page, total, PER_PAGE)
    rows = db.session.scalars(
        select(ReleaseNote)
        .where(*of_it)
        .options(defer(ReleaseNote.markdown))
        .order_by(ReleaseNote.revision.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return RevisionPage(rows, newest or 0, total, page)


def revision_named(release_id: int, language: str, number: int | None) -> ReleaseNote | None:
    """One saved version with its text, None where there is none of this number."""
    return db.session.scalars(
        select(ReleaseNote)
        .where(
            ReleaseNote.release_id == release_id,
            ReleaseNote.language == language,
            ReleaseNote.revision == (number or 0),
        )
        .options(undefer(ReleaseNote.markdown))
        .execution_options(populate_existing=True)
    ).one_or_none()


def _newest(query: Select[ReleaseNote]) -> dict[str, ReleaseNote]:
    # What was read before others were waited for is read again.
    rows = db.session.scalars(query.order_by(ReleaseNote.revision).execution_options(populate_existing=True))
    return {row.language: row for row in rows}
