"""A page of what a query finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from storage.database import db


@dataclass(frozen=True)
class Paged:
    """The rows of one page, empty after the last one, and how many there are in all."""

    rows: Sequence[Any]
    total: int


def page_of(query: Select[Any], page: int, per_page: int) -> Paged:
    """Return a page, the first being 1, of a query for one kind of row; two queries."""
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = db.session.scalars(query.limit(per_page).offset((page - 1) * per_page)).all()
    return Paged(rows, total)
