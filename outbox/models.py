"""Letters, the messages that carry them, and the workers that were seen alive."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage import Base, Moment, choice
from storage.indexes import partial_index


class MessageState(StrEnum):
    QUEUED = "queued"
    CLAIMED = "claimed"  # a worker holds the lease
    COMMITTING = "committing"  # the whole message is with the server, but for the final dot
    UNCERTAIN = "uncertain"  # the worker was lost after the dot may have gone
    SENT = "sent"
    FAILED = "failed"  # refused for good
    EXPIRED = "expired"  # its time passed before a server took it
    CANCELLED = "cancelled"


FINAL = frozenset({MessageState.SENT, MessageState.FAILED, MessageState.EXPIRED, MessageState.CANCELLED})

# Parts of the outbox with an index of their own: those tried in vain so far, those that came back, and those that ended
# and are not taken note of. A query names them in these very words, or the index does not serve it.
STUCK_ROWS = "state IN ('queued', 'claimed', 'committing') AND reply <> ''"
REFUSED_ROWS = "(state = 'failed' OR bounced_at IS NOT NULL)"
UNSETTLED_ROWS = "settled_at IS NULL AND state IN ('sent', 'failed', 'expired', 'cancelled')"


class Letter(Base):
    """What a mail says, once per announcement and language; a reader's own fields are laid in when it is sent."""

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("announcement_id", "language"),
        # Its number stays on record for good: it is never given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int | None]
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(Text)
    plain: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    # Ties the mails about one change together in the reader's mailbox.
    thread: Mapped[str] = mapped_column(String(120), default="")
    # The calendar entry that goes with it (RFC 5545), with places like the texts; empty: none.
    calendar: Mapped[str] = mapped_column(Text, default="", server_default="")
    # What must still stand when it leaves, by a name that floors above give it, and after an @ which state of it;
    # empty: it leaves in any case.
    holds_while: Mapped[str] = mapped_column(String(60), default="", server_default="")
    created_at: Mapped[Moment]


class OutboxMessage(Base):
    """One mail to one address. Its Message-ID is fixed: every attempt carries the same one."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("announcement_id", "contact_id", "address", "channel"),
        Index("ix_outbox_message_waiting", "state", "next_attempt_at"),
        # What waits, in the order in which it is sent: see `outbox/waiting.py`.
        partial_index("ix_outbox_message_queued", "urgent", "not_after", "id", rows="state = 'queued'"),
        partial_index(
            "ix_outbox_message_personal",
            "urgent",
            "not_after",
            "id",
            rows="state = 'queued' AND announcement_id IS NULL",
        ),
        partial_index(
            "ix_outbox_message_unsettled",
            # First: else SQLite would rather read every mail of such a state there ever was.
            "state",
            "announcement_id",
            "tenant_id",
            # Not before they end: until then each change of state would be written here as well.
            rows=UNSETTLED_ROWS,
        ),
        Index("ix_outbox_message_tenant", "tenant_id"),
        partial_index("ix_outbox_message_returned", "contact_id", rows="bounced_at IS NOT NULL"),
        partial_index("ix_outbox_message_stuck", "state", "id", rows=STUCK_ROWS),
        partial_index("ix_outbox_message_refused", "created_at", rows=REFUSED_ROWS),
        partial_index("ix_outbox_message_bounced", "bounced_at", rows="bounced_at IS NOT NULL"),
        # Its number stays on record for good: it is never given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"))
    # Ids of floors above: nothing here looks behind them.
    announcement_id: Mapped[int | None]
    tenant_id: Mapped[int | None]
    contact_id: Mapped[int | None]
    address: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(160), default="")
    channel: Mapped[str] = mapped_column(String(10), default="mail")
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)

    state: Mapped[MessageState] = mapped_column(choice(MessageState), default=MessageState.QUEUED)
    created_at: Mapped[Moment]
    next_attempt_at: Mapped[Moment]
    # After this it is no longer sent: a late notice is a person's decision.
    not_after: Mapped[Moment | None]
    attempts: Mapped[int] = mapped_column(default=0)
    # How many workers were lost while they sent it.
    lost: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[Moment | None]
    sent_at: Mapped[Moment | None]
    # The server's last answer, to the letter; of our own making where no server answered.
    reply: Mapped[str] = mapped_column(Text, default="")
    # SHA-256 of the bytes that the server took.
    sent_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    # How we know that it was taken, where no server's answer says so: a copy in the journal, a delivery report.
    proof: Mapped[str] = mapped_column(Text, default="", server_default="")
    # Taken by the built-in mailbox: a trial, never evidence.
    trial: Mapped[bool] = mapped_column(default=False)
    # Before everything else: an incident does not wait behind a newsletter.
    urgent: Mapped[bool] = mapped_column(default=False, server_default=false())
    # When a report said that it came back after all, and the report's words.
    bounced_at: Mapped[Moment | None]
    bounce: Mapped[str] = mapped_column(Text, default="", server_default="")
    # When the floors above took note of how it ended.
    settled_at: Mapped[Moment | None]

    letter: Mapped[Letter] = relationship()


class Heartbeat(Base):
    """When a worker last finished a pass."""

    __tablename__ = "heartbeat"

    worker: Mapped[str] = mapped_column(String(80), primary_key=True)
    beat_at: Mapped[Moment]
    # When it began, or the worker whose place it took; empty for a single tick, which takes nobody's place.
    since: Mapped[Moment | None]
