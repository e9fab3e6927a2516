"""One transaction for all that happened at a moment: the rows whose dots may go, and the rows whose replies came."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Table, bindparam, func, literal_column, null, select, type_coerce, update

from outbox.models import MessageState, OutboxMessage
from storage import among, brought, db

# A row that was held as doubtful in the meantime is settled too: what we know now is the proof that was missing.
SETTLED_FROM = frozenset({MessageState.CLAIMED, MessageState.COMMITTING, MessageState.UNCERTAIN})
# A transaction may have been repeated whose first attempt had come through.
_COMMITTED_FROM = frozenset({MessageState.CLAIMED, MessageState.COMMITTING})

_rows: Table = OutboxMessage.__table__  # type: ignore[assignment]


def _is_one_of(states: Iterable[MessageState]) -> ColumnElement[bool]:
    # In words of the statement itself: a list that comes with each round is written into it each time.
    return _rows.c.state.in_([literal_column(f"'{state.value}'") for state in sorted(states)])


_in_time = _rows.c.not_after.is_(None) | (_rows.c.not_after >= bindparam("now", type_=_rows.c.not_after.type))
# What may be done with a row is asked of the database: to read its moments here would cost more than all the rest.
_OURS = (
    select(
        _rows.c.id,
        type_coerce(_is_one_of(_COMMITTED_FROM) & _in_time, Integer).label("may_commit"),
        type_coerce(_is_one_of(SETTLED_FROM), Integer).label("may_settle"),
    )
    .where(among(_rows.c.id, "ids"), _rows.c.owner == bindparam("owner"))
    .with_for_update(skip_locked=True)
)
_COMMIT = (
    update(_rows)
    .where(among(_rows.c.id, "ids"))
    .values(state=MessageState.COMMITTING, lease_until=bindparam("until", type_=_rows.c.lease_until.type))
)
_SETTLE = (
    update(_rows)
    .where(_rows.c.id == bindparam("row"))
    .values(
        state=bindparam("now_state", type_=_rows.c.state.type),
        attempts=bindparam("tried", type_=_rows.c.attempts.type),
        reply=bindparam("words", type_=_rows.c.reply.type),
        next_attempt_at=func.coalesce(
            bindparam("again_at", type_=_rows.c.next_attempt_at.type), _rows.c.next_attempt_at
        ),
        sent_at=bindparam("taken_at", type_=_rows.c.sent_at.type),
        trial=bindparam("as_trial", type_=_rows.c.trial.type),
        sent_hash=bindparam("hash", type_=_rows.c.sent_hash.type),
        owner=null(),
        lease_until=null(),
    )
)
# Nearly all end so, and one statement serves them all.
_line = brought("lines").c.value
_SENT = (
    update(_rows)
    .where(_rows.c.id == _line[0].as_integer())
    .values(
        state=literal_column(f"'{MessageState.SENT.value}'"),
        attempts=_line[1].as_integer(),
        reply=_line[2].as_string(),
        sent_hash=_line[3].as_string(),
        sent_at=bindparam("taken_at", type_=_rows.c.sent_at.type),
        owner=null(),
        lease_until=null(),
    )
)


class Settlement(NamedTuple):
    """How an attempt at a row ended. Without ``next_attempt_at`` the row keeps its own."""

    id: int
    state: MessageState
    attempts: int
    reply: str
    next_attempt_at: datetime | None = None
    sent_at: datetime | None = None
    trial: bool = False
    sent_hash: str = ""

    def values(self) -> dict[str, Any]:
        """The columns of the row."""
        names = ["state", "attempts", "reply", "sent_at", "trial", "sent_hash"]
        again = {} if self.next_attempt_at is None else {"next_attempt_at": self.next_attempt_at}
        return {name: getattr(self, name) for name in names} | again | {"owner": None, "lease_until": None}


class Round(NamedTuple):
    """Which rows are `committing` now and which are settled; ``unseen`` are not ours, or somebody holds them."""

    committing: AbstractSet[int]
    settled: AbstractSet[int]
    unseen: AbstractSet[int]


def write(owner: str, ready: Sequence[int], settlements: Sequence[Settlement], now: datetime, until: datetime) -> Round:
    """Write a round for the rows that are still the owner's; those whose time has passed get no dot."""
    ids = [*ready, *(one.id for one in settlements)]
    with db.engine.begin() as connection:
        found = connection.execute(_OURS, {"ids": ids, "owner": owner, "now": now}).all()
        may_commit = {number for number, yes, _settle in found if yes}
        may_settle = {number for number, _commit, yes in found if yes}
        committing = [one for one in ready if one in may_commit]
        settled = [one for one in settlements if one.id in may_settle]
        if committing:
            connection.execute(_COMMIT, {"ids": committing, "until": until})
        sent, others = _parted(settled)
        for taken_at, lines in sent.items():
            connection.execute(_SENT, {"taken_at": taken_at, "lines": lines})
        if others:
            connection.execute(_SETTLE, others)
    ours = {number for number, _commit, _settle in found}
    return Round(frozenset(committing), frozenset(one.id for one in settled), frozenset(ids) - ours)


def _parted(settled: Sequence[Settlement]) -> tuple[dict[datetime | None, list[Any]], list[dict[str, Any]]]:
    """Those that were sent, by the moment at which it was heard, and all others."""
    sent, others = defaultdict(list), []
    for one in settled:
        if one.state is MessageState.SENT and not one.trial:
            sent[one.sent_at].append((one.id, one.attempts, one.reply, one.sent_hash))
        else:
            others.append(_bound(one))
    return sent, others


def _bound(one: Settlement) -> dict[str, Any]:
    return {
        "row": one.id,
        "now_state": one.state,
        "tried": one.attempts,
        "words": one.reply,
        "again_at": one.next_attempt_at,
        "taken_at": one.sent_at,
        "as_trial": one.trial,
        "hash": one.sent_hash,
    }
