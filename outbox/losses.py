"""What a lost worker left behind: rows it held are taken back, rows it may have sent are held."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import Connection, select, update

from outbox.carrier import worth
from outbox.leases import LEASE, execute, still_wanted
from outbox.models import MessageState, OutboxMessage
from outbox.relay import Relay
from outbox.remarks import remark
from outbox.retries import doubt
from storage import db

MOST_LOST = 3

log = structlog.get_logger()


def take_back(now: datetime, hold: timedelta) -> dict[str, int]:
    """End the leases that ran out, and return how many rows were `taken_back`, `held` and `put_aside`; commits.

    Claimed: nothing was sent, so it is queued again. Committing: the final dot may have gone, so it is held. A worker
    begins its rows in this order, so it was lost over one that is committing or one of the first that are
    claimed, of as many as it had connections. These come alone from then on, so that it shows which one it is; a row
    that three workers were lost over is put aside, so that the others flow.
    """
    with db.engine.begin() as connection:
        lost = connection.execute(
            select(
                OutboxMessage.id,
                OutboxMessage.owner,
                OutboxMessage.state,
                OutboxMessage.not_after,
                OutboxMessage.attempts,
                OutboxMessage.lost,
            )
            .where(
                OutboxMessage.state.in_([MessageState.CLAIMED, MessageState.COMMITTING]),
                # One that ends further ahead than any that is given now is of a worker with a wrong clock.
                (OutboxMessage.lease_until < now) | (OutboxMessage.lease_until > now + 2 * LEASE),
            )
            .order_by(OutboxMessage.urgent.desc(), OutboxMessage.id)
            .with_for_update(skip_locked=True)
        ).all()
        claimed = [row for row in lost if row.state is MessageState.CLAIMED]
        committing = [row for row in lost if row.state is MessageState.COMMITTING]
        _set(connection, (row.id for row in claimed), state=MessageState.QUEUED, owner=None, lease_until=None)
        for row in committing:
            state, next_attempt_at, why = doubt(now, row.not_after, hold)
            # The owner stays: should it only have been asleep, it may still bring the proof.
            owner = row.owner if state is MessageState.UNCERTAIN else None
            words = f"the worker was lost at the final dot; {why}"
            _set(
                connection,
                [row.id],
                state=state,
                owner=owner,
                lease_until=None,
                next_attempt_at=next_attempt_at,
                attempts=row.attempts + 1,
                reply=words,
            )
        suspects = [*committing, *_first_of_each(claimed)]
        _set(connection, (row.id for row in suspects), lost=OutboxMessage.lost + 1)
        beyond = [row.id for row in suspects if row.lost + 1 >= MOST_LOST]
        words = f"put aside: {MOST_LOST} workers were lost over it"
        _set(connection, beyond, state=MessageState.FAILED, owner=None, reply=remark(words))
    if lost:
        log.warning("a worker was lost", rows=len(lost), doubtful=[row.id for row in committing])
    if beyond:
        log.error("rows of the outbox were put aside, because workers were lost over them", rows=beyond)
    return {"taken_back": len(claimed), "held": len(committing), "put_aside": len(beyond)}


def end_hold(now: datetime) -> int:
    """Queue again what was held as doubtful and is not proved since, under the same Message-ID. Returns how many."""
    return execute(
        update(OutboxMessage)
        .where(OutboxMessage.state == MessageState.UNCERTAIN, OutboxMessage.next_attempt_at <= now, still_wanted(now))
        .values(
            state=MessageState.QUEUED,
            owner=None,
            reply=remark("not proved while it was held: sent again, it may arrive twice"),
        )
    )


def _first_of_each(claimed: Sequence[Any]) -> Iterator[Any]:
    """The first rows of each owner, as many as so many are worth connections."""
    most = Relay.of(current_app.config).connections
    for owner in {row.owner for row in claimed}:
        held = [row for row in claimed if row.owner == owner]
        yield from held[: worth(len(held), most)]


def _set(connection: Connection, ids: Iterable[int], **values: object) -> None:
    wanted = list(ids)
    if wanted:
        connection.execute(update(OutboxMessage).where(OutboxMessage.id.in_(wanted)).values(**values))
