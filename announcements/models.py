"""Rows about what was told."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from schedules.models import Says
from storage import Base, Moment, choice


class Kind(StrEnum):
    """What an announcement is about."""

    ACCEPTANCE = "acceptance"
    PRODUCTION = "production"
    MAINTENANCE = "maintenance"
    RELEASE_NOTES = "release_notes"
    ACCEPTANCE_UPDATED = "acceptance_updated"
    PRODUCTION_UPDATED = "production_updated"


class Announcement(Base):
    """One thing told about one state of a plan. Tenants whose time comes later join the same announcement."""

    __tablename__ = "announcement"
    __table_args__ = (
        UniqueConstraint("release_id", "kind", "says", "plan_revision"),
        UniqueConstraint("maintenance_id", "kind", "says", "plan_revision"),
        CheckConstraint("(release_id IS NULL) <> (maintenance_id IS NULL)", name="one_change"),
        # Its number stays on record for good: it is never given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    maintenance_id: Mapped[int | None] = mapped_column(ForeignKey("maintenance_window.id"))
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    says: Mapped[Says] = mapped_column(choice(Says), default=Says.PLANNED)
    plan_revision: Mapped[int]
    created_at: Mapped[Moment]
