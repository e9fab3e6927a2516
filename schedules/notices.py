"""Rows about the duty to give notice, and how it was given beside the mail."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from schedules.models import MaintenanceWindow, Release, Waiver
from sla.terms import Change
from storage import Base, Moment, choice
from storage.indexes import partial_index
from tenants.models import Tenant


class NoticeState(StrEnum):
    """How far a duty to give notice has come."""

    PLANNED = "planned"
    DUE = "due"  # its time has come, but nobody could be told yet
    ANNOUNCED = "announced"  # in the outbox for every contact
    GIVEN = "given"  # a mail server took it for one contact at least, or a person recorded a call
    COMPLETE = "complete"  # for every contact
    MISSED = "missed"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    WAIVED = "waived"
    TAKEN_OVER = "taken_over"  # its deadline had passed when it was imported


OPEN_STATES = frozenset({NoticeState.PLANNED, NoticeState.DUE})
TOLD_STATES = frozenset({NoticeState.ANNOUNCED, NoticeState.GIVEN, NoticeState.COMPLETE, NoticeState.TAKEN_OVER})


class Says(StrEnum):
    """What a notice tells its reader."""

    PLANNED = "planned"
    MOVED = "moved"
    CANCELLED = "cancelled"


class Channel(StrEnum):
    """How a person told a customer, beside the mail."""

    TELEPHONE = "telephone"
    LETTER = "letter"


class Told(Base):
    """A call or a letter that gave a notice, as a person recorded it (SLA 4.1)."""

    __tablename__ = "told"
    # Its number stays on record for good: it is never given to another.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy reads it once

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), index=True)
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    # Who was told, as the customer calls that person; need not be one of its contacts.
    person: Mapped[str] = mapped_column(String(160))
    told_at: Mapped[Moment]
    recorded_by: Mapped[str] = mapped_column(String(254))
    recorded_at: Mapped[Moment]


class Notice(Base):
    """The duty to tell one tenant of one change: what was promised, and how far it has come.

    A change that moves after it was told gets a new row, one revision on: what was given keeps its terms.
    """

    __tablename__ = "notice"
    in_feeds: ClassVar[bool] = True
    __table_args__ = (
        UniqueConstraint("tenant_id", "release_id", "kind", "revision"),
        UniqueConstraint("tenant_id", "maintenance_id", "revision"),
        CheckConstraint("(release_id IS NULL) <> (maintenance_id IS NULL)", name="one_change"),
        Index("ix_notice_waiting", "state", "announce_at"),
        Index("ix_notice_lapsing", "state", "lapses_at"),
        Index("ix_notice_release", "release_id", "kind"),
        # Those missed of changes to come, among all that were ever missed.
        partial_index("ix_notice_missed", "state", "planned_at", rows="state = 'missed'"),
        Index("ix_notice_maintenance", "maintenance_id"),
        # Its number stays on record for good: it is never given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    maintenance_id: Mapped[int | None] = mapped_column(ForeignKey("maintenance_window.id"))
    kind: Mapped[Change] = mapped_column(choice(Change))
    says: Mapped[Says] = mapped_column(choice(Says), default=Says.PLANNED)
    revision: Mapped[int] = mapped_column(default=1)
    planned_at: Mapped[Moment]
    ends_at: Mapped[Moment | None]
    # What this tenant was told before, where the change has moved.
    previous_at: Mapped[Moment | None]
    previous_ends_at: Mapped[Moment | None]
    period: Mapped[str] = mapped_column(String(20))
    clause: Mapped[str] = mapped_column(String(60))
    deadline_at: Mapped[Moment]
    # The moment from which it is missed: the deadline; for maintenance its start, a week being an aim.
    lapses_at: Mapped[Moment]
    announce_at: Mapped[Moment]
    state: Mapped[NoticeState] = mapped_column(choice(NoticeState), default=NoticeState.PLANNED)
    waiver_id: Mapped[int | None] = mapped_column(ForeignKey("waiver.id"))
    joined_late: Mapped[bool] = mapped_column(default=False)
    later_than_aimed: Mapped[bool] = mapped_column(default=False)
    announced_at: Mapped[Moment | None]
    # The plan's revision that was told then; with kind and says it names the announcement.
    told_plan: Mapped[int | None]
    given_at: Mapped[Moment | None]
    completed_at: Mapped[Moment | None]
    missed_at: Mapped[Moment | None]
    created_at: Mapped[Moment]

    tenant: Mapped[Tenant] = relationship()
    release: Mapped[Release | None] = relationship()
    maintenance: Mapped[MaintenanceWindow | None] = relationship()
    waiver: Mapped[Waiver | None] = relationship()

    @property
    def expected_end(self) -> datetime:
        """When a window ends; an update has no promised end, but one that the product expects."""
        if self.ends_at is not None or self.release is None:
            return self.ends_at or self.planned_at
        return self.planned_at + self.release.product.update_lasts
