"""The yearly budget of releases, and acceptance before production with time to test between."""

from collections.abc import Iterable
from datetime import datetime, tzinfo

from sla.breaches import Breach, Rule
from sla.notice import Ahead, earliest_moment, latest_moment, notice_breaches
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


def earliest_production(
    asked: datetime, acceptance_at: datetime, now: datetime, terms: Iterable[Terms], test_period: Period, zone: tzinfo
) -> datetime:
    """Return the first moment not before ``asked`` that keeps every notice period and leaves time to test.

    Source: SLA 3.3; the test period is the product's own.
    """
    notices = [Ahead(period, now) for period in {term.production_notice for term in terms}]
    return earliest_moment(max(asked, acceptance_at), [*notices, Ahead(test_period, acceptance_at)], zone)


def release_breaches(
    acceptance_at: datetime | None,
    production_at: datetime,
    now: datetime,
    terms: Iterable[Terms],
    test_period: Period,
    zone: tzinfo,
    *,
    changed: frozenset[Change] = frozenset({Change.ACCEPTANCE, Change.PRODUCTION}),
) -> list[Breach]:
    """Return what a release's two dates break: the notice of each, the order of the two, the time to test.

    ``changed`` names the dates that are newly asked for: one that stays keeps the notice it has, but both must still
    stand in the right order. The list is empty for a plan that keeps every promise; the yearly budget is not among
    them, because only the rows know it.

    Source: SLA 3.3.
    """
    wanted = list(terms)
    broken: list[Breach] = []
    if acceptance_at is not None and Change.ACCEPTANCE in changed:
        broken += notice_breaches(Change.ACCEPTANCE, acceptance_at, now, wanted, zone)
    production_broken = (
        notice_breaches(Change.PRODUCTION, production_at, now, wanted, zone) if Change.PRODUCTION in changed else []
    )
    if acceptance_at is None:
        return broken + production_broken
    order = _order_breach(acceptance_at, production_at, test_period, zone)
    if not production_broken and order is None:
        return broken
    # A date that mends one of the two must not break the other.
    starts_testing = max([acceptance_at, *(breach.earliest for breach in broken if breach.earliest)])
    offered = earliest_production(production_at, starts_testing, now, wanted, test_period, zone)
    found = [*production_broken, *([order] if order else [])]
    return broken + [Breach(b.rule, b.clause, b.given, b.required, offered) for b in found]


def _order_breach(acceptance_at: datetime, production_at: datetime, test_period: Period, zone: tzinfo) -> Breach | None:
    given, required = production_at.isoformat(), acceptance_at.isoformat()
    if production_at <= acceptance_at:
        return Breach(Rule.ACCEPTANCE_FIRST, NOTICE_CLAUSE, given, required)
    if latest_moment(test_period, production_at, zone) < acceptance_at:
        # The SLA promises time to test but no number: the period is the product's, so no clause is cited.
        return Breach(Rule.TEST_PERIOD, "", given, str(test_period))
    return None
