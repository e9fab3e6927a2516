from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.breaches import Breach, Rule
from sla.notice import (
    Ahead,
    earliest_day,
    earliest_moment,
    in_time,
    latest_announcement,
    latest_moment,
    notice_breaches,
)
from sla.periods import Period
from sla.terms import Change, Terms

UTC_ZONE = ZoneInfo("UTC")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
SANTIAGO = ZoneInfo("America/Santiago")
KOLKATA = ZoneInfo("Asia/Kolkata")
SLA = Terms()
MONTH = Period(months=1)
SECOND = timedelta(seconds=1)
at = datetime.fromisoformat


@pytest.mark.parametrize(
    ("text", "planned", "zone", "latest"),
    [
        pytest.param("P1M", "2026-05-20T02:00+02:00", AMSTERDAM, "2026-04-20T02:00+02:00", id="mid-month"),
        pytest.param("P1M", "2026-03-31T02:00+02:00", AMSTERDAM, "2026-02-28T02:00+01:00", id="31-march"),
        pytest.param("P1M", "2026-03-28T02:00+01:00", AMSTERDAM, "2026-02-28T02:00+01:00", id="28-march"),
        pytest.param("P1M", "2028-03-31T02:00+02:00", AMSTERDAM, "2028-02-29T02:00+01:00", id="31-march-leap-year"),
        pytest.param("P1M", "2028-02-29T02:00+01:00", AMSTERDAM, "2028-01-29T02:00+01:00", id="29-february"),
        pytest.param("P1M", "2027-01-15T02:00+01:00", AMSTERDAM, "2026-12-15T02:00+01:00", id="over-new-year"),
        pytest.param("P1M10D", "2026-03-31T02:00+02:00", AMSTERDAM, "2026-02-18T02:00+01:00", id="months-then-days"),
        pytest.param("P2W", "2026-04-05T09:00+02:00", AMSTERDAM, "2026-03-22T09:00+01:00", id="weeks-over-march"),
        pytest.param("P2W", "2026-11-01T09:00+01:00", AMSTERDAM, "2026-10-18T09:00+02:00", id="weeks-over-october"),
        pytest.param("P1M", "2026-04-29T02:30+02:00", AMSTERDAM, "2026-03-29T00:30Z", id="onto-the-missing-hour"),
        pytest.param("P1W", "2026-11-01T02:30+01:00", AMSTERDAM, "2026-10-25T00:30Z", id="onto-the-double-hour"),
        pytest.param("P2W", "2026-10-25T02:30+02:00", AMSTERDAM, "2026-10-11T00:30Z", id="from-the-first-02:30"),
        pytest.param("P2W", "2026-10-25T02:30+01:00", AMSTERDAM, "2026-10-11T00:30Z", id="from-the-second-02:30"),
        pytest.param("P1M", "2026-05-31T22:30Z", AMSTERDAM, "2026-04-30T22:30Z", id="local-day-is-the-next"),
        pytest.param("P1M", "2026-05-31T22:30Z", UTC_ZONE, "2026-04-30T22:30Z", id="same-moment-clamped-in-utc"),
        pytest.param("P1M", "2026-05-31T21:30Z", AMSTERDAM, "2026-04-30T21:30Z", id="local-31-may"),
        pytest.param("P1M", "2026-03-31T02:00Z", NEW_YORK, "2026-03-01T03:00Z", id="local-30-march-new-york"),
        pytest.param("P1M", "2026-04-08T02:30-04:00", NEW_YORK, "2026-03-08T06:30Z", id="missing-hour-new-york"),
        pytest.param("P1W", "2026-10-11T02:15+11:00", LORD_HOWE, "2026-10-03T15:15Z", id="missing-half-hour"),
        pytest.param("P1W", "2026-04-12T01:45+10:30", LORD_HOWE, "2026-04-04T14:45Z", id="double-half-hour"),
        pytest.param("P1M", "2026-12-31T20:00Z", KOLKATA, "2026-11-30T20:00Z", id="local-new-year-kolkata"),
    ],
)
def test_latest_moment_is_counted_back_on_the_local_calendar(
    text: str, planned: str, zone: ZoneInfo, latest: str
) -> None:
    moment = latest_moment(Period.parse(text), at(planned), zone)

    assert (moment, moment.tzinfo) == (at(latest), UTC)


def test_latest_moment_refuses_a_moment_without_a_zone() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        latest_moment(MONTH, at("2026-03-31T02:00"), AMSTERDAM)


@pytest.mark.parametrize(
    ("change", "latest"),
    [
        pytest.param(Change.ACCEPTANCE, "2026-06-16T20:00+02:00", id="SLA-3.3-acceptance"),
        pytest.param(Change.PRODUCTION, "2026-05-30T20:00+02:00", id="SLA-3.3-production"),
        pytest.param(Change.MAINTENANCE, "2026-06-23T20:00+02:00", id="SLA-3.3-maintenance"),
    ],
)
def test_notice_is_in_time_up_to_the_very_last_moment(change: Change, latest: str) -> None:
    planned = at("2026-06-30T20:00+02:00")
    announced = [at(latest) - SECOND, at(latest), at(latest) + timedelta(microseconds=1)]

    assert latest_announcement(change, planned, SLA, AMSTERDAM) == at(latest)
    assert [in_time(change, planned, moment, SLA, AMSTERDAM) for moment in announced] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "latest"),
    [("P6W", "2026-05-19T20:00+02:00"), ("P10D", "2026-06-20T20:00+02:00")],
)
def test_notice_follows_the_agreement_of_the_tenant(text: str, latest: str) -> None:
    terms = SLA.under({Change.PRODUCTION: text})

    assert latest_announcement(Change.PRODUCTION, at("2026-06-30T20:00+02:00"), terms, AMSTERDAM) == at(latest)


@pytest.mark.parametrize(
    ("now", "asked", "earliest"),
    [
        pytest.param("2026-05-20T10:00+02:00", "2026-06-25T02:00+02:00", "2026-06-25T02:00+02:00", id="asked-will-do"),
        pytest.param("2026-05-20T10:00+02:00", "2026-06-20T10:00+02:00", "2026-06-20T10:00+02:00", id="last-moment"),
        pytest.param("2026-05-20T10:00+02:00", "2026-05-21T02:00+02:00", "2026-06-20T10:00+02:00", id="a-month-on"),
        pytest.param("2026-05-20T10:00:01+02:00", "2026-06-20T10:00+02:00", "2026-06-20T10:00:01+02:00", id="a-second"),
        pytest.param("2026-05-20T10:00:00.1+02:00", "2026-05-21T02:00Z", "2026-06-20T10:00:01+02:00", id="a-fraction"),
        pytest.param("2026-05-20T10:00Z", "2026-07-01T02:00:00.5Z", "2026-07-01T02:00:01Z", id="asked-with-a-fraction"),
        pytest.param("2026-01-31T10:00+01:00", "2026-02-01T02:00+01:00", "2026-03-01T00:00+01:00", id="31-january"),
        pytest.param("2028-01-31T10:00+01:00", "2028-02-29T23:00+01:00", "2028-03-01T00:00+01:00", id="29-february"),
        pytest.param("2026-02-28T12:00+01:00", "2026-03-28T12:00+01:00", "2026-03-28T12:00+01:00", id="28-march-noon"),
        pytest.param("2026-02-28T12:00+01:00", "2026-03-28T13:00+01:00", "2026-03-28T13:00+01:00", id="28-march-13h"),
        pytest.param("2026-02-28T12:00+01:00", "2026-03-29T10:00+02:00", "2026-03-29T12:00+02:00", id="29-march-10h"),
        pytest.param("2026-02-28T12:00+01:00", "2026-03-31T10:00+02:00", "2026-03-31T12:00+02:00", id="31-march-10h"),
        pytest.param("2026-02-28T12:00+01:00", "2026-03-31T23:00+02:00", "2026-03-31T23:00+02:00", id="31-march-23h"),
        pytest.param("2026-02-28T23:59:59.5+01:00", "2026-03-28T00:00Z", "2026-04-01T00:00+02:00", id="day-is-over"),
        pytest.param("2026-05-20T23:59:59+02:00", "2026-05-21T00:00Z", "2026-06-20T23:59:59+02:00", id="last-second"),
        pytest.param("2026-12-31T23:30+01:00", "2027-01-01T00:00+01:00", "2027-01-31T23:30+01:00", id="new-year"),
        # 29 April 02:00-02:59 is counted back to the hour that March skips, read as 01:00-01:59.
        pytest.param("2026-03-29T00:45Z", "2026-04-20T02:00Z", "2026-04-29T01:45+02:00", id="before-missing-hour"),
        pytest.param("2026-03-29T00:45Z", "2026-04-29T01:50+02:00", "2026-04-29T01:50+02:00", id="still-in-time"),
        pytest.param("2026-03-29T00:45Z", "2026-04-29T02:00+02:00", "2026-04-29T02:45+02:00", id="no-longer-in-time"),
        # 25 November 02:30 is counted back to the first 02:30, so what is announced in the second waits till 03:00.
        pytest.param("2026-10-25T01:30Z", "2026-11-01T00:00Z", "2026-11-25T03:00+01:00", id="second-double-hour"),
        pytest.param("2026-10-25T00:30Z", "2026-11-01T00:00Z", "2026-11-25T02:30+01:00", id="first-double-hour"),
        # On the day itself the reading jumps back: in time before 03:00, not at the second 02:00.
        pytest.param("2026-09-25T00:30Z", "2026-10-25T00:45Z", "2026-10-25T00:45Z", id="first-02:45"),
        pytest.param("2026-09-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z", id="second-02:00"),
        pytest.param("2026-09-25T00:50Z", "2026-10-20T00:00Z", "2026-10-25T00:50Z", id="first-of-two-02:50"),
    ],
)
def test_earliest_moment_is_the_first_a_month_after_the_announcement(now: str, asked: str, earliest: str) -> None:
    found = earliest_moment(at(asked), [Ahead(MONTH, at(now))], AMSTERDAM)

    assert (found, found.tzinfo) == (at(earliest), UTC)


@pytest.mark.parametrize(
    ("now", "asked", "zone", "earliest"),
    [
        pytest.param(
            "2026-03-29T01:45+11:00", "2026-04-05T01:00+11:00", LORD_HOWE, "2026-04-05T01:45+11:00", id="half-an-hour"
        ),
        pytest.param(
            "2026-03-28T23:50-03:00", "2026-04-04T12:00-03:00", SANTIAGO, "2026-04-04T23:50-03:00", id="at-midnight"
        ),
    ],
)
def test_earliest_moment_takes_the_first_of_two_where_the_clock_goes_back(
    now: str, asked: str, zone: ZoneInfo, earliest: str
) -> None:
    assert earliest_moment(at(asked), [Ahead(Period(days=7), at(now))], zone) == at(earliest)


@pytest.mark.parametrize(
    ("now", "asked", "earliest"),
    [
        pytest.param("2026-05-20T10:00+02:00", "2026-06-25T06:00+02:00", "2026-06-25T06:00+02:00", id="asked-will-do"),
        pytest.param("2026-05-20T05:00+02:00", "2026-05-21T06:00+02:00", "2026-06-20T06:00+02:00", id="same-day"),
        pytest.param("2026-05-20T06:00+02:00", "2026-05-21T06:00+02:00", "2026-06-20T06:00+02:00", id="last-moment"),
        pytest.param("2026-05-20T06:00:01+02:00", "2026-05-21T06:00+02:00", "2026-06-21T06:00+02:00", id="a-second"),
        pytest.param("2026-02-28T12:00+01:00", "2026-03-29T06:00+02:00", "2026-04-01T06:00+02:00", id="29-march"),
        pytest.param("2026-02-20T12:00+01:00", "2026-03-20T06:00+01:00", "2026-03-21T06:00+01:00", id="next-morning"),
        pytest.param("2026-02-28T12:00+01:00", "2026-03-27T02:30+01:00", "2026-04-01T02:30+02:00", id="march-31-days"),
        pytest.param("2026-02-20T12:00+01:00", "2026-03-20T23:30Z", "2026-03-20T23:30Z", id="local-day-of-asked"),
        pytest.param("2026-02-28T02:00+01:00", "2026-03-28T01:59+01:00", "2026-04-01T01:59+02:00", id="28-to-april"),
        # 29 April 02:30 is counted back to an hour that March skips, and read as 01:30.
        pytest.param("2026-03-29T00:45Z", "2026-04-20T02:30+02:00", "2026-04-30T02:30+02:00", id="over-missing-hour"),
        pytest.param("2026-09-25T10:00+02:00", "2026-10-24T02:30+02:00", "2026-10-26T02:30+01:00", id="past-october"),
        pytest.param("2026-09-24T10:00+02:00", "2026-10-24T02:30+02:00", "2026-10-25T00:30Z", id="first-of-two-02:30"),
        # A person who types 02:30 on that day means the first one, so the second is never offered.
        pytest.param("2026-09-20T10:00+02:00", "2026-10-25T02:30+01:00", "2026-10-26T02:30+01:00", id="second-02:30"),
    ],
)
def test_earliest_day_keeps_the_clock_time_asked_for(now: str, asked: str, earliest: str) -> None:
    found = earliest_day(at(asked), [Ahead(MONTH, at(now))], AMSTERDAM)

    assert (found, found.tzinfo) == (at(earliest), UTC)


def test_earliest_day_passes_over_a_day_without_that_clock_time() -> None:
    announced = at("2026-03-21T12:00+01:00")

    earliest = earliest_day(at("2026-03-27T02:30+01:00"), [Ahead(Period(days=7), announced)], AMSTERDAM)

    assert earliest == at("2026-03-30T02:30+02:00")


@pytest.mark.parametrize(
    ("conditions", "earliest"),
    [
        pytest.param([], "2026-03-28T10:00+01:00", id="none"),
        pytest.param(
            [("P1M", "2026-02-28T12:00+01:00"), ("P2W", "2026-03-01T09:00Z")], "2026-03-28T12:00+01:00", id="a"
        ),
        pytest.param(
            [("P1M", "2026-02-28T12:00+01:00"), ("P2W", "2026-03-15T10:00Z")], "2026-03-29T12:00+02:00", id="b"
        ),
        pytest.param(
            [("P1M", "2026-02-28T12:00+01:00"), ("P2W", "2026-03-16T14:00Z")], "2026-03-30T15:00+02:00", id="c"
        ),
        pytest.param(
            [("P1M", "2026-02-28T12:00+01:00"), ("P6W", "2026-02-28T12:00Z")], "2026-04-11T13:00+02:00", id="d"
        ),
    ],
)
def test_earliest_moment_satisfies_all_conditions_at_once(conditions: list[tuple[str, str]], earliest: str) -> None:
    ahead = [Ahead(Period.parse(text), at(not_before)) for text, not_before in conditions]

    assert earliest_moment(at("2026-03-28T10:00+01:00"), ahead, AMSTERDAM) == at(earliest)


NOW = at("2026-05-12T10:00+02:00")


@pytest.mark.parametrize(
    ("change", "rule", "earliest"),
    [
        pytest.param(Change.ACCEPTANCE, Rule.ACCEPTANCE_NOTICE, "2026-05-26T10:00+02:00", id="SLA-3.3-acceptance"),
        pytest.param(Change.PRODUCTION, Rule.PRODUCTION_NOTICE, "2026-06-12T10:00+02:00", id="SLA-3.3-production"),
        pytest.param(Change.MAINTENANCE, Rule.MAINTENANCE_NOTICE, "2026-05-19T10:00+02:00", id="SLA-3.3-maintenance"),
    ],
)
def test_notice_breaches_begin_a_second_before_the_earliest_moment(change: Change, rule: Rule, earliest: str) -> None:
    planned = at(earliest) - SECOND

    assert notice_breaches(change, planned, NOW, [SLA], AMSTERDAM) == [
        Breach(rule, "SLA 3.3", planned.isoformat(), str(SLA.notice(change)), at(earliest))
    ]
    assert notice_breaches(change, at(earliest), NOW, [SLA], AMSTERDAM) == []


def test_notice_breaches_name_each_broken_period_once_and_the_strictest_first() -> None:
    stricter, looser = SLA.under({Change.PRODUCTION: "P6W"}), SLA.under({Change.PRODUCTION: "P2W"})
    planned = at("2026-06-01T02:00+02:00")

    breaches = notice_breaches(Change.PRODUCTION, planned, NOW, [SLA, looser, stricter, SLA, stricter], AMSTERDAM)

    assert [(breach.required, breach.clause) for breach in breaches] == [
        ("P6W", "the signed agreement (SLA 0)"),
        ("P1M", "SLA 3.3"),
    ]
    assert {breach.earliest for breach in breaches} == {at("2026-06-23T10:00+02:00")}


@pytest.mark.parametrize("agreement_first", [True, False])
def test_notice_breaches_cite_the_sla_where_an_agreement_repeats_its_period(agreement_first: bool) -> None:
    terms = (
        [SLA.under({Change.PRODUCTION: "P1M"}), SLA]
        if agreement_first
        else [SLA, SLA.under({Change.PRODUCTION: "P1M"})]
    )

    (breach,) = notice_breaches(Change.PRODUCTION, NOW, NOW, terms, AMSTERDAM)

    assert breach.clause == "SLA 3.3"


def test_notice_breaches_are_none_where_nobody_is_to_be_told() -> None:
    assert notice_breaches(Change.PRODUCTION, NOW, NOW, [], AMSTERDAM) == []
