"""Rows about what a release changes, as it is explained to customers."""

from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from schedules.models import Release
from storage import Base, Moment, Sought
from storage.types import WORD
from tenants.models import Tenant


class ReleaseNote(Base):
    """One saved version of a release's notes in one language. The newest is the draft, or what was published."""

    __tablename__ = "release_note"
    __table_args__ = (UniqueConstraint("release_id", "language", "revision"),)
    in_feeds: ClassVar[bool] = True

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    language: Mapped[str] = mapped_column(String(2))
    revision: Mapped[int] = mapped_column(default=1)
    markdown: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[Moment]
    saved_by: Mapped[str] = mapped_column(String(254))
    published_at: Mapped[Moment | None]
    published_by: Mapped[str | None] = mapped_column(String(254))
    # When the tick had it in the outbox, or that there was nobody to tell: a correction is not mailed again.
    told_at: Mapped[Moment | None]

    release: Mapped[Release] = relationship()


class NoteImage(Base):
    """A picture in the notes of a release. Its name says its measure, and is the only way to it."""

    __tablename__ = "note_image"
    __table_args__ = (
        # Uploaded a second time it is the same picture.
        UniqueConstraint("release_id", "sha256"),
        CheckConstraint("width > 0 AND height > 0 AND size > 0", name="something_to_see"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id", ondelete="CASCADE"))
    # Nobody can guess it; such as 5f0c…-640x480.png.
    name: Mapped[str] = mapped_column(String(80), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(20))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    # What it shows, for those who do not see it; the notes say it in their own words.
    alt_nl: Mapped[str] = mapped_column(String(300))
    alt_en: Mapped[str] = mapped_column(String(300))
    uploaded_at: Mapped[Moment]
    uploaded_by: Mapped[str] = mapped_column(String(254))
    # When it is looked for in the notes; one that none of them shows goes then.
    look_at: Mapped[Moment] = mapped_column(index=True)
    # Last, and only where it is asked for: a list of pictures needs no octets.
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    def alt(self, language: str) -> str:
        return self.alt_nl if language == "nl" else self.alt_en


class Report(Sought, Base):
    """A fault, question or tip that a tenant brought to the help desk, by the number it got there (SLA 5)."""

    __tablename__ = "report"
    sought_in: ClassVar[tuple[str, ...]] = ("number", "title")
    __table_args__ = (UniqueConstraint("tenant_id", "word"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(40))
    # The number as published words have it (`schedules.searching`).
    word: Mapped[str] = mapped_column(WORD)
    title: Mapped[str] = mapped_column(String(300))
    changed_at: Mapped[Moment]

    tenant: Mapped[Tenant] = relationship()
