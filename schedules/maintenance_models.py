"""Maintenance, whom it touches, and how it goes."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from schedules.reasoned import Reasoned
from schedules.waiver_models import Waiver
from storage import Base, Moment, Sought, choice
from storage.indexes import partial_index
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
    waivers: Mapped[list[Waiver]] = relationship(order_by="Waiver.id")

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
        partial_index("ix_maintenance_progress_to_tell", "maintenance_id", rows="told_at IS NULL"),
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
