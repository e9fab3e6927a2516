"""Dates of their own that tenants have."""

from datetime import date
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from schedules.release_models import Release
from sla.terms import Change
from storage import Base, Moment, choice
from tenants.models import Tenant


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
