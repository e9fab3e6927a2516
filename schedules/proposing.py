"""Propose dates that break no promise and meet nothing else: for a release, and for a year of them."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from schedules.clashes import clashes_of_update
from schedules.good_days import DAY, FARTHEST, Dates, Rules, evenly_laid, first_dates
from schedules.ground import Ground
from schedules.judging import OFFER_STANDS_FOR, whole_minute
from schedules.models import Release
from schedules.next_versions import next_versions
from sla.periods import Period
from sla.terms import RELEASES_PER_YEAR, Change
from sla.versions import version_key

# Where no release has shown the usual hour yet.
MORNING = time(6)


@dataclass(frozen=True)
class ProposedRelease:
    version: str
    dates: Dates


def proposed_dates(ground: Ground, now: datetime, version: str = "", rules: Rules | None = None) -> Dates | None:
    """Return the earliest good dates of a release, at the product's usual hours or by ``rules``; None without any.

    In time for the strictest terms, with time to test, after every release of a lower version and before those of a
    higher one, own dates of tenants included, in a year with room, and where nothing else stands.
    """
    rules, own = rules or rules_of(ground, now, version), _key(version)
    lower = [one for one in ground.releases if own is None or version_key(one.version) < own]
    after = max((one.production_at for one in lower), default=None)
    return first_dates(rules, now.astimezone(rules.zone).date(), after, comes_before(ground, version))


def comes_before(ground: Ground, version: str) -> datetime | None:
    """Return the moment at which the first release of a higher version reaches production, None where none stands."""
    own = _key(version)
    higher = [one for one in ground.releases if own is not None and version_key(one.version) > own]
    return min((one.production_at for one in higher), default=None)


def proposed_year(ground: Ground, year: int, number: int, now: datetime) -> list[ProposedRelease]:
    """Return so many releases evenly over a year, at most as many as it has room for, in order.

    They come after those that stand in the year, and are numbered so. Fewer, or none, where the year has not so many
    good days left, or there are not so many versions below the next one.
    """
    before, room = ground.before(year), RELEASES_PER_YEAR - ground.taken(year)
    versions = next_versions(ground, year, min(number, room))
    rules = rules_of(ground, now, next(iter(versions), ""))
    first = max(date(year, 1, 1), now.astimezone(rules.zone).date())
    # What is left of the year begins with the first day that can be announced in time, be it a holiday.
    in_time = replace(rules, is_fit=lambda _change, _moment: True, kept={})
    days = (first + far * DAY for far in range(FARTHEST))
    soonest = next((day for day in days if in_time.good(Change.PRODUCTION, day)), None)
    if soonest is None:
        return []
    last_day = before.production_at.astimezone(rules.zone).date() if before else None
    weekday = last_day.weekday() if last_day and last_day.weekday() < 5 else None
    laid = evenly_laid(rules, soonest, date(year, 12, 31), len(versions), last_day, weekday)
    return [ProposedRelease(version, dates) for version, dates in zip(versions, laid, strict=False)]


def rules_of(ground: Ground, now: datetime, version: str) -> Rules:
    """What makes a date of a version good for a product: its usual hours are those of its last release."""
    product, last = ground.product, ground.last
    test_period = Period.parse(product.test_period)
    usual = test_period
    if last is not None:
        acceptance, production = (
            moment.astimezone(product.zone) for moment in (last.acceptance_at, last.production_at)
        )
        days = (production.date() - acceptance.date()).days
        if Period(days=max(days, 1)).before(production.date()) < test_period.before(production.date()):
            usual = Period(days=days)
    return Rules(
        zone=product.zone,
        not_before=whole_minute(now + OFFER_STANDS_FOR),
        acceptance_clock=_clock(last, Change.ACCEPTANCE, ground),
        production_clock=_clock(last, Change.PRODUCTION, ground),
        test_period=test_period,
        usual_test=usual,
        periods=ground.periods,
        is_fit=lambda change, moment: (
            ground.keeps_order(version, change, moment) and not clashes_of_update(ground, change, moment)
        ),
        has_room=ground.has_room,
        tested_until=ground.next_acceptance,
    )


def _clock(last: Release | None, change: Change, ground: Ground) -> time:
    """The usual hour of an update."""
    return last.planned_at_of(change).astimezone(ground.product.zone).time() if last is not None else MORNING


def _key(version: str) -> tuple[int, ...] | None:
    """What a version is ordered by; None of what is no version yet, which comes last."""
    try:
        return version_key(version)
    except ValueError:
        return None
