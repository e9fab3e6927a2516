"""Rows about what is planned."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from schedules.reasons import Reason
from sla.breaches import Breach
from sla.terms import RELEASES_PER_YEAR, Change
from storage import Base, Moment, Sought, choice
from tenants.models import EnvironmentKind, Product, Tenant


class Impact(StrEnum):
    """What maintenance does to an environment, in the words of MAINTNOTE."""

    NO_IMPACT = "NO-IMPACT"
    REDUCED_REDUNDANCY = "REDUCED-REDUNDANCY"
    DEGRADED = "DEGRADED"
    OUTAGE = "OUTAGE"


class Progress(StrEnum):
    """What is said of maintenance under way."""

    STARTED = "started"
    LONGER = "longer"
    DONE = "done"


class Release(Sought, Base):
    """One of the four updates of a year (SLA 3.3)."""

    __tablename__ = "release"
    in_feeds: ClassVar[bool] = True
    sought_in: ClassVar[tuple[str, ...]] = ("version", "title_nl", "title_en")
    __table_args__ = (
        Index(
            "uq_release_version",
            "product_id",
            "version",
            unique=True,
            sqlite_where=text("cancelled_at IS NULL"),
            postgresql_where=text("cancelled_at IS NULL"),
        ),
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
    waivers: Mapped[list["Waiver"]] = relationship(order_by="Waiver.id")

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
        """What it fixes in a language, in the other one where that is missing."""
        return (self.notes_nl or self.notes_en) if language == "nl" else (self.notes_en or self.notes_nl)


class Reasoned:
    """A row with a reason in both languages."""

    reason_nl: Mapped[str] = mapped_column(String(300), default="")
    reason_en: Mapped[str] = mapped_column(String(300), default="")

    def reason(self, language: str) -> str:
        """The reason in a language, in the other one where that is missing."""
        return (self.reason_nl or self.reason_en) if language == "nl" else (self.reason_en or self.reason_nl)


class MaintenanceWindow(Sought, Reasoned, Base):
    __tablename__ = "maintenance_window"
    in_feeds: ClassVar[bool] = True
    sought_in: ClassVar[tuple[str, ...]] = ("reference", "reason_nl", "reason_en")
    __table_args__ = (
        UniqueConstraint("product_id", "reference"),
        CheckConstraint("starts_at < ends_at", name="starts_first"),
        CheckConstraint("acceptance OR production", name="touches_something"),
        # Its number stays on record for good: it is never given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    reference: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    acceptance: Mapped[bool]
    production: Mapped[bool]
    impact: Mapped[Impact] = mapped_column(choice(Impact))
    # False: only the tenants named in maintenance_tenant.
    all_tenants: Mapped[bool] = mapped_column(default=True)
    revision: Mapped[int] = mapped_column(default=1)
    planned_by: Mapped[str] = mapped_column(String(254))
    # Who last changed its times or its words: somebody else must approve them, where the product asks for that.
    changed_by: Mapped[str] = mapped_column(String(254), default="", server_default="")
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    imported: Mapped[bool] = mapped_column(default=False)
    # As with a release: the last reminder that was dealt with.
    reminded_at: Mapped[Moment | None]
    # How it goes, as pages and calendars show it; who said so stands in maintenance_progress.
    started_at: Mapped[Moment | None]
    done_at: Mapped[Moment | None]
    # Where it takes longer than announced, the end that is expected now; what was announced stays as it was.
    expected_until: Mapped[Moment | None]
    # Rises each time that it gets another end, taking longer or being done; calendars count it.
    edits: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    edited_at: Mapped[Moment | None]
    cancelled_at: Mapped[Moment | None]
    cancelled_by: Mapped[str | None] = mapped_column(String(254))

    product: Mapped[Product] = relationship()
    progress: Mapped[list["MaintenanceProgress"]] = relationship(order_by="MaintenanceProgress.id")
    tenants: Mapped[list[Tenant]] = relationship(secondary="maintenance_tenant", order_by=Tenant.name)
    waivers: Mapped[list["Waiver"]] = relationship(order_by="Waiver.id")

    @property
    def last_changed_by(self) -> str:
        """Who planned, moved or cancelled it last."""
        return self.changed_by or self.cancelled_by or self.planned_by

    @property
    def environments(self) -> list[EnvironmentKind]:
        touched = {EnvironmentKind.ACCEPTANCE: self.acceptance, EnvironmentKind.PRODUCTION: self.production}
        return [kind for kind in EnvironmentKind if touched[kind]]

    @property
    def may_start_from(self) -> datetime:
        """From when somebody may say that it is starting: a little before the time that readers were told."""
        return self.starts_at - timedelta(minutes=15)

    @hybrid_property
    def lasts_until(self) -> datetime:
        """When it was done, once it is; before that when it is expected to be: as was announced, or later."""
        return self.until(self.starts_at, self.ends_at)

    @lasts_until.inplace.expression
    @classmethod
    def _lasts_until(cls) -> ColumnElement[datetime]:
        return func.coalesce(cls.done_at, cls.expected_until, cls.ends_at)

    def until(self, starts_at: datetime, ends_at: datetime) -> datetime:
        """The same for somebody who was told these times. It never ends before it was to start: it may begin early."""
        if self.done_at is not None:
            return max(self.done_at, starts_at + timedelta(minutes=1))
        return self.expected_until or ends_at


class MaintenanceProgress(Reasoned, Base):
    """What somebody said of maintenance under way, or the clock of its start; each is told once."""

    __tablename__ = "maintenance_progress"
    __table_args__ = (
        UniqueConstraint("maintenance_id", "kind", "step"),
        CheckConstraint("(kind = 'longer') = (new_end IS NOT NULL)", name="longer_until"),
        Index(
            "ix_maintenance_progress_to_tell",
            "maintenance_id",
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    maintenance_id: Mapped[int] = mapped_column(ForeignKey("maintenance_window.id", ondelete="CASCADE"))
    kind: Mapped[Progress] = mapped_column(choice(Progress))
    # It starts and is done once, and may take longer more than once.
    step: Mapped[int] = mapped_column(default=0)
    said_at: Mapped[Moment]
    said_by: Mapped[str] = mapped_column(String(254))
    new_end: Mapped[Moment | None]
    # When it went into the outbox, or was found not to be told.
    told_at: Mapped[Moment | None]


class MaintenanceTenant(Base):
    __tablename__ = "maintenance_tenant"
    in_feeds: ClassVar[bool] = True

    maintenance_id: Mapped[int] = mapped_column(
        ForeignKey("maintenance_window.id", ondelete="CASCADE"), primary_key=True
    )
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)


class Waiver(Reasoned, Base):
    """A promise that a person let pass, with the reason; it stays visible."""

    __tablename__ = "waiver"
    __table_args__ = (CheckConstraint("(release_id IS NULL) <> (maintenance_id IS NULL)", name="one_change"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"), index=True)
    maintenance_id: Mapped[int | None] = mapped_column(ForeignKey("maintenance_window.id"), index=True)
    # Where it was let pass for one tenant alone.
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    rule: Mapped[str] = mapped_column(String(40))
    clause: Mapped[str] = mapped_column(String(60))
    given: Mapped[str] = mapped_column(String(60))
    required: Mapped[str] = mapped_column(String(60))
    # Customers read it where a notice comes late.
    reason_nl: Mapped[str] = mapped_column(Text)
    reason_en: Mapped[str] = mapped_column(Text)
    waived_by: Mapped[str] = mapped_column(String(254))
    waived_at: Mapped[Moment]

    tenant: Mapped[Tenant | None] = relationship()

    @classmethod
    def of(cls, breach: Breach, reason: Reason, by: str, now: datetime, tenant_id: int | None = None) -> "Waiver":
        return cls(
            tenant_id=tenant_id,
            rule=breach.rule.value,
            clause=breach.clause,
            given=breach.given,
            required=breach.required,
            reason_nl=reason.nl,
            reason_en=reason.en,
            waived_by=by,
            waived_at=now,
        )


class Rollout(Base):
    """The date of its own that one tenant has for an update, instead of everybody's."""

    __tablename__ = "rollout"
    in_feeds: ClassVar[bool] = True
    __table_args__ = (
        UniqueConstraint("release_id", "tenant_id", "kind"),
        # Two who choose at the same moment cannot both have the last place of a day.
        UniqueConstraint("release_id", "chosen_on", "chosen_place", name="uq_rollout_place"),
        CheckConstraint("kind <> 'maintenance'", name="of_an_update"),
        CheckConstraint("(chosen_on IS NULL) = (chosen_place IS NULL)", name="place_of_a_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    kind: Mapped[Change] = mapped_column(choice(Change))
    planned_at: Mapped[Moment]
    reason: Mapped[str] = mapped_column(String(300))
    set_by: Mapped[str] = mapped_column(String(254))
    set_at: Mapped[Moment]
    # Whether a contact of the tenant chose it, within what the product allows; ``set_by`` is who.
    by_tenant: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Of one that was chosen: its day on the product's calendar, and its place among those who chose that day.
    chosen_on: Mapped[date | None]
    chosen_place: Mapped[int | None]
    # The wave with which it was given, as long as the tenant goes along with that.
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"), index=True)
    # Of acceptance: when the date came and the environment was recorded as updated.
    recorded_at: Mapped[Moment | None]
    # The moment of the last reminder of this date that was dealt with.
    reminded_at: Mapped[Moment | None]
    # When the update was called off for this tenant, everybody else having got it.
    cancelled_at: Mapped[Moment | None]
    cancelled_by: Mapped[str] = mapped_column(String(254), default="", server_default="")

    release: Mapped[Release] = relationship()
    tenant: Mapped[Tenant] = relationship()
