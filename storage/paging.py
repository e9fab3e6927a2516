"""A page of what a query finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from storage.database import db

PER_PAGE = 50


@dataclass(frozen=True)
class Paged:
    """The rows of one page, empty after the last one, and how many there are in all."""

    rows: Sequence[Any]
    total: int


@dataclass(frozen=True)
class Listed:
    """One page of a list for people, numbered from 1, and how many rows there are in all.

    ``more`` is that there are more than were counted.
    """

    rows: Sequence[Any]
    total: int
    page: int
    per_page: int = PER_PAGE
    more: bool = False

    @property
    def pages(self) -> int:
        return pages_of(self.total, self.per_page)


def pages_of(total: int, per_page: int = PER_PAGE) -> int:
    """How many pages so many rows fill; one where there are none."""
    return max(1, -(-total // per_page))


def page_there_is(page: int, total: int, per_page: int = PER_PAGE) -> int:
    """A page before the first is the first, one after the last the last."""
    return max(1, min(page, pages_of(total, per_page)))


def page_of(query: Select[Any], page: int, per_page: int) -> Paged:
    """Return a page, the first being 1, of a query for one kind of row; two queries."""
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = db.session.scalars(query.limit(per_page).offset((page - 1) * per_page)).all()
    return Paged(rows, total)


def listed(query: Select[Any], page: int, *, per_page: int = PER_PAGE, most: int | None = None) -> Listed:
    """Return a page of a query for one kind of row as people leaf through it; two queries.

    A page before the first is the first, one after the last the last. At most ``most`` rows are counted and can be
    leafed through: nobody leafs through more, and counting millions takes its time.
    """
    counted = query.order_by(None).with_only_columns(1, maintain_column_froms=True)
    counted = counted if most is None else counted.limit(most + 1)
    total = db.session.scalar(select(func.count()).select_from(counted.subquery())) or 0
    more = most is not None and total > most
    total = min(total, most) if most is not None else total
    page = page_there_is(page, total, per_page)
    rows = db.session.scalars(query.limit(per_page).offset((page - 1) * per_page)).all()
    return Listed(rows, total, page, per_page, more)


def slice_of(rows: Sequence[Any], page: int, per_page: int = PER_PAGE) -> Listed:
    """Return a page of rows that were read already, as ``listed`` does of a query."""
    page = page_there_is(page, len(rows), per_page)
    return Listed(rows[(page - 1) * per_page : page * per_page], len(rows), page, per_page)


def listed_rows(query: Select[*tuple[Any, ...]], page: int, *, per_page: int = PER_PAGE) -> Listed:
    """As ``listed``, of a query for several things at once: its rows whole."""
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    page = page_there_is(page, total, per_page)
    return Listed(db.session.execute(query.limit(per_page).offset((page - 1) * per_page)).all(), total, page, per_page)


def year_of(year: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of a year on a clock, and that of the next year."""
    return datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)


def years_between(first: datetime | None, last: datetime | None, zone: ZoneInfo) -> list[int]:
    """The years from one moment to another on a clock, the latest first; empty where there is no moment."""
    if first is None or last is None:
        return []
    return list(range(last.astimezone(zone).year, first.astimezone(zone).year - 1, -1))
