"""What must hold for every date, held against a reference too dumb to share the calculator's mistakes."""

import calendar
import functools
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from sla.breaches import Rule
from sla.notice import Ahead, earliest_day, earliest_moment, latest_moment, notice_breaches
from sla.periods import Period
from sla.releases import earliest_dates, release_breaches
from sla.service_hours import service_hours_breach, time_in_service_hours
from sla.terms import Change, Terms

SECOND, QUARTER, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
# Santiago changes its clock at midnight, so that a day begins at 01:00 and another ends with 23:00 twice.
ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Amsterdam",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "UTC",
        "America/Santiago",
    )
]
PERIODS = ["P1M", "P2M", "P2W", "P10D", "P1W", "P6W", "P1M10D"]
YEARS = range(2026, 2029)

periods = st.sampled_from(PERIODS).map(Period.parse)
examples = settings(max_examples=120, deadline=None)


def dumb_latest(period: Period, moment: datetime, zone: ZoneInfo) -> datetime:
    """The last moment in time: a month at a time on the calendar, then every offset the zone has around it."""
    local = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    year, month, day = local.year, local.month, local.day
    for _ in range(period.months):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    counted = local.replace(year=year, month=month, day=min(day, calendar.monthrange(year, month)[1]))
    counted -= period.days * DAY
    around = {(counted + shift).replace(tzinfo=UTC).astimezone(zone).utcoffset() for shift in (-2 * DAY, 2 * DAY)}
    instants = sorted((counted - offset).replace(tzinfo=UTC) for offset in around if offset is not None)
    shown = [instant for instant in instants if instant.astimezone(zone).replace(tzinfo=None, fold=0) == counted]
    return (shown or instants)[0]


def refuse_all_between(asked: datetime, offered: datetime, accepts: Callable[[datetime], bool]) -> None:
    """Look at every second of a short span; of a long one at its last quarters of an hour and at seconds all over."""
    assert offered >= asked
    whole = asked.replace(microsecond=0)
    start = whole if whole == asked else whole + SECOND
    seconds = (offered - start) // SECOND
    if seconds <= 600:
        looked_at = list(range(seconds))
    else:
        step = QUARTER // SECOND
        first = -(start.minute % 15 * 60 + start.second)
        quarters = list(range(first, seconds, step))[-100:]
        anywhere = random.Random(seconds).choices(range(seconds), k=60)  # noqa: S311
        looked_at = [0, seconds - 1, *anywhere, *quarters, *(quarter - 1 for quarter in quarters)]
    accepted = [start + second * SECOND for second in looked_at if 0 <= second < seconds]
    assert [moment for moment in accepted if accepts(moment)] == []


@functools.cache
def special_moments(zone: ZoneInfo) -> list[datetime]:
    """Both clock changes of every year, the local midnight that ends each month, and 29 February."""
    start, hours = datetime(YEARS.start, 1, 1, tzinfo=UTC), len(YEARS) * 365 * 24
    every = [start + hour * HOUR for hour in range(hours)]
    changes = [
        hour for hour in every if hour.astimezone(zone).utcoffset() != (hour + HOUR).astimezone(zone).utcoffset()
    ]
    ends = [datetime(year, month, 1, tzinfo=zone).astimezone(UTC) for year in YEARS for month in range(1, 13)]
    return changes * 4 + ends + [datetime(2028, 2, 29, 12, tzinfo=zone).astimezone(UTC)]


def moments(zone: ZoneInfo) -> st.SearchStrategy[datetime]:
    near = st.integers(-4 * 24 * 3600, 4 * 24 * 3600) | st.integers(-3 * 3600, 3 * 3600) | st.integers(-3600, 3600)
    special = st.tuples(st.sampled_from(special_moments(zone)), near).map(lambda pair: pair[0] + pair[1] * SECOND)
    fraction = st.sampled_from([0, 0, 0, 1, 500_000, 999_999])
    return st.tuples(special, fraction).map(lambda pair: pair[0].replace(microsecond=pair[1]))


@st.composite
def askings(draw: st.DrawFn) -> tuple[ZoneInfo, datetime, datetime]:
    """A zone, a present and a date asked for: on either side of the present, or about a period after it."""
    zone = draw(st.sampled_from(ZONES))
    # What is announced a period before a clock change is counted to from the day that changes.
    now = draw(moments(zone) | st.builds(dumb_latest, periods, moments(zone), st.just(zone)))
    apart = st.sampled_from([0, 7, 10, 14, 28, 29, 30, 31, 40, 42, 59, 61]).flatmap(
        lambda day: st.integers(day - 3, day + 3)
    )
    asked = draw(
        moments(zone)
        | st.tuples(apart, st.integers(-3 * 3600, 3 * 3600)).map(lambda shift: now + shift[0] * DAY + shift[1] * SECOND)
    )
    # A date asked long ago only makes the days to walk more, never different.
    return zone, now, max(asked, now - 3 * DAY)


@examples
@given(askings(), periods)
def test_latest_moment_agrees_with_the_dumb_reference(
    asking: tuple[ZoneInfo, datetime, datetime], period: Period
) -> None:
    zone, _, planned = asking

    assert latest_moment(period, planned, zone) == dumb_latest(period, planned, zone)


@examples
@given(askings(), st.lists(st.tuples(periods, st.integers(-20 * 86400, 20 * 86400)), min_size=1, max_size=3))
def test_earliest_moment_is_accepted_and_no_moment_before_it(
    asking: tuple[ZoneInfo, datetime, datetime], wanted: list[tuple[Period, int]]
) -> None:
    zone, now, asked = asking
    since = [(period, now + seconds * SECOND if number else now) for number, (period, seconds) in enumerate(wanted)]

    def accepts(moment: datetime) -> bool:
        return all(dumb_latest(period, moment, zone) >= not_before for period, not_before in since)

    offered = earliest_moment(asked, [Ahead(*condition) for condition in since], zone)

    assert accepts(offered)
    refuse_all_between(asked, offered, accepts)


@examples
@given(askings(), st.lists(periods, min_size=1, max_size=3))
def test_earliest_day_is_the_first_at_that_clock_time(
    asking: tuple[ZoneInfo, datetime, datetime], wanted: list[Period]
) -> None:
    zone, now, asked = asking
    asked = asked.replace(microsecond=0)
    clock = asked.astimezone(zone).time()

    def accepts(moment: datetime) -> bool:
        first = moment.astimezone(zone)
        same = (first.time(), first.fold) == (clock, 0)
        return same and all(dumb_latest(period, moment, zone) >= now for period in wanted)

    offered = earliest_day(asked, [Ahead(period, now) for period in wanted], zone)

    assert accepts(offered)
    assert offered >= asked
    # Clocks change by whole quarters of an hour, so every moment of that clock time is a whole number of them away.
    quarters = range((offered - asked) // QUARTER + 1)
    assert [at for at in (asked + step * QUARTER for step in quarters) if at < offered and accepts(at)] == []


@examples
@given(askings(), st.sampled_from(Change), st.lists(st.none() | st.sampled_from(PERIODS), min_size=1, max_size=3))
def test_notice_breaches_offer_the_first_date_that_has_none(
    asking: tuple[ZoneInfo, datetime, datetime], change: Change, agreements: list[str | None]
) -> None:
    zone, now, asked = asking
    terms = [Terms().under({change: own}) for own in agreements]

    def accepts(moment: datetime) -> bool:
        return all(dumb_latest(term.notice(change), moment, zone) >= now for term in terms)

    breaches = notice_breaches(change, asked, now, terms, zone)

    assert (breaches == []) == accepts(asked)
    for offered in {breach.earliest for breach in breaches}:
        assert offered is not None
        assert notice_breaches(change, offered, now, terms, zone) == []
        refuse_all_between(asked, offered, accepts)


@examples
@given(askings(), st.integers(-40 * 86400, 5 * 86400), st.none() | st.sampled_from(PERIODS), periods)
def test_release_breaches_end_when_every_offer_is_taken(
    asking: tuple[ZoneInfo, datetime, datetime], apart: int, agreement: str | None, test_period: Period
) -> None:
    zone, now, production = asking
    acceptance = production + apart * SECOND
    terms = [Terms(), Terms().under({Change.PRODUCTION: agreement})]

    def keeps(accepted_at: datetime, moment: datetime) -> bool:
        tested = moment > accepted_at and dumb_latest(test_period, moment, zone) >= accepted_at
        return tested and all(dumb_latest(term.production_notice, moment, zone) >= now for term in terms)

    breaches = release_breaches(acceptance, production, now, [Terms()], terms, test_period, zone)

    told = dumb_latest(Terms().acceptance_notice, acceptance, zone) >= now
    assert (breaches == []) == (told and keeps(acceptance, production))
    # Acceptance goes first: with its offer taken, production is asked again.
    accepted_at = next((b.earliest for b in breaches if b.rule is Rule.ACCEPTANCE_NOTICE and b.earliest), acceptance)
    offers = {breach.earliest for breach in breaches if breach.rule is not Rule.ACCEPTANCE_NOTICE}
    for offered in offers:
        assert offered is not None
        assert release_breaches(accepted_at, offered, now, [Terms()], terms, test_period, zone) == []
        refuse_all_between(production, offered, functools.partial(keeps, accepted_at))


@examples
@given(askings(), st.integers(-40 * 86400, 5 * 86400), st.none() | st.sampled_from(PERIODS), periods)
def test_earliest_dates_break_nothing_and_keep_the_clock(
    asking: tuple[ZoneInfo, datetime, datetime], apart: int, agreement: str | None, test_period: Period
) -> None:
    zone, now, production = asking
    asked = (production + apart * SECOND, production)
    terms = [Terms().under({Change.ACCEPTANCE: agreement, Change.PRODUCTION: agreement})]

    dates = earliest_dates(*asked, now, terms, terms, test_period, zone)

    assert release_breaches(*dates, now, terms, terms, test_period, zone) == []
    for wanted, offered in zip(asked, dates, strict=True):
        assert offered >= wanted
        assert offered.astimezone(zone).time() == wanted.astimezone(zone).time()


@examples
@given(askings(), st.integers(1, 15 * 3600))
def test_service_hours_breach_offers_the_first_quiet_start(
    asking: tuple[ZoneInfo, datetime, datetime], seconds: int
) -> None:
    zone, starts_at, _ = asking
    starts_at = starts_at.replace(microsecond=0)
    length = seconds * SECOND

    def quiet(moment: datetime) -> bool:
        return time_in_service_hours(moment, moment + length, Terms(), zone) == timedelta()

    breach = service_hours_breach(starts_at, starts_at + length, Terms(), zone)

    assert (breach is None) == quiet(starts_at)
    if breach is not None:
        offered = breach.earliest or starts_at + 3 * DAY
        assert (breach.earliest is not None) == quiet(offered)
        refuse_all_between(starts_at, offered, quiet)
