"""Environments, and what they ran from when to when."""

from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage import Base, Moment, choice
from storage.indexes import partial_index


class EnvironmentKind(StrEnum):
    ACCEPTANCE = "acceptance"
    PRODUCTION = "production"


class Source(StrEnum):
    """How we know what an environment runs."""

    IMPORT = "import"
    PLAN = "plan"  # the acceptance date came
    REPORT = "report"  # an operator or a pipeline said so


class Environment(Base):
    __tablename__ = "environment"
    __table_args__ = (UniqueConstraint("tenant_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    kind: Mapped[EnvironmentKind] = mapped_column(choice(EnvironmentKind))

    installations: Mapped[list["Installation"]] = relationship(
        cascade="all, delete-orphan", order_by="Installation.installed_at.desc(), Installation.id.desc()"
    )


class Installation(Base):
    """What an environment ran, from when to when; the one that still runs has no ``replaced_at``."""

    __tablename__ = "installation"
    in_feeds: ClassVar[bool] = True
    __table_args__ = (
        partial_index("uq_installation_running", "environment_id", unique=True, rows="replaced_at IS NULL"),
        Index("ix_installation_version", "version", "replaced_at"),
        partial_index(
            "ix_installation_to_tell",
            # First: else SQLite would rather read all that was ever installed.
            "told_at",
            "environment_id",
            rows="told_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    environment_id: Mapped[int] = mapped_column(ForeignKey("environment.id", ondelete="CASCADE"), index=True)
    # As reported: a version that no release knows is shown as such.
    version: Mapped[str] = mapped_column(String(40))
    installed_at: Mapped[Moment]
    replaced_at: Mapped[Moment | None]
    source: Mapped[Source] = mapped_column(choice(Source))
    reported_by: Mapped[str] = mapped_column(String(254), default="")
    # What was wrong with it: updated without the notice that was promised, or before its date. Empty: nothing.
    breach: Mapped[str] = mapped_column(String(40), default="")
    # When the tenant's contacts were told of it, or that there was nothing to tell.
    told_at: Mapped[Moment | None]
