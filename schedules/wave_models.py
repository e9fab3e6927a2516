"""Rows about tenants that get an update together, and about the dates that customers ask for."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from schedules.models import Release
from sla.terms import Change
from storage import Base, Moment, choice
from storage.indexes import partial_index
from tenants.models import Tenant

# A query names them in these very words, or the index does not serve it.
LIVE = "state IN ('open', 'proposed')"


class Wave(Base):
    """Tenants that were given one date of their own for an update, together; it stays on record once it is dropped."""

    __tablename__ = "wave"
    __table_args__ = (
        partial_index("uq_wave_name", "release_id", "kind", "name", unique=True, rows="dropped_at IS NULL"),
        CheckConstraint("kind <> 'maintenance'", name="of_an_update"),
        # Its number stays on record for good: it is never given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), index=True)
    kind: Mapped[Change] = mapped_column(choice(Change))
    name: Mapped[str] = mapped_column(String(80))
    planned_at: Mapped[Moment]
    reason: Mapped[str] = mapped_column(String(300))
    # Rises with every move, so that two people who change it at once are told so.
    revision: Mapped[int] = mapped_column(default=1)
    set_by: Mapped[str] = mapped_column(String(254))
    set_at: Mapped[Moment]
    moved_by: Mapped[str] = mapped_column(String(254), default="", server_default="")
    moved_at: Mapped[Moment | None]
    dropped_by: Mapped[str] = mapped_column(String(254), default="", server_default="")
    dropped_at: Mapped[Moment | None]

    release: Mapped[Release] = relationship()


class WaveTenant(Base):
    """That a tenant was put into a wave; whether it still goes along, its rollout says."""

    __tablename__ = "wave_tenant"

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id", ondelete="CASCADE"), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True, index=True)


class RequestState(StrEnum):
    """How far a customer's question for another date has come."""

    OPEN = "open"  # the vendor must answer
    PROPOSED = "proposed"  # the vendor named another date, the customer must answer
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"  # the update is off, so that there is no date to give


class DateRequest(Base):
    """A customer's question for another date of an update, and what was answered."""

    __tablename__ = "date_request"
    __table_args__ = (
        # One question at a time, whoever of its contacts asks.
        partial_index("uq_date_request_live", "release_id", "tenant_id", "kind", unique=True, rows=LIVE),
        Index("ix_date_request_state", "state", "asked_at"),
        CheckConstraint("kind <> 'maintenance'", name="of_an_update"),
        CheckConstraint("state IN ('open', 'withdrawn') OR answered_at IS NOT NULL", name="answered_by_somebody"),
        CheckConstraint("state NOT IN ('proposed', 'granted') OR offered_at IS NOT NULL", name="with_a_date"),
        # Its number stays on record for good: it is never given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    kind: Mapped[Change] = mapped_column(choice(Change))
    state: Mapped[RequestState] = mapped_column(choice(RequestState), default=RequestState.OPEN)
    asked_for: Mapped[Moment]
    # The date that stood when it was asked.
    instead_of: Mapped[Moment]
    # The one that the customer had been told by then; none where it had been told none.
    told_date: Mapped[Moment | None]
    reason: Mapped[str] = mapped_column(String(300))
    # Who asked: the address, and the contact as long as it is one.
    asked_by: Mapped[str] = mapped_column(String(254))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    asked_at: Mapped[Moment]
    answered_by: Mapped[str] = mapped_column(String(254), default="", server_default="")
    answered_at: Mapped[Moment | None]
    # What the customer reads beside the answer; a refusal always has it.
    answer: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    # The date that was given, or proposed instead.
    offered_at: Mapped[Moment | None]
    # Which contact took the proposal, or took the question back.
    settled_by: Mapped[str] = mapped_column(String(254), default="", server_default="")
    settled_at: Mapped[Moment | None]

    release: Mapped[Release] = relationship()
    tenant: Mapped[Tenant] = relationship()

    @property
    def before_it_closed(self) -> RequestState:
        """How far it had come when the update was called off."""
        return RequestState.OPEN if self.offered_at is None else RequestState.PROPOSED
