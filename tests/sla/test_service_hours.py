from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.breaches import Rule
from sla.service_hours import service_hours_breach, time_in_service_hours
from sla.terms import Terms

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
SLA = Terms()
NIGHT = Terms(service_from=time(0), service_until=time(6))
at = datetime.fromisoformat


@pytest.mark.parametrize(
    ("starts", "ends", "inside"),
    [
        pytest.param("2026-05-12T09:00+02:00", "2026-05-12T10:30+02:00", "1:30:00", id="inside"),
        pytest.param("2026-05-12T08:00+02:00", "2026-05-12T20:00+02:00", "12:00:00", id="exactly-the-service-hours"),
        pytest.param("2026-05-12T20:00+02:00", "2026-05-13T08:00+02:00", "0:00:00", id="exactly-the-night"),
        pytest.param("2026-05-12T20:00+02:00", "2026-05-13T08:00:01+02:00", "0:00:01", id="a-second-too-long"),
        pytest.param("2026-05-12T19:59:59+02:00", "2026-05-12T23:00+02:00", "0:00:01", id="a-second-too-soon"),
        pytest.param("2026-05-12T06:00+02:00", "2026-05-12T08:00+02:00", "0:00:00", id="until-the-first-moment"),
        pytest.param("2026-05-16T12:00+02:00", "2026-05-16T13:00+02:00", "1:00:00", id="saturday-counts"),
        pytest.param("2026-12-25T12:00+01:00", "2026-12-25T13:00+01:00", "1:00:00", id="holiday-counts"),
        pytest.param("2026-05-12T19:00+02:00", "2026-05-13T09:00+02:00", "2:00:00", id="over-a-night"),
        pytest.param("2026-05-12T19:00+02:00", "2026-05-15T09:00+02:00", "1 day, 2:00:00", id="over-three-nights"),
        pytest.param("2026-12-31T19:00+01:00", "2027-01-01T09:00+01:00", "2:00:00", id="over-new-year"),
        pytest.param("2026-05-12T12:00+02:00", "2026-05-12T12:00+02:00", "0:00:00", id="no-length"),
        pytest.param("2026-05-12T13:00+02:00", "2026-05-12T12:00+02:00", "0:00:00", id="ends-before-it-starts"),
        pytest.param("2026-05-13T13:00+02:00", "2026-05-12T12:00+02:00", "0:00:00", id="ends-the-day-before"),
        pytest.param("2026-03-28T20:00+01:00", "2026-03-29T09:00+02:00", "1:00:00", id="over-the-short-night"),
        pytest.param("2026-03-29T06:00Z", "2026-03-29T07:00Z", "1:00:00", id="08-hours-in-summer-time"),
        pytest.param("2026-03-28T06:00Z", "2026-03-28T07:00Z", "0:00:00", id="same-utc-the-day-before"),
        pytest.param("2026-10-24T20:00+02:00", "2026-10-25T08:30+01:00", "0:30:00", id="over-the-long-night"),
        pytest.param("2026-10-25T18:00Z", "2026-10-25T19:00Z", "1:00:00", id="until-20-hours-in-winter-time"),
        pytest.param("2026-10-24T18:00Z", "2026-10-24T19:00Z", "0:00:00", id="same-utc-the-day-before-october"),
        pytest.param("2026-03-27T00:00+01:00", "2026-03-31T00:00+02:00", "2 days, 0:00:00", id="four-days-over-march"),
    ],
)
def test_time_in_service_hours_is_counted_on_the_local_clock(starts: str, ends: str, inside: str) -> None:
    assert str(time_in_service_hours(at(starts), at(ends), SLA, AMSTERDAM)) == inside


@pytest.mark.parametrize(
    ("starts", "ends", "zone", "hours"),
    [
        pytest.param("2026-03-29T01:00", "2026-03-29T05:00", AMSTERDAM, 3, id="march"),
        pytest.param("2026-10-25T01:00", "2026-10-25T05:00", AMSTERDAM, 5, id="october"),
        pytest.param("2026-10-24T12:00", "2026-10-26T12:00", AMSTERDAM, 13, id="october-two-nights"),
        pytest.param("2026-03-08T01:00", "2026-03-08T05:00", NEW_YORK, 3, id="march-new-york"),
        pytest.param("2026-11-01T00:00", "2026-11-01T12:00", NEW_YORK, 7, id="november-new-york"),
        pytest.param("2026-10-04T01:00", "2026-10-04T05:00", LORD_HOWE, 3.5, id="october-lord-howe"),
        pytest.param("2026-04-05T01:00", "2026-04-05T05:00", LORD_HOWE, 4.5, id="april-lord-howe"),
    ],
)
def test_time_in_service_hours_is_elapsed_time_where_the_clock_changes_within(
    starts: str, ends: str, zone: ZoneInfo, hours: float
) -> None:
    window = (at(starts).replace(tzinfo=zone), at(ends).replace(tzinfo=zone))

    assert time_in_service_hours(*window, NIGHT, zone) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("starts", "ends", "given", "earliest"),
    [
        pytest.param(
            "2026-05-12T10:00+02:00", "2026-05-12T11:00+02:00", "PT60M", "2026-05-12T20:00+02:00", id="inside"
        ),
        pytest.param(
            "2026-05-12T06:00+02:00", "2026-05-12T09:30+02:00", "PT90M", "2026-05-12T20:00+02:00", id="morning"
        ),
        pytest.param(
            "2026-05-12T21:00+02:00", "2026-05-13T09:00+02:00", "PT60M", "2026-05-13T20:00+02:00", id="twelve-hours"
        ),
        pytest.param(
            "2026-03-28T20:00+01:00", "2026-03-29T09:00+02:00", "PT60M", "2026-03-29T20:00+02:00", id="short-night"
        ),
        pytest.param(
            "2026-03-27T21:00+01:00", "2026-03-28T08:30+01:00", "PT30M", "2026-03-29T20:00+02:00", id="past-short-night"
        ),
        pytest.param(
            "2026-10-25T07:30+01:00", "2026-10-25T09:00+01:00", "PT60M", "2026-10-25T20:00+01:00", id="october"
        ),
        pytest.param("2026-05-12T20:00+02:00", "2026-05-13T08:01+02:00", "PT1M", None, id="longer-than-any-night"),
    ],
)
def test_service_hours_breach_offers_the_next_start_that_fits(
    starts: str, ends: str, given: str, earliest: str | None
) -> None:
    breach = service_hours_breach(at(starts), at(ends), SLA, AMSTERDAM)

    assert breach is not None
    assert (breach.rule, breach.clause, breach.required) == (Rule.SERVICE_HOURS, "SLA 3.1", "08:00-20:00")
    assert (breach.given, breach.earliest) == (given, at(earliest) if earliest else None)


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        pytest.param("2026-05-12T20:00+02:00", "2026-05-13T08:00+02:00", id="the-whole-night"),
        pytest.param("2026-03-28T20:00+01:00", "2026-03-29T08:00+02:00", id="the-short-night"),
        pytest.param("2026-10-24T20:00+02:00", "2026-10-25T08:00+01:00", id="the-long-night"),
    ],
)
def test_service_hours_breach_is_absent_at_night(starts: str, ends: str) -> None:
    assert service_hours_breach(at(starts), at(ends), SLA, AMSTERDAM) is None
