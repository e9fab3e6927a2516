"""How a value stands in a file: the same on both engines, and exactly what it was when it comes back."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Enum, Float, Integer, LargeBinary, String, Text, cast
from sqlalchemy.sql.elements import ColumnElement

from storage.types import UTCDateTime

Plain = str | int | float | None


@dataclass(frozen=True)
class Form:
    """How the values of a column are written as text and read from it; ``native`` is what JSON has for them itself."""

    written: Callable[[Any], str]
    read: Callable[[str], Any]
    native: type | None = None


def _whole_number(text: str) -> int:
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError(text)
    return number


def _truth(text: str) -> bool:
    return {"true": True, "false": False}[text]


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _one_of(words: frozenset[str]) -> Callable[[str], str]:
    def word(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return word


_AS_IT_IS = Form(str, str)
_FORMS: tuple[tuple[type, Form], ...] = (
    (JSON, _AS_IT_IS),
    (String, _AS_IT_IS),
    (Boolean, Form(lambda value: "true" if value else "false", _truth, bool)),
    (Integer, Form(str, _whole_number, int)),
    (Float, Form(repr, float, float)),
    (UTCDateTime, Form(datetime.isoformat, _moment)),
    (Date, Form(date.isoformat, date.fromisoformat)),
    (
        LargeBinary,
        Form(lambda value: base64.b64encode(value).decode(), lambda text: base64.b64decode(text, validate=True)),
    ),
)


def form_of(column: Column[Any]) -> Form:
    """Return how a column's values are written. Raises TypeError for a type that has no form here yet."""
    if isinstance(column.type, Enum):
        # The database would take any word on SQLite, and nobody could read the row afterwards.
        return Form(str, _one_of(frozenset(column.type.enums)))
    for kind, form in _FORMS:
        if isinstance(column.type, kind):
            return form
    raise TypeError(
        f"{column.table.name}.{column.name} is {column.type!r}, which has no form in entrypoints/moving/values.py"
    )


def selected(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as it is read for a file. JSON stays the text that it is: so NULL and JSON's null are told apart."""
    return cast(column, Text) if isinstance(column.type, JSON | Enum) else column
