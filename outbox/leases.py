"""Who may send a row, and for how long: claims, leases, and the fence that a worker that is late does not pass."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from time import sleep
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import ColumnElement, Update, or_, update
from sqlalchemy.exc import OperationalError

from outbox import rounds
from outbox.models import MessageState, OutboxMessage
from outbox.rounds import Round, Settlement
from outbox.waiting import Claimed, next_in_line
from storage import among, db

LEASE = timedelta(minutes=2)
BATCH = 100
_RENEWED_EVERY = LEASE / 6
# Seconds between attempts to write what a server has answered: forgetting it would send the mail twice.
_PAUSES = (0.2, 1.0, 3.0, 10.0, 30.0)

Result = TypeVar("Result")


class Lease:
    """One worker's hold on rows during one pass; two passes never share an owner, even in one process."""

    def __init__(self, worker: str) -> None:
        self.owner = f"{worker[:60]}#{uuid4().hex[:12]}"
        self._renewed_at: datetime | None = None

    def claim(self, now: datetime, most: int = BATCH, *, alone: bool = True) -> list[Claimed]:
        """Take the next rows that are due, in the order in which they are to be sent. Empty: none is due.

        A row that a worker was lost over comes by itself, so that it is certain which one it was if that happens again;
        and only where nothing else is on its way (``alone``).
        """
        with db.engine.begin() as connection:
            rows = next_in_line(connection, now, most)
            suspect = next((place for place, row in enumerate(rows) if row.lost), None)
            if suspect is not None:
                rows = rows[: suspect or int(alone)]
            if rows:
                connection.execute(
                    update(OutboxMessage)
                    .where(among(OutboxMessage.id, [row.id for row in rows]))
                    .values(state=MessageState.CLAIMED, owner=self.owner, lease_until=now + LEASE)
                )
        self._renewed_at = self._renewed_at or now
        return rows

    def runs_low(self, now: datetime) -> bool:
        """Whether it is time to renew it."""
        return self._renewed_at is None or now - self._renewed_at >= _RENEWED_EVERY

    def renew(self, ids: Collection[int], now: datetime) -> bool:
        """Hold on to rows that wait for a slow server. True where it was time to."""
        if not self.runs_low(now):
            return False
        self._write(self._ours(MessageState.CLAIMED), among(OutboxMessage.id, ids), lease_until=now + LEASE)
        self._renewed_at = now
        return True

    def close_round(self, ready: Sequence[int], settlements: Sequence[Settlement], now: datetime) -> Round:
        """Write in one transaction that the dots of ``ready`` may be sent from now on, and how attempts ended.

        What comes back are the ids for which that is so: only these rows were still ours, and none of ``ready`` is too
        late. A row that somebody else is changing at this moment is waited for by itself, because waiting for it while
        we hold others could end in a deadlock.
        """
        done = insist(lambda: rounds.write(self.owner, ready, settlements, now, now + LEASE))
        committing, settled = set(done.committing), set(done.settled)
        if done.unseen:
            committing |= {one for one in ready if one in done.unseen and self._commit(one, now)}
            settled |= {one.id for one in settlements if one.id in done.unseen and self._settle_one(one)}
        return Round(committing, settled, frozenset())

    def give_back(self, ids: Collection[int], **values: Any) -> None:
        """Let go of rows of which nothing was sent: the dot was held back even where it might have gone."""
        if not ids:
            return
        self._write(
            self._ours(MessageState.CLAIMED, MessageState.COMMITTING),
            among(OutboxMessage.id, ids),
            state=MessageState.QUEUED,
            owner=None,
            lease_until=None,
            **values,
        )

    def _commit(self, one: int, now: datetime) -> bool:
        return self._write(
            self._ours(MessageState.CLAIMED, MessageState.COMMITTING),
            OutboxMessage.id == one,
            still_wanted(now),
            state=MessageState.COMMITTING,
            lease_until=now + LEASE,
        )

    def _settle_one(self, one: Settlement) -> bool:
        return self._write(self._ours(*rounds.SETTLED_FROM), OutboxMessage.id == one.id, **one.values())

    def _ours(self, *states: MessageState) -> ColumnElement[bool]:
        return (OutboxMessage.owner == self.owner) & OutboxMessage.state.in_(states)

    def _write(self, *conditions: ColumnElement[bool], **values: Any) -> bool:
        return execute(update(OutboxMessage).where(*conditions).values(**values)) > 0


def still_wanted(now: datetime) -> ColumnElement[bool]:
    """Late is a person's decision."""
    return or_(OutboxMessage.not_after.is_(None), OutboxMessage.not_after >= now)


def execute(statement: Update) -> int:
    """Run a statement in a transaction of its own, again where the database is away. Returns the number of rows."""

    def at_once() -> int:
        with db.engine.begin() as connection:
            return connection.execute(statement).rowcount

    return insist(at_once)


def insist(work: Callable[[], Result]) -> Result:
    """Do a piece of work again where the database is locked, full, or starting anew; in the end it raises."""
    for pause in _PAUSES:
        try:
            return work()
        except OperationalError:
            sleep(pause)
    return work()
