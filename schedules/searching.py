"""What readers can look for: the words of what was published of a release or a patch, one row each."""

from sqlalchemy import ColumnElement, ForeignKey, Index, String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from schedules.models import Patch, Release
from storage import Base, db
from storage.types import AFTER_ALL, WORD
from storage.words import words

# A text with more is no text that somebody reads.
MOST_WORDS = 20_000


class PublishedWord(Base):
    """One word of what stands on the portal in one language, of a release's notes or of a patch's."""

    __tablename__ = "published_word"
    __table_args__ = (
        Index("ix_published_word_word", "word", "language", "release_id"),
        Index("ix_published_word_release_id", "release_id", "language"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id", ondelete="CASCADE"))
    patch_id: Mapped[int | None] = mapped_column(ForeignKey("patch.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    word: Mapped[str] = mapped_column(WORD)


def index_text(release: Release, language: str, text: str, patch: Patch | None = None) -> None:
    """Let readers find a text, in the running transaction; of the same thing the words of before are gone."""
    of_it = PublishedWord.patch_id.is_(None) if patch is None else PublishedWord.patch_id == patch.id
    db.session.execute(
        delete(PublishedWord)
        .where(PublishedWord.release_id == release.id, PublishedWord.language == language, of_it)
        .execution_options(synchronize_session=False)
    )
    patch_id = patch.id if patch is not None else None
    rows = [
        {"release_id": release.id, "patch_id": patch_id, "language": language, "word": word}
        for word in sorted(words(text))[:MOST_WORDS]
    ]
    if rows:
        db.session.execute(insert(PublishedWord), rows)


def index_patch(patch: Patch) -> None:
    """Let readers find a patch, in the running transaction."""
    index_text(patch.release, "nl", patch.notes_nl, patch)
    index_text(patch.release, "en", patch.notes_en, patch)


def is_published(release: Release) -> bool:
    """Whether its notes stand on the portal, so that customers know of it without having been told its dates."""
    of_it = select(PublishedWord.id).where(PublishedWord.release_id == release.id)
    return db.session.scalar(of_it.limit(1)) is not None


def says_word(word: str, language: str, of_patch: bool) -> ColumnElement[bool]:
    """Whether the published text of a row of ``Release``, or of ``Patch``, has a word that begins so."""
    of_it = PublishedWord.patch_id == Patch.id if of_patch else PublishedWord.patch_id.is_(None)
    return (
        select(PublishedWord.id)
        .where(
            PublishedWord.release_id == Release.id,
            PublishedWord.language == language,
            of_it,
            PublishedWord.word >= word,
            PublishedWord.word < word + AFTER_ALL,
        )
        .correlate(Release, Patch)
        .exists()
    )
