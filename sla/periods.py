"""Calendar periods, and local time as a contract reads it."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_ISO_8601 = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,3})M)?(?:(\d{1,3})W)?(?:(\d{1,3})D)?", re.ASCII)
# What lies outside these years was mistyped.
YEARS = range(2000, 2200)
_TWO_YEARS = (date(2000, 1, 1), date(2002, 1, 1))  # one of them a leap year


@dataclass(frozen=True)
class Period:
    """A calendar period: months are counted first, then days."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read an ISO 8601 duration of whole years, months, weeks and days, such as ``P1M`` or ``P2W``.

        Raises ValueError for anything else, for a period of nothing and for one longer than two years: a notice
        period is counted in calendar days, so hours have no place in it.
        """
        match = _ISO_8601.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a period such as P1M (a month), P2W (two weeks) or P10D (ten days)")
        years, months, weeks, days = (int(part or 0) for part in match.groups())
        period = cls(months=12 * years + months, days=7 * weeks + days)
        if period == cls():
            raise ValueError(f"{text!r} is a period of nothing")
        start, end = _TWO_YEARS
        if period.after(start) > end:
            raise ValueError(f"{text!r} is longer than two years")
        return period

    def __str__(self) -> str:
        """The ISO 8601 text that ``parse`` reads back: weeks where the days are whole weeks."""
        months = f"{self.months}M" if self.months else ""
        if self.days and self.days % 7 == 0 and not self.months:
            return f"P{self.days // 7}W"
        return f"P{months}{self.days}D" if self.days else f"P{months}"

    def before(self, day: date) -> date:
        """The day this period before ``day``; where the earlier month is shorter, its last day."""
        return _months_away(day, -self.months) - timedelta(days=self.days)

    def after(self, day: date) -> date:
        """The day this period after ``day``; where the later month is shorter, its last day."""
        return _months_away(day, self.months) + timedelta(days=self.days)


def _months_away(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, _last_day(year, month + 1)))


def _last_day(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


class NoSuchLocalTime(ValueError):
    """The clock was put forward over this local time: it never happens."""


def typed_moment(local: datetime, zone: tzinfo) -> datetime:
    """Return the UTC moment of a local time that a person typed.

    A time that exists twice, when the clock goes back, is its first occurrence (RFC 5545 3.3.5). Raises
    ``NoSuchLocalTime`` for a time that the clock skipped.
    """
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchLocalTime(f"{local:%Y-%m-%d %H:%M} does not exist: the clock goes forward over it")
    return moment


def computed_moment(day: date, clock: time, zone: tzinfo) -> datetime:
    """Return the UTC moment of a local time that was computed, the earlier instant where the clock makes it doubtful.

    In a skipped hour that is the instant an hour before the clock would show it: never later than anyone's reading.
    """
    local = datetime.combine(day, clock, tzinfo=zone)
    return min(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
