"""Whatever the day on which the demonstration is loaded, its dates make sense."""

import csv
from collections import Counter
from datetime import UTC, datetime, time, timedelta

from demo.dates import WEEK, WEEK_BEGINS, Cells, moved, moved_releases, weeks_to_move
from demo.loading import FOLDER
from sla.periods import typed_moment
from tests.world import AMSTERDAM

TEN_YEARS = [datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=day) for day in range(3660)]
CLOCK_TIMES = [time(0, 0), time(1, 30), time(12, 0), time(19, 59), time(20, 0), time(23, 59)]


def rows(kind: str) -> list[dict[str, str]]:
    with (FOLDER / f"{kind}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def at(row: Cells, column: str) -> datetime:
    """The moment of a cell; raises for a time that does not exist."""
    return typed_moment(datetime.fromisoformat(row[column]), AMSTERDAM)


def test_day_of_loading_falls_in_the_week_the_data_is_made_for() -> None:
    for day in TEN_YEARS:
        for clock in CLOCK_TIMES:
            now = datetime.combine(day, clock, tzinfo=UTC)
            local = now.astimezone(AMSTERDAM).replace(tzinfo=None)
            assert WEEK_BEGINS <= local - weeks_to_move(now, AMSTERDAM) * WEEK < WEEK_BEGINS + WEEK


def test_on_any_day_of_ten_years_the_dates_make_sense() -> None:
    releases, windows = rows("releases"), rows("maintenance")
    for day in TEN_YEARS:
        now = day.replace(hour=12)
        weeks = weeks_to_move(now, AMSTERDAM)
        by_version = {row["version"]: row for row in moved_releases(releases, weeks, AMSTERDAM)}

        in_year = Counter(row["production_at"][:4] for row in by_version.values())
        assert max(in_year.values()) <= 4
        order = [at(row, column) for row in by_version.values() for column in ("acceptance_at", "production_at")]
        assert order == sorted(order)
        assert at(by_version["2026.4"], "acceptance_at") < now < at(by_version["2026.4"], "production_at")
        assert at(by_version["2027.1"], "acceptance_at") - now > timedelta(weeks=9)

        for window in (moved(row, weeks, AMSTERDAM) for row in windows):
            assert at(window, "starts_at") < at(window, "ends_at")


def test_no_year_of_a_century_has_five_releases() -> None:
    releases = rows("releases")
    first = datetime(2026, 1, 1, tzinfo=UTC)
    for week in range(100 * 53):
        weeks = weeks_to_move(first + week * WEEK, AMSTERDAM)
        in_year = Counter(row["production_at"][:4] for row in moved_releases(releases, weeks, AMSTERDAM))
        assert max(in_year.values()) <= 4


def test_first_of_five_goes_a_week_back() -> None:
    weeks = (datetime(2029, 1, 1, tzinfo=UTC) - datetime(2025, 9, 15, tzinfo=UTC)) // WEEK

    found = [row["production_at"] for row in moved_releases(rows("releases"), weeks, AMSTERDAM)]

    assert found[:5] == [
        "2028-12-25T06:00",
        "2029-03-19T06:00",
        "2029-06-25T06:00",
        "2029-09-24T06:00",
        "2029-12-31T06:00",
    ]


def test_clock_time_that_is_skipped_is_an_hour_later() -> None:
    # Two in the morning of 28 March 2027 does not exist.
    assert moved({"ends_at": "2026-12-13T02:00"}, 15, AMSTERDAM) == {"ends_at": "2027-03-28T03:00"}
    assert moved({"ends_at": "2026-12-13T02:00"}, 14, AMSTERDAM) == {"ends_at": "2027-03-21T02:00"}


def test_only_moments_move() -> None:
    row = {"version": "2026.4", "acceptance_at": "2026-11-09T07:00", "production_at": ""}

    assert moved(row, -1, AMSTERDAM) == {**row, "acceptance_at": "2026-11-02T07:00"}
