"""Rows about people who ask for an account, and how often somebody asks."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage import Base, Moment, choice
from storage.indexes import partial_index
from tenants.models import Tenant


class RequestState(StrEnum):
    """How far a request has come."""

    ASKED = "asked"  # nobody has shown yet that the address is its own
    WAITING = "waiting"  # for a contact of the tenant, or for the vendor
    GRANTED = "granted"
    REFUSED = "refused"
    EXPIRED = "expired"  # nobody answered


OPEN = frozenset({RequestState.ASKED, RequestState.WAITING})


class AccountRequest(Base):
    """Somebody asks for an account (SLA 4.1). The row is erased some time after it was answered; the evidence stays."""

    __tablename__ = "account_request"
    __table_args__ = (
        # One at a time for an address, whoever asks at the same moment.
        partial_index("uq_account_request_open", "email", unique=True, rows="state IN ('asked', 'waiting')"),
        Index("ix_account_request_state", "state", "asked_at"),
        CheckConstraint("(state IN ('asked', 'waiting')) = (answered_at IS NULL)", name="answered_once"),
        CheckConstraint("state = 'asked' OR confirmed_at IS NOT NULL", name="confirmed_first"),
        # Its number stays on record for good: it is never given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    email: Mapped[str] = mapped_column(String(254))
    # As the person calls it: what tenants there are is told to nobody.
    organisation: Mapped[str] = mapped_column(String(160))
    locale: Mapped[str] = mapped_column(String(2), default="nl")
    state: Mapped[RequestState] = mapped_column(choice(RequestState), default=RequestState.ASKED)
    # Of the one-time link by which the person shows that the address is its own.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[Moment]
    confirmed_at: Mapped[Moment | None]
    # Whose contacts may answer: known by the domain of the address, or chosen by the vendor.
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id", ondelete="SET NULL"), index=True)
    answered_at: Mapped[Moment | None]
    # A person of the vendor, or "contact 7".
    answered_by: Mapped[str] = mapped_column(String(254), default="")
    # Why it was refused, as the person reads it.
    reason: Mapped[str] = mapped_column(String(1000), default="")

    tenant: Mapped[Tenant | None] = relationship()


class RequestPace(Base):
    """How often somebody asked in the hour or day that runs; kept as a keyed hash, which tells no address."""

    __tablename__ = "request_pace"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    # The hour or day, counted from 1970.
    period: Mapped[int]
    used: Mapped[int]
    ends_at: Mapped[Moment] = mapped_column(index=True)
