"""The yearly budget of releases, and acceptance before production with time to test between."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, tzinfo

from sla.breaches import Breach, Rule
from sla.notice import Ahead, earliest_day, earliest_moment, latest_moment, notice_breaches
from sla.periods import Period
from sla.terms import NOTICE_CLAUSE, RELEASES_PER_YEAR, Change, Terms


def release_year(production_at: datetime, zone: tzinfo) -> int:
    """The calendar year whose budget a release counts in: that of its production date, on the local calendar.

    Source: SLA 3.3.
    """
    return production_at.astimezone(zone).year


def free_slot(taken: Iterable[int]) -> int | None:
    """Return the lowest free of a year's four slots, None when the year is full.

    Source: SLA 3.3.
    """
    used = set(taken)
    return next((slot for slot in range(1, RELEASES_PER_YEAR + 1) if slot not in used), None)


def budget_breach(year: int, earliest: datetime | None) -> Breach:
    """The breach of a fifth release in a year; ``earliest`` is the first moment in a year with room.

    Source: SLA 3.3.
    """
    return Breach(
        rule=Rule.RELEASE_BUDGET,
        clause=NOTICE_CLAUSE,
        given=f"{RELEASES_PER_YEAR + 1} in {year}",
        required=f"{RELEASES_PER_YEAR} a year",
        earliest=earliest,
    )


def earliest_dates(
    acceptance_at: datetime,
    production_at: datetime,
    now: datetime,
    acceptance_terms: Iterable[Terms],
    production_terms: Iterable[Terms],
    test_period: Period,
    zone: tzinfo,
) -> tuple[datetime, datetime]:
    """Return the first pair of dates, at the clock times asked for and not before them, that breaks no promise.

    Source: SLA 3.3; the test period is the product's own.
    """
    acceptance_notices = [Ahead(period, now) for period in {terms.acceptance_notice for terms in acceptance_terms}]
    acceptance = earliest_day(acceptance_at, acceptance_notices, zone)
    production_notices = _production_conditions(now, production_terms)
    return acceptance, earliest_day(production_at, [*production_notices, Ahead(test_period, acceptance)], zone)


def release_breaches(
    acceptance_at: datetime,
    production_at: datetime,
    now: datetime,
    acceptance_terms: Iterable[Terms],
    production_terms: Iterable[Terms],
    test_period: Period,
    zone: tzinfo,
) -> list[Breach]:
    """Return what a release's two dates break: the notice of each, the order of the two, the time to test.

    The terms are those that each date must still suit: none for a date that keeps the notice it was given. The list
    is empty for a plan that keeps every promise; the yearly budget is not among them, because only the rows know it.

    Source: SLA 3.3.
    """
    production_terms = list(production_terms)
    early = notice_breaches(Change.ACCEPTANCE, acceptance_at, now, acceptance_terms, zone)
    late = notice_breaches(Change.PRODUCTION, production_at, now, production_terms, zone)
    order = _order_breach(acceptance_at, production_at, test_period, zone)
    if not late and order is None:
        return early
    # A date that mends one of these must not break the other, nor come too soon after an acceptance that is mended.
    acceptance = max([acceptance_at, *(breach.earliest for breach in early if breach.earliest)])
    conditions = [*_production_conditions(now, production_terms), Ahead(test_period, acceptance)]
    offered = earliest_moment(max(production_at, acceptance), conditions, zone)
    return early + [replace(breach, earliest=offered) for breach in [*late, *([order] if order else [])]]


def _production_conditions(now: datetime, terms: Iterable[Terms]) -> list[Ahead]:
    return [Ahead(period, now) for period in {one.production_notice for one in terms}]


def _order_breach(acceptance_at: datetime, production_at: datetime, test_period: Period, zone: tzinfo) -> Breach | None:
    given, required = production_at.isoformat(), acceptance_at.isoformat()
    if production_at <= acceptance_at:
        return Breach(Rule.ACCEPTANCE_FIRST, NOTICE_CLAUSE, given, required)
    if latest_moment(test_period, production_at, zone) < acceptance_at:
        # The SLA promises time to test but no number: the period is the product's, so no clause is cited.
        return Breach(Rule.TEST_PERIOD, "", given, str(test_period))
    return None
