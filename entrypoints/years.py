"""A year of an archive, as the address asks for it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import request


@dataclass(frozen=True)
class Years:
    """The years that there are, the last one first, the one that is shown, and when that begins and ends."""

    shown: int
    all: list[int]
    start: datetime
    end: datetime

    @classmethod
    def asked(cls, first: datetime | None, last: datetime, zone: ZoneInfo) -> "Years":
        """The year of the address where it is one of them, else the last one; local years, as people count."""
        newest = last.astimezone(zone).year
        oldest = min(newest, first.astimezone(zone).year) if first is not None else newest
        known = list(range(newest, oldest - 1, -1))
        wanted = request.args.get("year", type=int)
        shown = wanted if wanted in known else newest
        start, end = (datetime(year, 1, 1, tzinfo=zone).astimezone(UTC) for year in (shown, shown + 1))
        return cls(shown, known, start, end)


def asked_page() -> int:
    """The page of a list that the address asks for; the first where it asks for none that can be."""
    return max(1, min(request.args.get("page", 1, type=int), 10_000))
