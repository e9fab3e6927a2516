"""How the outbox stands, for the faces that watch it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from outbox.models import Heartbeat, MessageState, OutboxMessage
from outbox.report_models import MailboxReading
from storage import db

# A worker ticks every few seconds, and beats while it sends.
SILENT_AFTER = timedelta(minutes=1)
_REMEMBERED = timedelta(days=30)
_MOST = 20


@dataclass(frozen=True)
class Trouble:
    """So many mails in the same state for the same reason, the oldest of them made at ``since``."""

    state: MessageState
    reply: str
    mails: int
    since: datetime


def oldest_due_at() -> datetime | None:
    """Since when the row that waits longest could be sent, or from when; None where none waits."""
    return db.session.scalar(
        select(OutboxMessage.next_attempt_at)
        .where(OutboxMessage.state == MessageState.QUEUED)
        .order_by(OutboxMessage.next_attempt_at)
        .limit(1)
    )


def trouble(now: datetime) -> list[Trouble]:
    """What of the outbox a person should know, the most mails first, at most twenty; empty where all is well.

    Refused for good or not sent in time (of the last thirty days), held as doubtful, or tried again in vain so far.
    """
    ended = OutboxMessage.state.in_([MessageState.FAILED, MessageState.EXPIRED])
    again = (OutboxMessage.state == MessageState.QUEUED) & (OutboxMessage.reply != "")
    found = db.session.execute(
        select(OutboxMessage.state, OutboxMessage.reply, func.count(), func.min(OutboxMessage.created_at))
        .where(
            or_(
                ended & (OutboxMessage.created_at >= now - _REMEMBERED),
                again,
                OutboxMessage.state == MessageState.UNCERTAIN,
            )
        )
        .group_by(OutboxMessage.state, OutboxMessage.reply)
        .order_by(func.count().desc(), func.min(OutboxMessage.id))
        .limit(_MOST)
    )
    return [Trouble(*row) for row in found]


def unread_mailboxes() -> list[MailboxReading]:
    """The mailboxes of ours that cannot be read: the reports', the journal."""
    return list(
        db.session.scalars(
            select(MailboxReading).where(MailboxReading.failing_since.is_not(None)).order_by(MailboxReading.name)
        )
    )


def is_alive(beat_at: datetime, now: datetime) -> bool:
    """Whether a sign of life is of this minute; one from the future is of a wrong clock, and hides nobody's silence."""
    return abs(now - beat_at) <= SILENT_AFTER


def heartbeats() -> dict[str, datetime]:
    """When each worker last finished a pass or a part of one, by name."""
    return {row.worker: row.beat_at for row in db.session.execute(select(Heartbeat.worker, Heartbeat.beat_at))}
