"""A year of an archive, as the address asks for it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import request

from storage.paging import year_of, years_between


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
        known = years_between(first, last, zone) or [newest]
        wanted = request.args.get("year", type=int)
        shown = wanted if wanted in known else newest
        return cls(shown, known, *year_of(shown, zone))
