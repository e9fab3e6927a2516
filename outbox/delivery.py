"""One pass of sending: what is due is claimed, handed to the mail server, and marked with what the server said."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Event
from time import monotonic

import structlog
from flask import current_app

from outbox.addresses import Unmailable, on_the_wire, return_path
from outbox.carrier import Carrier
from outbox.heartbeats import beat
from outbox.leases import Lease
from outbox.losses import end_hold, take_back
from outbox.mime import render
from outbox.models import MessageState, OutboxMessage
from outbox.relay import Unreachable, is_trial, present_relay
from outbox.replies import Answer, Outcome
from outbox.retries import SOON, doubt, next_attempt
from outbox.services import expire
from storage import db

__all__ = ["beat", "deliver_due"]

MOST_LOST_CONNECTIONS = 3
COUNTED = ("sent", "retried", "failed", "uncertain", "unreachable", "withdrawn")

log = structlog.get_logger()


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
    started = monotonic()
    sending = _Pass(owner, hold, lambda: now + timedelta(seconds=monotonic() - started), stop or Event())
    sending.run()
    return counts | {name: sending.counts[name] for name in COUNTED}


class _Pass:
    """One worker's pass. ``clock`` runs on from the moment that the pass was given."""

    def __init__(self, worker: str, hold: timedelta, clock: Callable[[], datetime], stop: Event) -> None:
        self.counts: Counter[str] = Counter()
        self._worker = worker
        self._hold = hold
        self._clock = clock
        self._stop = stop
        self._trial = is_trial()
        self._lease = Lease(worker)
        self._carrier = Carrier(present_relay)

    def run(self) -> None:
        try:
            while not self._stop.is_set() and (batch := self._lease.claim(self._clock())):
                if not self._send_all({message.id: message for message in batch}):
                    break
        finally:
            self._carrier.close()

    def _send_all(self, waiting: dict[int, OutboxMessage]) -> bool:
        """Send a batch; False where there is no sense in going on. What is not sent then is given back."""
        try:
            while waiting and not self._stop.is_set():
                if self._lease.renew(waiting, self._clock()):
                    beat(self._worker, self._clock())
                message = waiting[min(waiting)]
                self._send(message)
                del waiting[message.id]
                if self._carrier.lost >= MOST_LOST_CONNECTIONS:
                    raise Unreachable("the mail server lost the connection again and again")
        except Unreachable as error:
            log.warning("there is no mail server to talk to", reason=str(error), rows=len(waiting))
            self._lease.give_back(waiting, next_attempt_at=self._clock() + SOON, reply=str(error))
            self.counts["unreachable"] += len(waiting)
            return False
        except BaseException:
            # On the way out; where this fails as well, the lease runs out.
            with suppress(Exception):
                self._lease.give_back(waiting)
            raise
        if waiting:
            self._lease.give_back(waiting)
        return not self._stop.is_set()

    def _send(self, message: OutboxMessage) -> None:
        try:
            mail = render(message.letter, message, self._clock())
            sender, recipient = return_path(message), on_the_wire(message.address)
        except Unmailable as error:
            log.error("no mail can be made of a row", message=message.id, reason=str(error))
            self._settle(message, "failed", state=MessageState.FAILED, reply=str(error))
            return
        except Exception as error:
            # A mistake of ours must not keep the other rows from being sent, pass after pass.
            log.exception("a row could not be rendered", message=message.id)
            self._again(message, f"it could not be rendered: {error!r}")
            return
        answer = self._carrier.carry(sender, recipient, mail, lambda: self._lease.may_commit(message, self._clock()))
        self._record(message, answer, sha256(mail).hexdigest())

    def _record(self, message: OutboxMessage, answer: Answer, sent_hash: str) -> None:
        now, tried, reply = self._clock(), message.attempts + 1, answer.reply
        match answer.outcome:
            case Outcome.ACCEPTED:
                taken = {"state": MessageState.SENT, "sent_at": now, "trial": self._trial, "sent_hash": sent_hash}
                self._settle(message, "sent", **taken, attempts=tried, reply=reply)
            case Outcome.PERMANENT:
                self._settle(message, "failed", state=MessageState.FAILED, attempts=tried, reply=reply)
            case Outcome.UNCERTAIN:
                state, again_at, why = doubt(now, message.not_after, self._hold)
                doubtful = {"state": state, "next_attempt_at": again_at, "reply": f"{reply}; {why}"}
                self._settle(message, "uncertain", **doubtful, attempts=tried)
            case Outcome.WITHDRAWN:
                # Somebody else's by now, or its time passed while the server was slow.
                self._lease.give_back([message.id])
                self.counts["withdrawn"] += 1
            case Outcome.OURS:
                log.error("the mail server refuses us, not the reader", message=message.id, reply=reply)
                self._again(message, reply)
            case Outcome.TEMPORARY | Outcome.BROKEN:
                self._again(message, reply)

    def _again(self, message: OutboxMessage, reply: str) -> None:
        tried = message.attempts + 1
        at = next_attempt(tried, self._clock(), message.not_after)
        self._settle(message, "retried", state=MessageState.QUEUED, next_attempt_at=at, attempts=tried, reply=reply)

    def _settle(self, message: OutboxMessage, counted: str, **values: object) -> None:
        if self._lease.settle(message, owner=None, **values):
            self.counts[counted] += 1
        else:
            log.warning("a row was no longer ours", message=message.id, outcome=counted, reply=values["reply"])
            self.counts["withdrawn"] += 1
