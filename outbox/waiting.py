"""Which rows are next in line."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, bindparam, false, func, literal_column, select, true

from outbox.models import OutboxMessage

_rows: Table = OutboxMessage.__table__  # type: ignore[assignment]
_now = bindparam("now", type_=_rows.c.not_after.type)
# In words of the statement itself: a database does not use the index of the waiting rows for a state that it is told
# only when it runs.
_QUEUED = _rows.c.state == literal_column("'queued'")
# Behind a function, so that no index on it is taken for a short cut: nearly all that wait are due.
_due_at = func.coalesce(_rows.c.next_attempt_at, _rows.c.created_at)
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
    urgent: bool


def next_in_line(connection: Connection, now: datetime, most: int) -> list[Claimed]:
    """The rows that are due, at most ``most``, locked: the urgent, what somebody waits for at a screen, then the rest.

    In each of these the nearest deadline comes first, and last what has none. Each is a range of an index, because
    sorting all that wait would take longer than sending a batch.
    """
    found: list[Claimed] = []
    for kind in _KINDS:
        if len(found) < most:
            rows = connection.execute(kind, {"now": now, "room": most - len(found)})
            found += [Claimed(*row) for row in rows]
    return found


def _kind(*conditions: ColumnElement[bool]) -> Any:
    return (
        select(*(_rows.c[name] for name in Claimed._fields))
        .where(_QUEUED, *conditions, _due_at <= _now)
        .order_by(_rows.c.not_after, _rows.c.id)
        .limit(bindparam("room"))
        .with_for_update(skip_locked=True)
    )


_URGENT, _USUAL = _rows.c.urgent == true(), _rows.c.urgent == false()
_TIMED, _TIMELESS = _rows.c.not_after >= _now, _rows.c.not_after.is_(None)
_KINDS = [
    _kind(*kind, deadline)
    for kind in ([_URGENT], [_USUAL, _NO_ANNOUNCEMENT], [_USUAL, ~_NO_ANNOUNCEMENT])
    for deadline in (_TIMED, _TIMELESS)
]
