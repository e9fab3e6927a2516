"""Dates that are proposed: always good ones, the first there are, and evenly over a year."""

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.good_days import DAY, Dates, Rules, even_days, evenly_laid, first_dates
from sla.periods import Period
from sla.releases import release_breaches
from sla.terms import Change, Terms
from tests.world import AMSTERDAM, NOW, local

TERMS = [Terms(), Terms(acceptance_notice=Period(days=21), production_notice=Period(months=2))]
TEST_PERIOD = Period(days=14)
examples = settings(max_examples=120, deadline=None)


def rules(
    now: datetime = NOW,
    is_fit: Callable[[Change, datetime], bool] = lambda _change, moment: is_weekday(moment),
    has_room: Callable[[int], bool] = lambda _year: True,
    usual_test: Period = TEST_PERIOD,
    tested_until: Callable[[datetime], datetime | None] = lambda _moment: None,
) -> Rules:
    return Rules(
        zone=AMSTERDAM,
        not_before=now,
        acceptance_clock=time(7),
        production_clock=time(6),
        test_period=TEST_PERIOD,
        usual_test=usual_test,
        periods=lambda change, _day: {terms.notice(change) for terms in TERMS},
        is_fit=is_fit,
        has_room=has_room,
        tested_until=tested_until,
    )


def is_weekday(moment: datetime) -> bool:
    return moment.astimezone(AMSTERDAM).weekday() < 5


def on(moment: datetime) -> date:
    return moment.astimezone(AMSTERDAM).date()


def test_first_dates_are_in_time_for_the_strictest_on_weekdays() -> None:
    # Three weeks after Monday 23 November 10:00 is Monday 14 December, at seven too early; two months is 23 January.
    assert first_dates(rules(), NOW.date()) == Dates(local("2026-12-15T07:00"), local("2027-01-25T06:00"))


def test_first_dates_keep_clear_of_what_is_not_fit() -> None:
    closed = {date(2026, 12, 15), date(2026, 12, 16), date(2027, 1, 25)}
    fit = rules(is_fit=lambda _change, moment: is_weekday(moment) and on(moment) not in closed)
    assert first_dates(fit, NOW.date()) == Dates(local("2026-12-17T07:00"), local("2027-01-26T06:00"))


def test_first_dates_come_after_the_release_before_them() -> None:
    after = local("2027-02-08T06:00")
    # Two weeks to test from seven o'clock are over a day later than from six.
    assert first_dates(rules(), NOW.date(), after) == Dates(local("2027-02-08T07:00"), local("2027-02-23T06:00"))


def test_first_dates_leave_another_version_to_be_tested_alone() -> None:
    other = local("2027-01-20T06:00")
    alone = rules(tested_until=lambda moment: other if moment < other else None)
    # From 15 December two months' notice would reach beyond it.
    assert first_dates(alone, NOW.date()) == Dates(local("2027-01-20T07:00"), local("2027-02-04T06:00"))
    assert first_dates(alone, NOW.date(), before=local("2027-02-04T06:00")) is None
    assert first_dates(alone, NOW.date(), before=local("2027-02-04T06:01")) is not None
    assert first_dates(rules(), NOW.date(), before=local("2027-01-25T06:00")) is None


def test_first_dates_skip_a_year_that_is_full_and_wait_with_acceptance() -> None:
    found = first_dates(rules(has_room=lambda year: year != 2027), NOW.date())
    assert found == Dates(local("2027-12-17T07:00"), local("2028-01-03T06:00"))


def test_first_dates_are_none_where_nothing_is_fit() -> None:
    assert first_dates(rules(is_fit=lambda _change, _moment: False), NOW.date()) is None


def test_hour_that_the_clock_skips_is_no_good_day() -> None:
    night = Rules(
        AMSTERDAM,
        NOW,
        time(2, 30),
        time(2, 30),
        TEST_PERIOD,
        TEST_PERIOD,
        lambda *_: [],
        lambda *_: True,
        lambda _: True,
        lambda _: None,
    )
    assert night.good(Change.PRODUCTION, date(2027, 3, 28)) is None
    assert night.good(Change.PRODUCTION, date(2027, 3, 27)) == local("2027-03-27T02:30")


def test_four_of_an_empty_year_lie_a_quarter_apart() -> None:
    days = even_days(date(2027, 1, 1), date(2027, 12, 31), 4)
    assert days == [date(2027, 2, 15), date(2027, 5, 17), date(2027, 8, 17), date(2027, 11, 16)]


def test_those_that_follow_a_release_keep_their_distance_from_it() -> None:
    days = even_days(date(2027, 1, 1), date(2027, 12, 31), 3, before=date(2027, 2, 8))
    assert [(two - one).days for one, two in zip([date(2027, 2, 8), *days], days, strict=False)] == [93, 93, 94]


def test_year_is_laid_on_the_usual_weekday() -> None:
    laid = evenly_laid(rules(usual_test=Period(days=28)), date(2027, 1, 1), date(2027, 12, 31), 4, weekday=0)
    assert [on(one.production_at) for one in laid] == [
        date(2027, 2, 15),
        date(2027, 5, 17),
        date(2027, 8, 16),
        date(2027, 11, 15),
    ]
    assert {(on(one.production_at) - on(one.acceptance_at)).days for one in laid} == {28}


@pytest.mark.parametrize("number", [0, -1])
def test_nothing_is_laid_of_nothing(number: int) -> None:
    assert evenly_laid(rules(), date(2027, 1, 1), date(2027, 12, 31), number) == []
    assert evenly_laid(rules(), date(2027, 12, 31), date(2027, 1, 1), 4) == []
    assert evenly_laid(rules(is_fit=lambda *_: False), date(2027, 1, 1), date(2027, 12, 31), 4) == []


YEARS = st.integers(2027, 2060)
NUMBERS = st.integers(1, 4)
CLOSED = st.sets(st.integers(0, 365), max_size=40)
MOMENTS = st.integers(0, 400 * 24).map(lambda hours: datetime(2026, 6, 1, tzinfo=UTC) + timedelta(hours=hours))


@examples
@given(year=st.integers(2027, 2028), number=NUMBERS, closed=CLOSED, now=MOMENTS)
def test_proposed_year_breaks_no_promise_and_meets_nothing(
    year: int, number: int, closed: set[int], now: datetime
) -> None:
    first = date(year, 1, 1)
    days = {first + far * DAY for far in closed}
    fit = rules(now, is_fit=lambda _change, moment: is_weekday(moment) and on(moment) not in days)
    laid = evenly_laid(fit, max(first, on(now)), date(year, 12, 31), number)
    assert len(laid) <= number
    for one in laid:
        assert release_breaches(one.acceptance_at, one.production_at, now, TERMS, TERMS, TEST_PERIOD, AMSTERDAM) == []
        assert on(one.production_at).year == year
        assert not {on(one.acceptance_at), on(one.production_at)} & days
        assert is_weekday(one.acceptance_at)
        assert is_weekday(one.production_at)
    # One version at a time is tested.
    for one, two in itertools.pairwise(laid):
        assert one.production_at < two.acceptance_at


@examples
@given(year=YEARS, number=NUMBERS, closed=CLOSED)
def test_proposed_year_is_even(year: int, number: int, closed: set[int]) -> None:
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = {first + far * DAY for far in closed}
    fit = rules(NOW, is_fit=lambda _change, moment: on(moment) not in days)
    wanted = even_days(first, last, number)
    gaps = [(two - one).days for one, two in itertools.pairwise(wanted)]
    assert not gaps or max(gaps) - min(gaps) <= 1
    laid = evenly_laid(fit, first, last, number)
    assert len(laid) == number
    for one, day in zip(laid, wanted, strict=True):
        # No nearer day would have done.
        far = abs((on(one.production_at) - day).days)
        nearer = [day + step * DAY for step in range(-far + 1, far)]
        assert all(near in days or near < first or near > last or _has_no_acceptance(fit, near) for near in nearer)


def _has_no_acceptance(fit: Rules, day: date) -> bool:
    """Whether no day that leaves time to test, and not too much, would do before it."""
    return all(fit.good(Change.ACCEPTANCE, day - far * DAY) is None for far in range(14, 35))


@examples
@given(now=MOMENTS, closed=CLOSED)
def test_first_dates_are_good_and_no_earlier_day_is(now: datetime, closed: set[int]) -> None:
    start = on(now)
    days = {start + far * DAY for far in closed}
    fit = rules(now, is_fit=lambda _change, moment: is_weekday(moment) and on(moment) not in days)
    found = first_dates(fit, start)
    assert found is not None
    assert release_breaches(found.acceptance_at, found.production_at, now, TERMS, TERMS, TEST_PERIOD, AMSTERDAM) == []
    assert not {on(found.acceptance_at), on(found.production_at)} & days
    # Two months' notice keeps production near enough for acceptance not to be put off.
    earlier = [start + far * DAY for far in range((on(found.acceptance_at) - start).days)]
    assert [fit.good(Change.ACCEPTANCE, day) for day in earlier] == [None] * len(earlier)
