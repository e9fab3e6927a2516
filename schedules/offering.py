"""Offer dates for a release that breaks a promise: the good ones nearest to what was asked (SLA 3.3)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from schedules.good_days import DAY, FARTHEST, LONG, Dates, Rules, acceptance_before
from schedules.ground import Ground
from schedules.judging import OFFER_STANDS_FOR, ReleasePlan, Verdict, changed_dates, judge, whole_minute
from schedules.models import Release
from schedules.next_versions import unnamed_version
from schedules.proposing import comes_before, proposed_dates, rules_of
from sla.terms import Change
from storage import Refused

# A later date may come under later terms, and then be put off again; not more often than the terms change.
MOST_TRIES = 6


@dataclass(frozen=True)
class Offer:
    """Dates that keep every promise; where ``is_clear`` they are good ones, on days on which nothing else stands."""

    dates: Dates
    is_clear: bool


def offer_for(
    ground: Ground, plan: ReleasePlan, verdict: Verdict, now: datetime, *, release: Release | None = None, version: str
) -> Offer | None:
    """Return what a refused plan is offered at its own clock times, None where it keeps every promise.

    The first good dates that are not before those asked for; where a later version comes too soon for that, the first
    good ones of all. Of a move, the date that was not asked to move stays where it is if it can. ``version`` is what
    was typed; without one the order of versions is no matter. Source: SLA 3.3.
    """
    if not verdict.breaches:
        return None
    earliest = Dates(verdict.acceptance_at, verdict.production_at)
    rules = _rules_at_its_hours(ground, plan, now, release, version)
    asking_at = whole_minute(now + OFFER_STANDS_FOR)
    found = _nearest(rules, earliest, plan, comes_before(ground, version))
    for _try in range(MOST_TRIES):
        if found is None:
            break
        again = _judged(ground, plan, found, asking_at, release, version)
        if again is None:
            break
        if not again.breaches:
            return Offer(found, is_clear=True)
        further = Dates(again.acceptance_at, again.production_at)
        found = _nearest(rules, further, plan, comes_before(ground, version))
    first = proposed_dates(ground, now, version, rules) if release is None else None
    return Offer(first or earliest, is_clear=first is not None)


def _rules_at_its_hours(
    ground: Ground, plan: ReleasePlan, now: datetime, release: Release | None, version: str
) -> Rules:
    zone = ground.product.zone
    usual = rules_of(ground, now, version)
    rules = replace(
        usual,
        acceptance_clock=plan.acceptance_at.astimezone(zone).time(),
        production_clock=plan.production_at.astimezone(zone).time(),
        kept={},
    )
    if release is None:
        return rules
    standing = {
        (change, release.planned_at_of(change).astimezone(zone).date()): release.planned_at_of(change)
        for change in (Change.ACCEPTANCE, Change.PRODUCTION)
        if change not in changed_dates(plan, release)
    }
    began = release.acceptance_at <= now
    return replace(
        rules,
        # Who has been told in time may be told of a postponement later: the contract is asked for that.
        periods=lambda _change, _day: (),
        is_fit=lambda change, at: usual.is_fit(change, at) and not (began and change is Change.ACCEPTANCE),
        kept=dict(standing),
    )


def _judged(
    ground: Ground, plan: ReleasePlan, dates: Dates, now: datetime, release: Release | None, version: str
) -> Verdict | None:
    named = version or unnamed_version(ground, dates.production_at)
    other = replace(plan, version=named, acceptance_at=dates.acceptance_at, production_at=dates.production_at)
    try:
        return judge(ground.product, other, now, release=release)
    except Refused:
        return None


def _nearest(rules: Rules, asked: Dates, plan: ReleasePlan, before: datetime | None) -> Dates | None:
    """The first good production that is not before the one asked for, with the first such acceptance."""
    usual = max(LONG, plan.production_at - plan.acceptance_at)
    for production_at in _good_productions(rules, asked.production_at):
        if before is not None and production_at >= before:
            return None
        acceptance_at = _acceptance_for(rules, asked.acceptance_at, production_at)
        if acceptance_at is None:
            continue
        if production_at - acceptance_at > usual:
            # What is put off for long is not tested all that time.
            acceptance_at = acceptance_before(rules, production_at, earliest=acceptance_at) or acceptance_at
        return Dates(acceptance_at, production_at)
    return None


def _good_productions(rules: Rules, first: datetime) -> Iterator[datetime]:
    start = _day(rules, first)
    for far in range(FARTHEST):
        day = start + far * DAY
        found = rules.good(Change.PRODUCTION, day) if rules.has_room(day.year) else None
        if found is not None and found >= first:
            yield found


def _acceptance_for(rules: Rules, first: datetime, production_at: datetime) -> datetime | None:
    """The first good acceptance from a moment on that leaves time to test, with no other version tested meanwhile."""
    day, last = _day(rules, first), _day(rules, production_at)
    while day < last:
        found = rules.good(Change.ACCEPTANCE, day)
        if found is not None and found >= first and rules.go_together(found, production_at):
            return found
        until = rules.tested_until(found) if found is not None else None
        other = _day(rules, until) if until is not None and until < production_at else day
        day = max(day + DAY, other)
    return None


def _day(rules: Rules, moment: datetime) -> date:
    return moment.astimezone(rules.zone).date()
