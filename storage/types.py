"""Column types that hold on both databases."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from sqlalchemy import DateTime, Enum, String
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC. SQLite drops time zones, so what comes back is given UTC again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


LONGEST_WORD = 60
# With it behind a word, all that begin so come before it.
AFTER_ALL = "\U0010ffff"
# Compared sign by sign: what begins with the same letters lies together, whatever a server's own order is.
WORD = String(LONGEST_WORD).with_variant(String(LONGEST_WORD, collation="C"), "postgresql")

Moment = Annotated[datetime, mapped_column(UTCDateTime)]


def choice(values: type[StrEnum]) -> Enum:
    """A column that holds one of ``values`` as its text."""
    return Enum(values, native_enum=False, length=30, values_callable=lambda kind: [one.value for one in kind])
