"""What customers can read of a product's releases and patches: listed, looked for, and from one version to another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, exists, func, null, or_, select, true, union_all
from sqlalchemy.orm import joinedload

from release_notes.models import ReleaseNote
from release_notes.queries import published_in
from schedules.models import Patch, Release
from schedules.searching import says_word
from sla.versions import version_key
from storage import among, db
from storage.paging import listed_rows, pages_of
from storage.words import asked, words
from tenants.models import LANGUAGES, Product

PER_PAGE = 20


@dataclass(frozen=True)
class Entry:
    """A release with its notes, or a patch, and since when customers can read of it."""

    release: Release
    patch: Patch | None
    note: ReleaseNote | None
    since: datetime

    @property
    def version(self) -> str:
        return self.patch.version if self.patch is not None else self.release.version

    def text(self, language: str) -> str:
        """What is said of it, in Markdown."""
        if self.patch is not None:
            return self.patch.notes(language)
        return self.note.markdown if self.note is not None else ""


@dataclass(frozen=True)
class ArchivePage:
    """One page of the archive, the newest first; ``words`` are those that were looked for."""

    entries: list[Entry]
    total: int
    page: int
    words: list[str]

    @property
    def pages(self) -> int:
        return pages_of(self.total, PER_PAGE)


def archive_page(product: Product, language: str, page: int, query: str = "") -> ArchivePage:
    """Return a page of releases with published notes and of their patches; those that say every word of a query.

    Words are looked for without case and accents, each by how it begins, in the notes of the reader's language, in the
    title and in the version. Five queries, whatever there is.
    """
    looked_for = asked(query)
    if query.strip() and not looked_for:
        return ArchivePage([], 0, 1, [])
    found = _found(product, language, looked_for).subquery()
    listed = listed_rows(
        select(found.c.release_id, found.c.patch_id, found.c.since).order_by(
            found.c.since.desc(), found.c.release_id.desc(), func.coalesce(found.c.patch_id, 0).desc()
        ),
        page,
        per_page=PER_PAGE,
    )
    return ArchivePage(_entries(listed.rows, language), listed.total, listed.page, looked_for)


def published_releases(product: Product) -> list[Release]:
    """Releases whose notes customers can read, by version, the oldest first."""
    rows = db.session.scalars(
        select(Release).where(Release.product_id == product.id, Release.cancelled_at.is_(None), _is_published())
    )
    return sorted(rows, key=lambda release: version_key(release.version))


def _found(product: Product, language: str, looked_for: list[str]) -> Select[int, int, datetime]:
    """Select the release, the patch where it is one, and since when: of everything that says all of these words."""
    titles = {
        one.id: words(f"{one.version} {one.title(language)}")
        for one in (
            db.session.scalars(select(Release).where(Release.product_id == product.id, Release.cancelled_at.is_(None)))
            if looked_for
            else ()
        )
    }
    standing = and_(Release.product_id == product.id, Release.cancelled_at.is_(None), _is_published())
    of_release = [_release_says(word, language, titles) for word in looked_for]
    of_patch = [or_(says_word(word, language, of_patch=True), _patch_is(word)) for word in looked_for]
    since = (
        select(func.max(ReleaseNote.published_at))
        .where(ReleaseNote.release_id == Release.id)
        .correlate(Release)
        .scalar_subquery()
    )
    releases = select(Release.id.label("release_id"), cast(null(), Integer).label("patch_id"), since.label("since"))
    patches = select(Patch.release_id, Patch.id, Patch.deployed_at).join(Release, Release.id == Patch.release_id)
    both = union_all(releases.where(standing, *of_release), patches.where(standing, _said(), *of_patch)).subquery()
    return select(both.c.release_id, both.c.patch_id, both.c.since)


def _release_says(word: str, language: str, titles: dict[int, set[str]]) -> ColumnElement[bool]:
    titled = {number for number, said in titles.items() if any(one.startswith(word) for one in said)}
    return or_(says_word(word, language, of_patch=False), among(Release.id, titled))


def _patch_is(word: str) -> ColumnElement[bool]:
    """Whether a patch's version begins so: that of digits and points only."""
    return Patch.version.startswith(word, autoescape=True) if word[0].isdigit() else ~true()


def _is_published() -> ColumnElement[bool]:
    return exists().where(ReleaseNote.release_id == Release.id, ReleaseNote.published_at.is_not(None))


def _entries(rows: Sequence[tuple[int, int | None, datetime]], language: str) -> list[Entry]:
    release_ids, patch_ids = {row[0] for row in rows}, {row[1] for row in rows if row[1] is not None}
    releases = {one.id: one for one in db.session.scalars(select(Release).where(among(Release.id, release_ids)))}
    patches = {
        one.id: one
        for one in db.session.scalars(
            select(Patch).where(among(Patch.id, patch_ids)).options(joinedload(Patch.release))
        )
    }
    notes = _notes(release_ids, language)
    return [
        Entry(releases[release_id], patches.get(patch_id or 0), None if patch_id else notes.get(release_id), since)
        for release_id, patch_id, since in rows
    ]


def changes_between(product: Product, language: str, after: str, until: str) -> list[Entry]:
    """What was published of the versions after one and up to another, their patches too, the newest version first.

    ``after`` may be a version that no release has, or empty for the very beginning. Raises ValueError for what is no
    version. Four queries.
    """
    low, high = version_key(after) if after else (), version_key(until)
    upto = [one for one in published_releases(product) if version_key(one.version) <= high]
    between = {one.id: one for one in upto if version_key(one.version) > low}
    notes = _notes(between, language)
    since = {number: note.published_at or between[number].production_at for number, note in notes.items()}
    entries = [Entry(between[number], None, note, since[number]) for number, note in notes.items()]
    patches = db.session.scalars(
        select(Patch)
        .where(among(Patch.release_id, [one.id for one in upto]), _said())
        .options(joinedload(Patch.release))
    )
    entries += [Entry(one.release, one, None, one.deployed_at) for one in patches if version_key(one.version) > low]
    return sorted(entries, key=lambda entry: version_key(entry.version), reverse=True)


def _said() -> ColumnElement[bool]:
    return (Patch.notes_nl != "") | (Patch.notes_en != "")


def _notes(release_ids: Iterable[int], language: str) -> dict[int, ReleaseNote]:
    """The newest published notes of each release in a language, in the other one where that is missing."""
    wanted = list(release_ids)
    (other,) = (one for one in LANGUAGES if one != language)
    return published_in(other, wanted) | published_in(language, wanted)
