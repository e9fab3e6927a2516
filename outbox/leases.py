"""Who may send a row, and for how long: claims, leases, and the fence that a worker that is late does not pass."""

from collections.abc import Collection
from datetime import datetime, timedelta
from time import sleep
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Update, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, selectinload

from outbox.models import MessageState, OutboxMessage
from storage import db

LEASE = timedelta(minutes=2)
BATCH = 100
_RENEWED_EVERY = LEASE / 6
# Seconds between attempts to write what a server has answered: forgetting it would send the mail twice.
_PAUSES = (0.2, 1.0, 3.0, 10.0, 30.0)


class Lease:
    """One worker's hold on rows during one pass; two passes never share an owner, even in one process."""

    def __init__(self, worker: str) -> None:
        self.owner = f"{worker[:60]}#{uuid4().hex[:12]}"
        self._renewed_at: datetime | None = None

    def claim(self, now: datetime) -> list[OutboxMessage]:
        """Take the next rows that are due, with their letters; detached, and the database let go. Empty: none is due.

        What somebody waits for at a screen comes first, then what has the nearest deadline.
        """
        due = (
            select(OutboxMessage)
            .where(OutboxMessage.state == MessageState.QUEUED, OutboxMessage.next_attempt_at <= now, still_wanted(now))
            .order_by(
                OutboxMessage.announcement_id.is_not(None), OutboxMessage.not_after.nulls_last(), OutboxMessage.id
            )
            .limit(BATCH)
            .with_for_update(skip_locked=True)
            .options(selectinload(OutboxMessage.letter))
        )
        with Session(db.engine, expire_on_commit=False) as session:
            messages = sorted(session.scalars(due), key=lambda message: message.id)
            session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id.in_([message.id for message in messages]))
                .values(state=MessageState.CLAIMED, owner=self.owner, lease_until=now + LEASE)
                .execution_options(synchronize_session=False)
            )
            session.commit()
        self._renewed_at = now
        return messages

    def renew(self, ids: Collection[int], now: datetime) -> bool:
        """Hold on to rows that wait for a slow server. True where it was time to."""
        if self._renewed_at is not None and now - self._renewed_at < _RENEWED_EVERY:
            return False
        self._write(self._ours(MessageState.CLAIMED), OutboxMessage.id.in_(ids), lease_until=now + LEASE)
        self._renewed_at = now
        return True

    def may_commit(self, message: OutboxMessage, now: datetime) -> bool:
        """Write that the final dot may be sent from now on; False where the row is no longer ours, or too late."""
        return self._write(
            self._ours(MessageState.CLAIMED),
            OutboxMessage.id == message.id,
            still_wanted(now),
            state=MessageState.COMMITTING,
            lease_until=now + LEASE,
        )

    def settle(self, message: OutboxMessage, **values: Any) -> bool:
        """Write how an attempt ended; False where the row is no longer ours.

        A row that was held as doubtful in the meantime is: what we know now is the proof that was missing.
        """
        ours = self._ours(MessageState.CLAIMED, MessageState.COMMITTING, MessageState.UNCERTAIN)
        return self._write(ours, OutboxMessage.id == message.id, lease_until=None, **values)

    def give_back(self, ids: Collection[int], **values: Any) -> None:
        """Let go of rows of which nothing was sent."""
        self._write(
            self._ours(MessageState.CLAIMED),
            OutboxMessage.id.in_(ids),
            state=MessageState.QUEUED,
            owner=None,
            lease_until=None,
            **values,
        )

    def _ours(self, *states: MessageState) -> ColumnElement[bool]:
        return (OutboxMessage.owner == self.owner) & OutboxMessage.state.in_(states)

    def _write(self, *conditions: ColumnElement[bool], **values: Any) -> bool:
        return insist(update(OutboxMessage).where(*conditions).values(**values)) > 0


def still_wanted(now: datetime) -> ColumnElement[bool]:
    """Late is a person's decision."""
    return or_(OutboxMessage.not_after.is_(None), OutboxMessage.not_after >= now)


def insist(statement: Update) -> int:
    """Run a statement in a transaction of its own, again where the database is away for a moment. Returns the rows."""
    for pause in _PAUSES:
        try:
            return _at_once(statement)
        except OperationalError:
            # Locked, full, or starting anew.
            sleep(pause)
    return _at_once(statement)


def _at_once(statement: Update) -> int:
    with db.engine.begin() as connection:
        return connection.execute(statement).rowcount
