"""Which rows are next in line."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, bindparam, false, literal_column, select, true

from outbox.models import OutboxMessage

_rows: Table = OutboxMessage.__table__  # type: ignore[assignment]
_moment = _rows.c.not_after.type
# In words of the statement itself: a database does not use the index of the waiting rows for a state that it is told
# only when it runs.
_QUEUED = _rows.c.state == literal_column("'queued'")
_NO_ANNOUNCEMENT = _rows.c.announcement_id.is_(None)


class Claimed(NamedTuple):
    """What a worker needs of a row to send it."""

    id: int
    letter_id: int
    address: str
    name: str
    fields: dict[str, Any]
    message_id: str
    not_after: datetime | None
    attempts: int
    lost: int


def next_in_line(connection: Connection, now: datetime, most: int) -> list[Claimed]:
    """The rows that are due, at most ``most``, locked: the urgent, then what somebody waits for at a screen.

    Then what has the nearest deadline, and last what has none. Each kind is a range of an index, because sorting all
    that wait would take longer than sending a batch.
    """
    found: list[Claimed] = []
    for kind in _KINDS:
        if len(found) < most:
            rows = connection.execute(kind, {"now": now, "room": most - len(found)})
            found += [Claimed(*row) for row in rows]
    return found


def _kind(*conditions: ColumnElement[bool], order: list[Any]) -> Any:
    now = bindparam("now", type_=_moment)
    return (
        select(*(_rows.c[name] for name in Claimed._fields))
        .where(_QUEUED, *conditions, _rows.c.next_attempt_at <= now)
        .order_by(*order)
        .limit(bindparam("room"))
        .with_for_update(skip_locked=True)
    )


def _kinds() -> list[Any]:
    now = bindparam("now", type_=_moment)
    urgent, usual = _rows.c.urgent == true(), _rows.c.urgent == false()
    by_deadline, by_age = [_rows.c.not_after, _rows.c.id], [_rows.c.id]
    timed, timeless = _rows.c.not_after >= now, _rows.c.not_after.is_(None)
    return [
        _kind(urgent, timed, order=by_deadline),
        _kind(urgent, timeless, order=by_age),
        _kind(usual, _NO_ANNOUNCEMENT, timed, order=by_deadline),
        _kind(usual, _NO_ANNOUNCEMENT, timeless, order=by_age),
        _kind(usual, ~_NO_ANNOUNCEMENT, timed, order=by_deadline),
        _kind(usual, ~_NO_ANNOUNCEMENT, timeless, order=by_age),
    ]


_KINDS = _kinds()
