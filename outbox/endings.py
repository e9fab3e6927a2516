"""What becomes of a row by how an attempt at it ended."""

from datetime import datetime, timedelta
from typing import NamedTuple

from outbox.models import MessageState
from outbox.replies import Answer, Outcome
from outbox.retries import doubt, next_attempt
from outbox.rounds import Settlement
from outbox.waiting import Claimed


class Ending(NamedTuple):
    """What is to be written of a row, and what it counts as."""

    counted: str
    settlement: Settlement


def accepted(row: Claimed, reply: str, now: datetime, trial: bool, sent_hash: str) -> Ending:
    """A server took it; ``sent_hash`` is of the bytes that it took."""
    tried = row.attempts + 1
    return Ending("sent", Settlement(row.id, MessageState.SENT, tried, reply, None, now, trial, sent_hash))


def not_accepted(row: Claimed, answer: Answer, now: datetime, hold: timedelta) -> Ending:
    """A server refused it, or nobody knows."""
    tried = row.attempts + 1
    if answer.outcome is Outcome.PERMANENT:
        return Ending("failed", Settlement(row.id, MessageState.FAILED, tried, answer.reply))
    if answer.outcome is Outcome.UNCERTAIN:
        state, again_at, why = doubt(now, row.not_after, hold)
        return Ending("uncertain", Settlement(row.id, state, tried, f"{answer.reply}; {why}", again_at))
    return again(row, answer.reply, now)


def again(row: Claimed, why: str, now: datetime) -> Ending:
    """Nothing was sent, and another attempt makes sense."""
    tried = row.attempts + 1
    at = next_attempt(tried, now, row.not_after)
    return Ending("retried", Settlement(row.id, MessageState.QUEUED, tried, why, at))


def unmailable(row: Claimed, why: str) -> Ending:
    """No mail can be made of it: no attempt was made."""
    return Ending("failed", Settlement(row.id, MessageState.FAILED, row.attempts, why))
