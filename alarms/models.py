"""Rows about what went wrong, and who was told of it."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage import Base, Moment, choice
from storage.indexes import partial_index


class AlarmKind(StrEnum):
    """What an alarm is about."""

    DEADLINE_NEAR = "deadline_near"
    MISSED = "missed"
    OUT_OF_REACH = "out_of_reach"  # a tenant without a contact, or whose every contact's mail came back
    MAIL_REFUSED = "mail_refused"  # the server will not have us, or cannot be reached
    MAIL_WAITS = "mail_waits"
    PUT_ASIDE = "put_aside"  # mails that workers were lost over
    OUTBOX_HELD = "outbox_held"  # after a restore, or because a person wants it so
    WORKER_SILENT = "worker_silent"
    WEBHOOK_FAILS = "webhook_fails"  # for a day


class Alarm(Base):
    """One thing that is wrong, from when it was seen until it is over; however many tenants it concerns, one row."""

    __tablename__ = "alarm"
    __table_args__ = (
        # Eight workers that see the same thing at the same moment raise it once.
        partial_index("uq_alarm_open", "kind", "subject", unique=True, rows="over_at IS NULL"),
        Index("ix_alarm_raised", "raised_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AlarmKind] = mapped_column(choice(AlarmKind))
    # What it is about, such as `release:12:acceptance@2027-01-04T05:00:00+00:00`.
    subject: Mapped[str] = mapped_column(String(160))
    # Of a deadline the hours that were left, 72, 24 or 4: the fewer, the worse.
    step: Mapped[int] = mapped_column(default=0)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    seen_at: Mapped[Moment]
    # None while it may yet pass by itself: a mail server may be away for some minutes.
    raised_at: Mapped[Moment | None]
    over_at: Mapped[Moment | None]

    tellings: Mapped[list["AlarmTelling"]] = relationship(order_by="AlarmTelling.id")


class AlarmTelling(Base):
    """That one channel is to be told of an alarm, or that it is over; a repeated attempt repeats no other channel."""

    __tablename__ = "alarm_telling"
    __table_args__ = (
        UniqueConstraint("alarm_id", "step", "over", "channel"),
        partial_index("ix_alarm_telling_waiting", "next_attempt_at", rows="next_attempt_at IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id", ondelete="CASCADE"))
    step: Mapped[int] = mapped_column(default=0)
    over: Mapped[bool] = mapped_column(default=False)
    # `mail:` and a user's id, or `address:` and the start of a hash: the addresses themselves are secret.
    channel: Mapped[str] = mapped_column(String(40))
    # What a person knows it by: an e-mail address, or the kind of service.
    name: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[Moment]
    # For mail: when it went into the outbox, which has its own proof.
    told_at: Mapped[Moment | None]
    # None where there is nothing more to do: told, or given up.
    next_attempt_at: Mapped[Moment | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
