"""A worker's pass: rows are claimed, offered over all connections at once, and their ends written round by round."""

from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Event
from typing import NamedTuple

import structlog

from outbox.addresses import Unmailable, on_the_wire, return_path
from outbox.carrier import Carrier
from outbox.endings import Ending, accepted, again, not_accepted, unmailable
from outbox.envelope import Offer
from outbox.heartbeats import beat
from outbox.leases import LEASE, Lease
from outbox.letters import Letters
from outbox.pace import Pace
from outbox.relay import Unreachable, is_trial, journal, present_relay, rate
from outbox.replies import Answer, Outcome
from outbox.retries import SOON
from outbox.waiting import Claimed

COUNTED = ("sent", "retried", "failed", "uncertain", "unreachable", "withdrawn")
_AGAIN = timedelta(seconds=1)
_PATIENCE = 0.5  # seconds after which it looks whether it was told to stop

log = structlog.get_logger()


class _Flight(NamedTuple):
    """A row that is on its way, and the hash of the bytes that are."""

    row: Claimed
    hash: str


class Pass:
    """``counts`` are rows by how the pass left them."""

    def __init__(self, worker: str, hold: timedelta, clock: Callable[[], datetime], stop: Event) -> None:
        self.counts: Counter[str] = Counter()
        self._worker = worker
        self._hold = hold
        self._clock = clock
        self._stop = stop
        self._trial = is_trial()
        self._journal = journal()
        self._lease = Lease(worker)
        self._letters = Letters()
        self._carrier = Carrier(present_relay)
        self._pace = Pace(rate())
        self._waiting: deque[Claimed] = deque()
        self._flying: dict[int, _Flight] = {}
        self._dotted: set[int] = set()
        self._ends: list[Ending] = []
        self._claim_again_at = clock()
        self._unreachable = False

    def run(self) -> None:
        try:
            while self._claim() or self._flying or self._ends:
                try:
                    self._send()
                except Unreachable as error:
                    self._give_up(str(error))
                self._write_round()
            self._lease.give_back([row.id for row in self._waiting])
        except BaseException:
            # On the way out; where this fails as well, the lease runs out.
            with suppress(Exception):
                self._lease.give_back([row.id for row in self._waiting] + list(self._flying.keys() - self._dotted))
            raise
        finally:
            self._carrier.close()

    def _over(self) -> bool:
        """Whether no further mail is begun."""
        return self._unreachable or self._stop.is_set()

    def _claim(self) -> bool:
        """Have rows at hand; False where there are none, or none that may be begun."""
        if self._over():
            return False
        now = self._clock()
        if not self._waiting and (not self._flying or (now >= self._claim_again_at and not self._alone())):
            rows = self._lease.claim(now, self._pace.batch, alone=not self._flying)
            self._pace.claimed(len(rows))
            self._letters.fetch([*rows, *(flight.row for flight in self._flying.values())])
            self._waiting.extend(rows)
            if not rows:
                # Mails of the last rows are still on their way: what becomes due meanwhile need not wait for them.
                self._claim_again_at = now + _AGAIN
        return bool(self._waiting)

    def _alone(self) -> bool:
        return any(flight.row.lost for flight in self._flying.values())

    def _send(self) -> None:
        """Offer what can be offered, and hear what has come."""
        mails = len(self._waiting) + len(self._flying)
        if self._lease.runs_low(now := self._clock()):
            self._lease.renew([row.id for row in self._waiting] + list(self._flying), now)
            beat(self._worker, now)
        if self._waiting and not self._over():
            self._carrier.provide(mails)
        for session in self._carrier.free():
            offer = self._next_offer()
            if offer is None:
                break
            session.offer(offer)
        self._carrier.turn(self._patience())
        self._hear()

    def _patience(self) -> float:
        if self._ends or not (self._waiting or self._flying):
            return 0.0
        return min(_PATIENCE, self._pace.wait() or _PATIENCE)

    def _next_offer(self) -> Offer | None:
        """The next mail, if one may be begun now; rows of which none can be made are done with."""
        while self._waiting and not self._over() and not self._pace.wait():
            row = self._waiting.popleft()
            try:
                mail = self._letters.mail(row, self._clock())
                recipient = on_the_wire(row.address)
                # What is addressed to the journal itself is its own copy.
                journal = "" if self._journal == recipient else self._journal
                offer = Offer(row.id, return_path(row), recipient, mail, journal)
            except Unmailable as error:
                log.error("no mail can be made of a row", message=row.id, reason=str(error))
                self._ends.append(unmailable(row, str(error)))
            except Exception as error:
                # A mistake of ours must not keep the other rows from being sent, pass after pass.
                log.exception("a row could not be rendered", message=row.id)
                self._ends.append(again(row, f"it could not be rendered: {error!r}", self._clock()))
            else:
                self._pace.offered()
                self._flying[row.id] = _Flight(row, sha256(mail).hexdigest())
                return offer
        return None

    def _write_round(self) -> None:
        """Write what may be said and what was heard, in one transaction, and say it."""
        ready, ends = self._carrier.ready(), self._ends
        if not ready and not ends:
            return
        self._ends, now = [], self._clock()
        done = self._lease.close_round([session.number for session in ready], [one.settlement for one in ends], now)
        for one in ends:
            if one.settlement.id in done.settled:
                self.counts[one.counted] += 1
            else:
                log.warning(
                    "a row was no longer ours",
                    message=one.settlement.id,
                    outcome=one.counted,
                    reply=one.settlement.reply,
                )
                self.counts["withdrawn"] += 1
        for session in ready:
            # A worker that slept between the commit and the dot may not know any more whose the row is.
            if session.number in done.committing and self._clock() - now < LEASE / 2:
                self._dotted.add(session.number)
                session.dot(lambda: None if session.worn else self._next_offer())  # noqa: B023 - asked at once
            else:
                session.withdraw()
        self._hear()

    def _hear(self) -> None:
        now = self._clock()
        for offer, answer, untouched in self._carrier.ended():
            row, sent_hash = self._flying.pop(offer.number)
            self._dotted.discard(row.id)
            if untouched:
                self._waiting.appendleft(row)
            else:
                self._record(row, answer, sent_hash, now)
        if self._carrier.hopeless and not self._unreachable:
            self._give_up("the mail server lost the connection again and again")

    def _give_up(self, why: str) -> None:
        """Let go of what was not begun; what is on its way comes to its end."""
        log.warning("there is no mail server to talk to", reason=why, rows=len(self._waiting))
        self._unreachable = True
        self._lease.give_back([row.id for row in self._waiting], next_attempt_at=self._clock() + SOON, reply=why)
        self.counts["unreachable"] += len(self._waiting)
        self._waiting.clear()

    def _record(self, row: Claimed, answer: Answer, sent_hash: str, now: datetime) -> None:
        if answer.outcome is Outcome.WITHDRAWN:
            # Somebody else's by now, or its time passed while the server was slow.
            self._lease.give_back([row.id])
            self.counts["withdrawn"] += 1
            return
        if answer.outcome is Outcome.OURS:
            log.error("the mail server refuses us, not the reader", message=row.id, reply=answer.reply)
        if answer.outcome is Outcome.ACCEPTED:
            self._ends.append(accepted(row, answer.reply, now, self._trial, sent_hash))
        else:
            self._ends.append(not_accepted(row, answer, now, self._hold))
