"""What was told of a plan, and who agreed to that."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from schedules.models import MaintenanceWindow, Release
from schedules.notices import Says
from storage import Base, Moment, choice
from storage.indexes import partial_index


class Kind(StrEnum):
    """What an announcement is about."""

    ACCEPTANCE = "acceptance"
    PRODUCTION = "production"
    MAINTENANCE = "maintenance"
    RELEASE_NOTES = "release_notes"
    ACCEPTANCE_UPDATED = "acceptance_updated"
    PRODUCTION_UPDATED = "production_updated"
    ACCEPTANCE_REMINDER = "acceptance_reminder"
    PRODUCTION_REMINDER = "production_reminder"
    MAINTENANCE_REMINDER = "maintenance_reminder"
    MAINTENANCE_STARTED = "maintenance_started"
    MAINTENANCE_LONGER = "maintenance_longer"
    MAINTENANCE_DONE = "maintenance_done"
    URGENT = "urgent"
    NEWSLETTER = "newsletter"
    TERMS = "terms"


_ONE_SUBJECT = (
    "(CASE WHEN release_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN maintenance_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN bulletin_id IS NULL THEN 0 ELSE 1 END) = 1"
)


class Announcement(Base):
    """One thing told about one state of a plan. Tenants whose time comes later join the same announcement."""

    __tablename__ = "announcement"
    __table_args__ = (
        UniqueConstraint("release_id", "kind", "says", "plan_revision", "step"),
        UniqueConstraint("maintenance_id", "kind", "says", "plan_revision", "step"),
        UniqueConstraint("bulletin_id"),
        CheckConstraint(_ONE_SUBJECT, name="one_subject"),
        # Its number stays on record for good: it is never given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    maintenance_id: Mapped[int | None] = mapped_column(ForeignKey("maintenance_window.id"))
    bulletin_id: Mapped[int | None] = mapped_column(ForeignKey("bulletin.id"))
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    says: Mapped[Says] = mapped_column(choice(Says), default=Says.PLANNED)
    plan_revision: Mapped[int]
    # Tells apart what is said more than once of the same state: the first reminder and the second.
    step: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[Moment]


class Approval(Base):
    """A second person's decision that one thing may be told about one state of a plan: to whom, and in which words."""

    __tablename__ = "approval"
    __table_args__ = (
        UniqueConstraint("release_id", "kind", "says", "plan_revision"),
        UniqueConstraint("maintenance_id", "kind", "says", "plan_revision"),
        UniqueConstraint("bulletin_id"),
        # What still has to be put into the outbox.
        partial_index("ix_approval_not_written", "id", rows="written_at IS NULL"),
        CheckConstraint(_ONE_SUBJECT, name="one_subject"),
        # Its number stays on record for good: it is never given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    maintenance_id: Mapped[int | None] = mapped_column(ForeignKey("maintenance_window.id"))
    bulletin_id: Mapped[int | None] = mapped_column(ForeignKey("bulletin.id"))
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    says: Mapped[Says] = mapped_column(choice(Says), default=Says.PLANNED)
    plan_revision: Mapped[int]
    # Who changed it last before that: the other of the two.
    changed_by: Mapped[str] = mapped_column(String(254))
    approved_by: Mapped[str] = mapped_column(String(254))
    approved_at: Mapped[Moment]
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id"))
    # Of what was seen and approved: the readers, the letters and the dates.
    fingerprint: Mapped[str] = mapped_column(String(64))
    tenants: Mapped[int]
    recipients: Mapped[int]
    # When its mails were put into the outbox: a pass of the clock after that.
    written_at: Mapped[Moment | None]

    release: Mapped[Release | None] = relationship()
    maintenance: Mapped[MaintenanceWindow | None] = relationship()


class TrialMail(Base):
    """That a person had a notice mailed to themselves: never evidence, kept to count how often."""

    __tablename__ = "trial_mail"
    __table_args__ = (Index("ix_trial_mail_asked", "asked_by", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_message.id", ondelete="CASCADE"), unique=True)
    asked_by: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[Moment]
