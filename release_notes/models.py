"""Rows about what a release changes, as it is explained to customers."""

from typing import ClassVar

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage import Base, Moment


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
