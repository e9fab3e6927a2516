"""Products, and the dated terms of their SLA."""

from datetime import date, datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, String, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sla.periods import Period
from storage import Base, Moment

# How long before a change its readers may be reminded of it, the longest first.
REMINDERS = ("P1M", "P2W", "P1W", "P3D", "P1D")


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
