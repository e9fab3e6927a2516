"""Releases and their patches."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from schedules.waiver_models import Waiver
from sla.terms import RELEASES_PER_YEAR, Change
from storage import Base, Moment, Sought
from storage.indexes import partial_index
from tenants.models import EnvironmentKind, Product


class Release(Sought, Base):
    """One of the four updates of a year (SLA 3.3)."""

    __tablename__ = "release"
    in_feeds: ClassVar[bool] = True
    sought_in: ClassVar[tuple[str, ...]] = ("version", "title_nl", "title_en")
    __table_args__ = (
        partial_index("uq_release_version", "product_id", "version", unique=True, rows="cancelled_at IS NULL"),
        UniqueConstraint("product_id", "year", "slot", name="uq_release_slot"),
        CheckConstraint(f"slot BETWEEN 1 AND {RELEASES_PER_YEAR}", name="four_a_year"),
        CheckConstraint("(slot IS NULL) = (cancelled_at IS NOT NULL)", name="slot_until_cancelled"),
        CheckConstraint("acceptance_at < production_at", name="acceptance_first"),
        # Its number stays on record for good: it is never given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    version: Mapped[str] = mapped_column(String(40))
    title_nl: Mapped[str] = mapped_column(String(200), default="")
    title_en: Mapped[str] = mapped_column(String(200), default="")
    acceptance_at: Mapped[Moment]
    production_at: Mapped[Moment]
    # The local calendar year of production, whose budget it counts in; kept here because a constraint rests on it.
    year: Mapped[int]
    slot: Mapped[int | None]
    # Rises with every move, so that two people who change it at once are told so.
    revision: Mapped[int] = mapped_column(default=1)
    revised_at: Mapped[Moment | None]
    # How many of its last revisions are customers' choices of their own date: the vendor's plan is that of before them.
    choices: Mapped[int] = mapped_column(default=0, server_default="0")
    # Rises when its words change without its dates; calendars count it.
    edits: Mapped[int] = mapped_column(default=0)
    edited_at: Mapped[Moment | None]
    planned_by: Mapped[str] = mapped_column(String(254))
    # Who last changed its dates or its words: somebody else must approve them, where the product asks for that.
    changed_by: Mapped[str] = mapped_column(String(254), default="", server_default="")
    created_at: Mapped[Moment]
    imported: Mapped[bool] = mapped_column(default=False)
    # What the import said of notices given before our time.
    acceptance_announced_at: Mapped[Moment | None]
    production_announced_at: Mapped[Moment | None]
    # When the acceptance date came and the environments were recorded as updated.
    acceptance_recorded_at: Mapped[Moment | None]
    # The moment, as planned, of the last reminder that was dealt with: none is sent twice.
    acceptance_reminded_at: Mapped[Moment | None]
    production_reminded_at: Mapped[Moment | None]
    cancelled_at: Mapped[Moment | None]
    cancelled_by: Mapped[str | None] = mapped_column(String(254))

    product: Mapped[Product] = relationship()
    patches: Mapped[list["Patch"]] = relationship(back_populates="release", order_by="Patch.deployed_at.desc()")
    waivers: Mapped[list[Waiver]] = relationship(order_by="Waiver.id")

    def revise(self, by_name: str, now: datetime) -> None:
        """Write that the vendor changed the plan."""
        self.revision, self.revised_at, self.changed_by, self.choices = self.revision + 1, now, by_name, 0

    def revise_by_choice(self, now: datetime) -> None:
        """Write that a customer chose its own date: it is not the first of two people, nor does it undo their work."""
        self.revision, self.revised_at, self.choices = self.revision + 1, now, self.choices + 1

    @property
    def last_changed_by(self) -> str:
        """Who planned, moved, cancelled or reworded it last."""
        return self.changed_by or self.cancelled_by or self.planned_by

    def title(self, language: str) -> str:
        """The title in a language, in the other one where that is missing."""
        return (self.title_nl or self.title_en) if language == "nl" else (self.title_en or self.title_nl)

    def planned_at(self, environment: EnvironmentKind) -> datetime:
        return self.acceptance_at if environment is EnvironmentKind.ACCEPTANCE else self.production_at

    def planned_at_of(self, kind: Change) -> datetime:
        """Everybody's date of one of its updates."""
        return self.acceptance_at if kind is Change.ACCEPTANCE else self.production_at


class Patch(Base):
    """An improvement between releases: it takes no slot and asks for no notice (SLA 3.3)."""

    __tablename__ = "patch"
    __table_args__ = (UniqueConstraint("release_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    version: Mapped[str] = mapped_column(String(40))
    urgent: Mapped[bool] = mapped_column(default=False)
    deployed_at: Mapped[Moment]
    notes_nl: Mapped[str] = mapped_column(Text, default="")
    notes_en: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[str] = mapped_column(String(254))

    release: Mapped[Release] = relationship(back_populates="patches")

    def notes(self, language: str) -> str:
        """What it fixes in a language; what was recorded in the other one alone in that."""
        return self.notes_nl if self.notes_language(language) == "nl" else self.notes_en

    def notes_language(self, language: str) -> str:
        """The language in which ``notes`` says it."""
        if language == "nl":
            return "nl" if self.notes_nl or not self.notes_en else "en"
        return "en" if self.notes_en or not self.notes_nl else "nl"
