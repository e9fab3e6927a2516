"""Move the demonstration's dates to today, so that there is always something to see and something to do."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from sla.periods import NoSuchLocalTime, typed_moment
from sla.terms import RELEASES_PER_YEAR

# In the week from here, on the data's own calendar, 2026.4 is in acceptance, 2027.1 is still to be announced, and
# the notice of maintenance M-2026-012 is due: it leaves a week ahead of its deadline, which is a week ahead.
WEEK_BEGINS = datetime(2026, 11, 28, 21, 0)  # noqa: DTZ001 - a reading of the clock on the wall
WEEK = timedelta(weeks=1)

Cells = Mapping[str, str]


def weeks_to_move(now: datetime, zone: tzinfo) -> int:
    """Return by how many whole weeks the data moves, so that ``now`` falls in the week that the data is made for."""
    return (now.astimezone(zone).replace(tzinfo=None) - WEEK_BEGINS) // WEEK


def moved(cells: Cells, weeks: int, zone: tzinfo) -> dict[str, str]:
    """Return a row with its moments moved; the clock time stays, but an hour later where the clock skips it."""
    return {
        column: _moved(text, weeks, zone) if column.endswith("_at") and text else text for column, text in cells.items()
    }


def moved_releases(rows: Sequence[Cells], weeks: int, zone: tzinfo) -> list[dict[str, str]]:
    """Return the rows of releases moved; the first of five in one calendar year goes a week further back (SLA 3.3).

    Five of them span 52 weeks to the day. In the few years where they all fit, the first lies on 1 or 2 January, so
    that a week earlier is the year before.
    """
    now = [moved(row, weeks, zone) for row in rows]
    in_year = Counter(_year(row) for row in now)
    for number, row in sorted(enumerate(now), key=lambda one: one[1]["production_at"]):
        if in_year[_year(row)] > RELEASES_PER_YEAR:
            in_year[_year(row)] -= 1
            now[number] = moved(rows[number], weeks - 1, zone)
    return now


def _moved(text: str, weeks: int, zone: tzinfo) -> str:
    local = datetime.fromisoformat(text) + weeks * WEEK
    try:
        typed_moment(local, zone)
    except NoSuchLocalTime:
        local += timedelta(hours=1)
    return local.isoformat(timespec="minutes")


def _year(row: Cells) -> str:
    return row["production_at"][:4]
