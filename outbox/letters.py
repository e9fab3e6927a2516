"""The letters of the rows that a worker holds, each made ready once."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Table, select

from outbox.mime import Mould
from outbox.models import Letter
from outbox.waiting import Claimed
from storage import db

_letters: Table = Letter.__table__  # type: ignore[assignment]


class _Letter(NamedTuple):
    announcement_id: int | None
    language: str
    subject: str
    plain: str
    html: str
    thread: str
    calendar: str


class Letters:
    def __init__(self) -> None:
        self._letters: dict[int, _Letter] = {}
        self._moulds: dict[int, Mould] = {}

    def fetch(self, rows: Collection[Claimed]) -> None:
        """Have the letters of these rows at hand, and no others: a letter each would fill the memory in time."""
        wanted = {row.letter_id for row in rows}
        for known in (self._letters, self._moulds):
            for number in known.keys() - wanted:
                del known[number]
        missing = wanted - self._letters.keys()
        if missing:
            columns = [_letters.c[name] for name in _Letter._fields]
            with db.engine.connect() as connection:
                found = connection.execute(select(_letters.c.id, *columns).where(_letters.c.id.in_(missing)))
                self._letters |= {row[0]: _Letter(*row[1:]) for row in found}

    def mail(self, row: Claimed, now: datetime) -> bytes:
        """Return the row's mail. Raises Unmailable where none can be made, and anything for a mistake of ours."""
        mould = self._moulds.get(row.letter_id)
        if mould is None:
            mould = self._moulds[row.letter_id] = Mould(self._letters[row.letter_id])
        return mould.cast(row, now)
