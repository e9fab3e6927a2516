"""One pass of sending: what is due is claimed, handed to the mail server, and marked with what the server said."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event
from time import monotonic

from flask import current_app

from outbox.heartbeats import beat
from outbox.losses import end_hold, take_back
from outbox.sending import COUNTED, Pass
from outbox.services import expire
from storage import db

__all__ = ["beat", "deliver_due"]


def deliver_due(now: datetime, owner: str, stop: Event | None = None) -> dict[str, int]:
    """Send what is due at ``now``, as the worker ``owner``, and return counts; any number of workers may at once.

    Counted are rows, by how this pass left them: `sent`, `failed` (refused for good), `retried` (queued for another
    attempt), `uncertain` (held: it may have been sent), `unreachable` (queued, for there is no server to talk to),
    `withdrawn` (no longer ours), and of earlier passes `taken_back`, `held`, `put_aside`, `sent_again`, `expired`.
    Between two mails it heeds ``stop``. Commits the running transaction first; a refusal raises nothing.
    """
    # SQLite has one writer: a transaction that the caller left open would wait for us, and we for it.
    db.session.commit()
    hold = timedelta(seconds=current_app.config["SETTINGS"].MAIL_HOLD)
    counts = take_back(now, hold)
    counts["sent_again"] = end_hold(now)
    counts["expired"] = expire(now)
    sending = Pass(owner, hold, _running_on(now), stop or Event())
    sending.run()
    return counts | {name: sending.counts[name] for name in COUNTED}


def _running_on(now: datetime) -> Callable[[], datetime]:
    """A clock that runs on from the moment that the pass was given."""
    started = monotonic()
    return lambda: now + timedelta(seconds=monotonic() - started)
