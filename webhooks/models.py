"""Rows about who listens, what happened, and whether it arrived there."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage import Base, Moment, choice
from storage.indexes import partial_index
from tenants.models import Product, Tenant


class EventType(StrEnum):
    """What a listener can hear of."""

    NOTICE_GIVEN = "notice.given"
    NOTICE_MISSED = "notice.missed"
    RELEASE_MOVED = "release.moved"
    VERSION_CHANGED = "version.changed"
    MAINTENANCE_STARTED = "maintenance.started"
    MAINTENANCE_ENDED = "maintenance.ended"
    TEST = "webhook.test"  # sent by hand, to one endpoint


# What an endpoint can ask for.
SUBSCRIBED = tuple(kind for kind in EventType if kind is not EventType.TEST)


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"  # a worker holds the lease; should it be lost, the endpoint may have it
    DELIVERED = "delivered"
    FAILED = "failed"  # given up


class Problem(StrEnum):
    """Why there was no answer, or none that counts."""

    NOT_ALLOWED = "not_allowed"  # the address is none that we send to
    UNKNOWN_NAME = "unknown_name"
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"  # no TLS, or a certificate that does not hold
    SLOW = "slow"
    BROKEN = "broken"  # what came was no answer
    REDIRECTED = "redirected"
    LOST = "lost"  # the worker was lost while it sent


class WebhookEndpoint(Base):
    """An address of a vendor's system or of one tenant that is told what happens."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        # Somebody who presses twice must not hear everything twice.
        UniqueConstraint("scope", "url"),
        CheckConstraint("tenant_id IS NULL OR product_id IS NOT NULL", name="tenant_of_a_product"),
        CheckConstraint("(off_at IS NULL) = (off_by IS NULL)", name="off_by_somebody"),
        CheckConstraint("(previous_salt IS NULL) = (previous_until IS NULL)", name="previous_for_a_time"),
        Index("ix_webhook_endpoint_tenant", "tenant_id"),
        # Its number stays on record for good: it is never given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Whose events: of one tenant, of a product, or of all where both are empty. `scope` says it in one word.
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    scope: Mapped[str] = mapped_column(String(30))
    url: Mapped[str] = mapped_column(String(500))
    # Types, apart by a space.
    events: Mapped[str] = mapped_column(String(200))
    # The secret is derived from it and a key outside the database; see `signing.py`.
    salt: Mapped[str] = mapped_column(String(64))
    # Of the secret before, which signs as well until then.
    previous_salt: Mapped[str | None] = mapped_column(String(64))
    previous_until: Mapped[Moment | None]
    created_at: Mapped[Moment]
    created_by: Mapped[str] = mapped_column(String(254))
    # Nothing is made for it and nothing sent to it since.
    off_at: Mapped[Moment | None]
    off_by: Mapped[str | None] = mapped_column(String(254))
    # Since when every attempt failed; empty: the last one did not.
    failing_since: Mapped[Moment | None]

    product: Mapped[Product | None] = relationship()
    tenant: Mapped[Tenant | None] = relationship()

    def hears(self, kind: EventType) -> bool:
        return kind.value in self.events.split()


class WebhookEvent(Base):
    """Something that happened, in the very text that every listener gets at every attempt."""

    __tablename__ = "webhook_event"
    __table_args__ = (Index("ix_webhook_event_made", "created_at"),)

    # The `webhook-id`, by which a receiver drops what it has already.
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    type: Mapped[EventType] = mapped_column(choice(EventType))
    # Whose it is; empty where it is about no tenant in particular.
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    payload: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment]


class WebhookDelivery(Base):
    """That one endpoint is to be told of one event, and how far that has come."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("event_id", "endpoint_id"),
        CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered_at_a_moment"),
        CheckConstraint("(state = 'sending') = (owner IS NOT NULL AND lease_until IS NOT NULL)", name="sent_by_one"),
        partial_index("ix_webhook_delivery_queued", "endpoint_id", "next_attempt_at", "id", rows="state = 'queued'"),
        Index("ix_webhook_delivery_leased", "lease_until"),
        Index("ix_webhook_delivery_latest", "endpoint_id", "id"),
        # The latest are those with the highest numbers.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("webhook_event.id", ondelete="CASCADE"))
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"))
    state: Mapped[DeliveryState] = mapped_column(choice(DeliveryState), default=DeliveryState.QUEUED)
    created_at: Mapped[Moment]
    next_attempt_at: Mapped[Moment]
    # Counted when one begins, so that an event that kills its workers is given up as well.
    attempts: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[Moment | None]
    attempted_at: Mapped[Moment | None]
    delivered_at: Mapped[Moment | None]
    # Of the last attempt: the HTTP status and how the answer began, or why there was none.
    status: Mapped[int | None]
    problem: Mapped[Problem | None] = mapped_column(choice(Problem))
    reply: Mapped[str] = mapped_column(Text, default="")

    event: Mapped[WebhookEvent] = relationship()
    endpoint: Mapped[WebhookEndpoint] = relationship()
