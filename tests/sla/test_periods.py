from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from sla.periods import NoSuchLocalTime, Period, computed_moment, typed_moment

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
KOLKATA = ZoneInfo("Asia/Kolkata")
at = datetime.fromisoformat


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("P1M", Period(months=1)),
        ("P2W", Period(days=14)),
        ("P10D", Period(days=10)),
        ("P1M10D", Period(months=1, days=10)),
        ("P1Y6M", Period(months=18)),
        ("P1W3D", Period(days=10)),
        ("P2Y", Period(months=24)),
        (" P6W\n", Period(days=42)),
    ],
)
def test_period_is_read_from_iso_8601(text: str, period: Period) -> None:
    assert Period.parse(text) == period


@pytest.mark.parametrize(
    "text",
    ["", "P", "1M", "P1", "PT24H", "P1DT1H", "P-1M", "-P1M", "P1.5M", "P1D1M", "p1m", "P1M P1M", "two weeks", "P٢W"],
)
def test_period_refuses_what_is_no_calendar_period(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a period|of nothing"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["P0D", "P0M", "P0Y0M0W0D"])
def test_period_refuses_a_period_of_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="of nothing"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["P2Y", "P24M", "P104W", "P731D", "P23M31D"])
def test_period_may_last_two_years(text: str) -> None:
    assert Period.parse(text).after(date(2000, 1, 1)) <= date(2002, 1, 1)


@pytest.mark.parametrize("text", ["P3Y", "P25M", "P105W", "P732D", "P24M1D", "P1Y400D", "P999Y999M999W999D"])
def test_period_refuses_more_than_two_years(text: str) -> None:
    with pytest.raises(ValueError, match="longer than two years"):
        Period.parse(text)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("P1M", "P1M"),
        ("P14D", "P2W"),
        ("P2W", "P2W"),
        ("P10D", "P10D"),
        ("P1Y", "P12M"),
        ("P1M2W", "P1M14D"),
        ("P1M10D", "P1M10D"),
    ],
)
def test_period_is_shown_as_text_that_reads_back(written: str, shown: str) -> None:
    period = Period.parse(written)

    assert str(period) == shown
    assert Period.parse(str(period)) == period


@pytest.mark.parametrize(
    ("text", "day", "earlier"),
    [
        pytest.param("P1M", "2026-03-15", "2026-02-15", id="mid-month"),
        pytest.param("P1M", "2026-03-31", "2026-02-28", id="31-march"),
        pytest.param("P1M", "2026-03-29", "2026-02-28", id="29-march"),
        pytest.param("P1M", "2028-03-31", "2028-02-29", id="31-march-leap-year"),
        pytest.param("P1M", "2028-03-29", "2028-02-29", id="29-march-leap-year"),
        pytest.param("P1M", "2026-05-31", "2026-04-30", id="31-may"),
        pytest.param("P1M", "2026-12-31", "2026-11-30", id="31-december"),
        pytest.param("P1M", "2027-01-31", "2026-12-31", id="into-last-year"),
        pytest.param("P1Y", "2028-02-29", "2027-02-28", id="a-year-before-29-february"),
        pytest.param("P1M", "2100-03-31", "2100-02-28", id="2100-is-no-leap-year"),
        pytest.param("P14M", "2028-01-31", "2026-11-30", id="two-year-ends-back"),
        pytest.param("P2W", "2028-03-10", "2028-02-25", id="weeks-over-29-february"),
        pytest.param("P10D", "2027-01-05", "2026-12-26", id="days-over-new-year"),
        pytest.param("P1M10D", "2026-03-31", "2026-02-18", id="months-first-then-days"),
    ],
)
def test_period_before_a_day_is_clamped_to_the_month(text: str, day: str, earlier: str) -> None:
    assert Period.parse(text).before(date.fromisoformat(day)) == date.fromisoformat(earlier)


@pytest.mark.parametrize(
    ("text", "day", "later"),
    [
        pytest.param("P1M", "2026-01-31", "2026-02-28", id="31-january"),
        pytest.param("P1M", "2028-01-30", "2028-02-29", id="30-january-leap-year"),
        pytest.param("P1M", "2026-11-30", "2026-12-30", id="into-december"),
        pytest.param("P1M", "2026-12-31", "2027-01-31", id="into-next-year"),
        pytest.param("P1Y", "2028-02-29", "2029-02-28", id="a-year-after-29-february"),
        pytest.param("P1M10D", "2026-01-25", "2026-03-07", id="months-first-then-days"),
    ],
)
def test_period_after_a_day_is_clamped_to_the_month(text: str, day: str, later: str) -> None:
    assert Period.parse(text).after(date.fromisoformat(day)) == date.fromisoformat(later)


@pytest.mark.parametrize(
    ("local", "zone", "moment"),
    [
        pytest.param("2026-01-15T09:00", AMSTERDAM, "2026-01-15T09:00+01:00", id="winter"),
        pytest.param("2026-07-15T09:00", AMSTERDAM, "2026-07-15T09:00+02:00", id="summer"),
        pytest.param("2026-03-29T01:59:59", AMSTERDAM, "2026-03-29T00:59:59Z", id="second-before-the-missing-hour"),
        pytest.param("2026-03-29T03:00", AMSTERDAM, "2026-03-29T01:00Z", id="first-after-the-missing-hour"),
        pytest.param("2026-10-25T02:00", AMSTERDAM, "2026-10-25T00:00Z", id="start-of-the-double-hour"),
        pytest.param("2026-10-25T02:59:59", AMSTERDAM, "2026-10-25T00:59:59Z", id="end-of-the-double-hour"),
        pytest.param("2026-10-25T03:00", AMSTERDAM, "2026-10-25T02:00Z", id="after-the-double-hour"),
        pytest.param("2026-11-01T01:30", NEW_YORK, "2026-11-01T05:30Z", id="double-hour-new-york"),
        pytest.param("2026-04-05T01:45", LORD_HOWE, "2026-04-04T14:45Z", id="double-half-hour-lord-howe"),
        pytest.param("2026-01-01T00:00", KOLKATA, "2025-12-31T18:30Z", id="half-hour-zone"),
    ],
)
def test_typed_moment_takes_the_first_occurrence(local: str, zone: ZoneInfo, moment: str) -> None:
    typed = typed_moment(at(local), zone)

    assert (typed, typed.tzinfo) == (at(moment), UTC)


def test_typed_moment_ignores_which_occurrence_the_value_was_marked_with() -> None:
    assert typed_moment(datetime(2026, 10, 25, 2, 30, fold=1), AMSTERDAM) == at("2026-10-25T00:30Z")  # noqa: DTZ001


@pytest.mark.parametrize(
    ("local", "zone"),
    [
        pytest.param("2026-03-29T02:00", AMSTERDAM, id="first-moment"),
        pytest.param("2026-03-29T02:59:59.999999", AMSTERDAM, id="last-moment"),
        pytest.param("2026-03-08T02:30", NEW_YORK, id="new-york"),
        pytest.param("2026-10-04T02:15", LORD_HOWE, id="half-hour-lord-howe"),
    ],
)
def test_typed_moment_refuses_a_time_that_the_clock_skipped(local: str, zone: ZoneInfo) -> None:
    with pytest.raises(NoSuchLocalTime, match="does not exist"):
        typed_moment(at(local), zone)


@pytest.mark.parametrize(
    ("day", "clock", "zone", "moment"),
    [
        pytest.param("2026-07-15", time(9), AMSTERDAM, "2026-07-15T07:00Z", id="any-day"),
        pytest.param("2026-03-29", time(1, 59, 59), AMSTERDAM, "2026-03-29T00:59:59Z", id="before-the-missing-hour"),
        pytest.param("2026-03-29", time(2, 30), AMSTERDAM, "2026-03-29T00:30Z", id="missing-hour"),
        pytest.param("2026-03-29", time(3), AMSTERDAM, "2026-03-29T01:00Z", id="after-the-missing-hour"),
        pytest.param("2026-10-25", time(2, 30), AMSTERDAM, "2026-10-25T00:30Z", id="double-hour"),
        pytest.param("2026-10-25", time(2, 30, fold=1), AMSTERDAM, "2026-10-25T00:30Z", id="double-hour-marked-second"),
        pytest.param("2026-03-08", time(2, 30), NEW_YORK, "2026-03-08T06:30Z", id="missing-hour-new-york"),
        pytest.param("2026-10-04", time(2, 15), LORD_HOWE, "2026-10-03T15:15Z", id="missing-half-hour-lord-howe"),
        pytest.param("2026-04-05", time(1, 45), LORD_HOWE, "2026-04-04T14:45Z", id="double-half-hour-lord-howe"),
    ],
)
def test_computed_moment_is_the_earlier_instant(day: str, clock: time, zone: ZoneInfo, moment: str) -> None:
    computed = computed_moment(date.fromisoformat(day), clock, zone)

    assert (computed, computed.tzinfo) == (at(moment), UTC)
