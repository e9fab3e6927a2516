"""When a delivery is tried again: the pauses that Standard Webhooks recommends, over three days."""

from datetime import datetime, timedelta

_PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MOST_ATTEMPTS = len(_PAUSES) + 1


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When to try again after the ``attempts``-th attempt; None: it is given up."""
    return now + _PAUSES[attempts - 1] if attempts < MOST_ATTEMPTS else None
