"""Rows about who was promised what."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sla.periods import Period
from sla.terms import CONTACTS_PER_TENANT
from storage import Base, Moment, Sought, choice
from storage.indexes import partial_index

LANGUAGES = ("nl", "en")
# How long before a change its readers may be reminded of it, the longest first.
REMINDERS = ("P1M", "P2W", "P1W", "P3D", "P1D")


class EnvironmentKind(StrEnum):
    ACCEPTANCE = "acceptance"
    PRODUCTION = "production"


class Source(StrEnum):
    """How we know what an environment runs."""

    IMPORT = "import"
    PLAN = "plan"  # the acceptance date came
    REPORT = "report"  # an operator or a pipeline said so


class Product(Base):
    __tablename__ = "product"
    in_feeds: ClassVar[bool] = True

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    timezone: Mapped[str] = mapped_column(String(60), default="Europe/Amsterdam")
    help_desk_email: Mapped[str] = mapped_column(String(254), default="")
    help_desk_phone: Mapped[str] = mapped_column(String(40), default="")
    help_desk_hours_nl: Mapped[str] = mapped_column(String(40), default="")
    help_desk_hours_en: Mapped[str] = mapped_column(String(40), default="")
    # How numbers of reports begin, apart by a space; and the address where one is read, with {number} in it.
    report_prefixes: Mapped[str] = mapped_column(String(80), default="", server_default="")
    report_address: Mapped[str] = mapped_column(String(300), default="", server_default="")
    test_period: Mapped[str] = mapped_column(String(20), default="P2W")
    # How long before its deadline a notice leaves by itself.
    announce_ahead: Mapped[str] = mapped_column(String(20), default="P7D")
    # How long an update takes, as customers are told; a calendar needs an end.
    update_minutes: Mapped[int] = mapped_column(default=60)
    restart_when_postponed: Mapped[bool] = mapped_column(default=False)
    # A second person must approve what is announced before it leaves.
    needs_approval: Mapped[bool] = mapped_column(default=False, server_default=false())
    # How long before a change its readers are reminded of it, periods apart by a space; empty: not at all.
    remind_before: Mapped[str] = mapped_column(String(60), default="P1W P1D", server_default="P1W P1D")
    # Whether readers hear that maintenance is starting, is done, takes longer.
    tells_start: Mapped[bool] = mapped_column(default=True, server_default=true())
    tells_done: Mapped[bool] = mapped_column(default=True, server_default=true())
    tells_longer: Mapped[bool] = mapped_column(default=True, server_default=true())
    # Whether everybody may read when releases come, in a calendar without a secret address.
    public_calendar: Mapped[bool] = mapped_column(default=False, server_default=false())
    # For how long after the general date customers may choose their production date themselves; empty: they may not.
    choice_window: Mapped[str] = mapped_column(String(20), default="", server_default="")
    # On which days of the week (1 is Monday) and at which clock times; no times: at that of the general date.
    choice_days: Mapped[str] = mapped_column(String(20), default="1 2 3 4 5", server_default="1 2 3 4 5")
    choice_times: Mapped[str] = mapped_column(String(60), default="", server_default="")
    # How many tenants may choose the same day for a release; none: any number.
    choice_most: Mapped[int | None]
    # Whose public holidays its planners see: a country such as NL, or a part of one such as DE-BY; empty: nobody's.
    holidays_of: Mapped[str] = mapped_column(String(10), default="NL", server_default="NL")
    # Rises when its name, its zone or the length of its updates changes, which stand in every entry of its calendars.
    edits: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    edited_at: Mapped[Moment | None]
    # Rises with every change that may make or move a duty; the tick works where it differs from what was kept up.
    plan_revision: Mapped[int] = mapped_column(default=1)
    kept_revision: Mapped[int] = mapped_column(default=0)

    agreements: Mapped[list["ServiceLevelAgreement"]] = relationship(
        order_by="ServiceLevelAgreement.effective_on", lazy="selectin"
    )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def update_lasts(self) -> timedelta:
        return timedelta(minutes=self.update_minutes)

    @property
    def ahead(self) -> Period:
        return Period.parse(self.announce_ahead)

    def as_edited(self, sequence: int, stamp: datetime) -> tuple[int, datetime]:
        """The version of a calendar's entry, its SEQUENCE and when it got that, with what changed of the product."""
        return sequence + self.edits, max(stamp, self.edited_at) if self.edited_at else stamp

    def help_desk_hours(self, language: str) -> str:
        """When the help desk is reached; empty where the product does not say."""
        return self.help_desk_hours_nl if language == "nl" else self.help_desk_hours_en

    def help_desk(self, language: str) -> list[str]:
        """Where and when the help desk is reached (SLA 5.1); empty where the product says nothing."""
        return [part for part in (self.help_desk_email, self.help_desk_phone, self.help_desk_hours(language)) if part]


class ServiceLevelAgreement(Base):
    """One version of a product's SLA; the newest in effect replaces all earlier ones (SLA 0)."""

    __tablename__ = "service_level_agreement"
    __table_args__ = (UniqueConstraint("product_id", "effective_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    effective_on: Mapped[date]
    acceptance_notice: Mapped[str] = mapped_column(String(20), default="P2W")
    production_notice: Mapped[str] = mapped_column(String(20), default="P1M")
    maintenance_notice: Mapped[str] = mapped_column(String(20), default="P1W")


class Tenant(Sought, Base):
    """One customer's subscription to one product."""

    __tablename__ = "tenant"
    in_feeds: ClassVar[bool] = True
    sought_in: ClassVar[tuple[str, ...]] = ("name", "slug")
    # Its number stays on record for good: it is never given to another.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy reads it once

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    locale: Mapped[str] = mapped_column(String(2), default="nl")
    # Empty: the product's.
    timezone: Mapped[str] = mapped_column(String(60), default="")
    # Addresses and networks, one a line; empty: no limit (SLA 2.3).
    ip_allowlist: Mapped[str] = mapped_column(Text, default="")
    joined_at: Mapped[Moment]
    # Taken over from another administration: what had passed then is history, not ours to answer for.
    imported: Mapped[bool] = mapped_column(default=False)

    product: Mapped[Product] = relationship()
    agreement: Mapped["Agreement | None"] = relationship(cascade="all, delete-orphan", lazy="joined")
    contacts: Mapped[list["Contact"]] = relationship(cascade="all, delete-orphan", order_by="Contact.slot")
    environments: Mapped[list["Environment"]] = relationship(cascade="all, delete-orphan", order_by="Environment.kind")


class Agreement(Base):
    """Where a tenant's signed agreement differs from the SLA: it goes before it, looser or stricter (SLA 0)."""

    __tablename__ = "agreement"

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    acceptance_notice: Mapped[str | None] = mapped_column(String(20))
    production_notice: Mapped[str | None] = mapped_column(String(20))
    maintenance_notice: Mapped[str | None] = mapped_column(String(20))


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


class Contact(Sought, Base):
    """A person whom a tenant appointed, at most three (SLA 4.1)."""

    __tablename__ = "contact"
    sought_in: ClassVar[tuple[str, ...]] = ("name", "email")
    __table_args__ = (
        UniqueConstraint("tenant_id", "slot"),
        UniqueConstraint("tenant_id", "email"),
        CheckConstraint(f"slot BETWEEN 1 AND {CONTACTS_PER_TENANT}", name="three_at_most"),
        # Mails name their contact by its id; SQLite would give that of a removed contact to the next one.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    slot: Mapped[int]
    name: Mapped[str] = mapped_column(String(160))
    email: Mapped[str] = mapped_column(String(254), index=True)
    phone: Mapped[str] = mapped_column(String(40), default="")
    locale: Mapped[str] = mapped_column(String(2), default="nl")
    # When the contact was told of what had been announced before it was appointed; the tick sees to it.
    caught_up_at: Mapped[Moment | None] = mapped_column(index=True)
    # When this reader asked for no more newsletters; notices of the contract cannot be switched off.
    unsubscribed_at: Mapped[Moment | None]

    tenant: Mapped[Tenant] = relationship(back_populates="contacts")
