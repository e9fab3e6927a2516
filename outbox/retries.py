"""When a mail is tried again, and what becomes of one that may have been sent."""

from datetime import datetime, timedelta
from typing import NamedTuple

from outbox.models import MessageState

SOON = timedelta(minutes=1)
_DELAYS = (SOON, timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))
_LATER = timedelta(hours=1)
# The last attempt before a deadline leaves time for the pass that makes it.
_LAST_CHANCE = timedelta(minutes=2)


class Doubt(NamedTuple):
    """What becomes of a row that a server may have taken, and why."""

    state: MessageState
    next_attempt_at: datetime
    why: str


def next_attempt(attempts: int, now: datetime, not_after: datetime | None) -> datetime:
    """When a mail is tried again after its ``attempts``-th attempt: 1, 5, 15, 30 minutes later, then hourly.

    The horizon is ``not_after``, not a count: a pause that would outlast it is cut short for one attempt before it.
    """
    at = now + (_DELAYS[attempts - 1] if attempts <= len(_DELAYS) else _LATER)
    if not_after is not None and at > not_after:
        return max(now + SOON, not_after - _LAST_CHANCE)
    return at


def doubt(now: datetime, not_after: datetime | None, hold: timedelta) -> Doubt:
    """Decide on a mail that a server may have taken: held first, because it would be silently repeated else."""
    if not_after is None or not_after >= now + hold:
        return Doubt(MessageState.UNCERTAIN, now + hold, "held, for a server may have taken it")
    if not_after >= now:
        # A duplicate is better than a miss.
        words = "a server may have taken it, but the deadline is nearer than the hold: sent again, it may arrive twice"
        return Doubt(MessageState.QUEUED, min(now + SOON, not_after), words)
    return Doubt(MessageState.UNCERTAIN, now, "a server may have taken it, and its time has passed: not sent again")
