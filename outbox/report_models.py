"""What mail servers reported, and how the reading of our mailboxes goes."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from outbox.models import OutboxMessage
from storage import Base, Moment, choice
from storage.indexes import partial_index


class Action(StrEnum):
    """What a report says became of a mail (RFC 3464 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


class Effect(StrEnum):
    """What a report changed."""

    BOUNCED = "bounced"
    PROVED = "proved"  # a row that was doubtful counts as sent
    NOTED = "noted"  # nothing


class DeliveryReport(Base):
    """What a mail server reported of one mail. It is read once, and acted upon when nobody holds the mail's row."""

    __tablename__ = "delivery_report"
    __table_args__ = (
        UniqueConstraint("outbox_message_id", "sha256"),
        partial_index(
            "ix_delivery_report_open", "id", rows="effect IS NULL OR (effect = 'bounced' AND settled_at IS NULL)"
        ),
        # Its number stays on record for good: it is never given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    outbox_message_id: Mapped[int] = mapped_column(ForeignKey("outbox_message.id", ondelete="CASCADE"))
    # Of the report's bytes: the same one read twice is one row.
    sha256: Mapped[str] = mapped_column(String(64))
    action: Mapped[Action] = mapped_column(choice(Action))
    # RFC 3463, such as 5.1.1; empty where the report says none.
    status: Mapped[str] = mapped_column(String(12), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    # When the reporting server had the mail, as it says.
    arrived_at: Mapped[Moment | None]
    read_at: Mapped[Moment]
    # Empty: not acted upon yet, for a worker holds the row.
    effect: Mapped[Effect | None] = mapped_column(choice(Effect))
    # Of a bounce: when the floors above took note of it.
    settled_at: Mapped[Moment | None]

    message: Mapped[OutboxMessage] = relationship()


class MailboxReading(Base):
    """How the last attempt to read a mailbox of ours went, for whoever watches."""

    __tablename__ = "mailbox_reading"

    # "reports" or "journal".
    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    read_at: Mapped[Moment | None]
    # Since when it cannot be read, and why; empty while it can.
    failing_since: Mapped[Moment | None]
    problem: Mapped[str] = mapped_column(Text, default="")
