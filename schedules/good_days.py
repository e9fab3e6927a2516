"""Lay dates on a calendar: the first good ones, and some spread evenly over a year. No database, no clock."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sla.notice import latest_moment
from sla.periods import NoSuchLocalTime, Period, typed_moment
from sla.terms import Change

DAY = timedelta(days=1)
# How far is looked for a day that will do, and how far from where an even spread wants it.
FARTHEST = 3 * 366
LEEWAY = 40
# An acceptance that waits longer than this for production is put off, so that customers test one version at a time.
LONG = timedelta(weeks=10)


@dataclass(frozen=True)
class Dates:
    """When a release reaches acceptance and production."""

    acceptance_at: datetime
    production_at: datetime


@dataclass(frozen=True)
class Rules:
    """What makes a date good: in time for whoever must hear of it, and on a day that is fit for it."""

    zone: ZoneInfo
    # No notice can leave before this moment.
    not_before: datetime
    acceptance_clock: time
    production_clock: time
    # Between the two, at the least, and as it usually is.
    test_period: Period
    usual_test: Period
    # The notice periods that are promised for a change on a day.
    periods: Callable[[Change, date], Collection[Period]]
    # Whether nothing stands in the way of a change at a moment: no holiday, no freeze, no other change.
    is_fit: Callable[[Change, datetime], bool]
    # Whether a calendar year has a slot left.
    has_room: Callable[[int], bool]
    # When another version comes to be tested after an acceptance, if one does: one that is tested before it reaches
    # production by then.
    tested_until: Callable[[datetime], datetime | None]
    kept: dict[tuple[Change, date], datetime | None] = field(default_factory=dict)

    def good(self, change: Change, day: date) -> datetime | None:
        """The moment of a change on a day, None where that would be too soon or the day is not fit."""
        key = (change, day)
        if key not in self.kept:
            self.kept[key] = self._good(change, day)
        return self.kept[key]

    def _good(self, change: Change, day: date) -> datetime | None:
        clock = self.acceptance_clock if change is Change.ACCEPTANCE else self.production_clock
        try:
            moment = typed_moment(datetime.combine(day, clock), self.zone)
        except NoSuchLocalTime:
            return None
        if moment <= self.not_before or not self.is_fit(change, moment):
            return None
        in_time = all(
            latest_moment(period, moment, self.zone) >= self.not_before for period in self.periods(change, day)
        )
        return moment if in_time else None

    def leaves_time_to_test(self, acceptance_at: datetime, production_at: datetime) -> bool:
        return latest_moment(self.test_period, production_at, self.zone) >= acceptance_at

    def go_together(self, acceptance_at: datetime, production_at: datetime) -> bool:
        """Whether there is time to test between the two, and nothing else is tested meanwhile."""
        until = self.tested_until(acceptance_at)
        in_time = acceptance_at < production_at and (until is None or production_at <= until)
        return in_time and self.leaves_time_to_test(acceptance_at, production_at)


def first_dates(
    rules: Rules, start: date, after: datetime | None = None, before: datetime | None = None
) -> Dates | None:
    """Return the first good dates of a release from a day on, both later than ``after`` and earlier than ``before``.

    None where none will do. Source: SLA 3.3; the test period is the product's own.
    """
    for acceptance_at in _good_days(rules, Change.ACCEPTANCE, start):
        if after is not None and acceptance_at <= after:
            continue
        until = min((one for one in (rules.tested_until(acceptance_at), before) if one is not None), default=None)
        found = _production_after(rules, acceptance_at, until)
        if found is not None or until is None or until == before:
            return found
        # Until the other version comes to be tested no later acceptance has more room.
        after = until
    return None


def _production_after(rules: Rules, acceptance_at: datetime, until: datetime | None) -> Dates | None:
    """The first good production after an acceptance, which is put off where that is long."""
    first = rules.test_period.after(acceptance_at.astimezone(rules.zone).date()) - 4 * DAY
    for production_at in _good_days(rules, Change.PRODUCTION, first):
        if until is not None and production_at >= until:
            return None
        if not rules.has_room(_day(rules, production_at).year):
            continue
        if rules.leaves_time_to_test(acceptance_at, production_at):
            put_off = production_at - acceptance_at > LONG
            later = acceptance_before(rules, production_at, earliest=acceptance_at) if put_off else None
            return Dates(later or acceptance_at, production_at)
    return None


def even_days(first: date, last: date, number: int, before: date | None = None) -> list[date]:
    """Return so many days of a span, each as far from the next, and from the release ``before`` them.

    Half as far from the end of the span: the four of a year and those of the next are all a quarter of a year apart.
    """
    half = ((last - first).days + 1) / (2 * number)
    lead = -half if before is None else max((before - first).days, -half)
    step = ((last - first).days + 1 - lead) / (number + 0.5)
    return [first + timedelta(days=int(lead + step * place)) for place in range(1, number + 1)]


def evenly_laid(
    rules: Rules, first: date, last: date, number: int, before: date | None = None, weekday: int | None = None
) -> list[Dates]:
    """Lay so many releases evenly over a span within one year, after the release that comes ``before`` them.

    In order of production; each on the good day nearest to where an even spread wants it, on the usual ``weekday``
    where that will do. Fewer come back where there are not so many good days.

    Source: SLA 3.3; the test period is the product's own.
    """
    if before is not None:
        first = max(first, before + DAY)
    if number < 1 or last < first:
        return []
    laid: list[Dates] = []
    for wanted in even_days(first, last, number, before):
        found = _near(rules, wanted, (first, last), before, weekday)
        if found is not None:
            laid.append(found)
            before = _day(rules, found.production_at)
            first = before + DAY
    return laid


def _near(
    rules: Rules, wanted: date, span: tuple[date, date], before: date | None, weekday: int | None
) -> Dates | None:
    """The good dates whose production lies nearest to a day; first on the usual weekday, within a week of it."""
    nearest = sorted(range(-LEEWAY, LEEWAY + 1), key=abs)
    usual = [far for far in nearest if abs(far) <= 7 and weekday in {None, (wanted + far * DAY).weekday()}]
    for far in [*usual, *nearest]:
        day = wanted + far * DAY
        production_at = rules.good(Change.PRODUCTION, day) if span[0] <= day <= span[1] else None
        if production_at is None:
            continue
        acceptance_at = acceptance_before(rules, production_at, after=before)
        if acceptance_at is not None:
            return Dates(acceptance_at, production_at)
    return None


def acceptance_before(
    rules: Rules, production_at: datetime, *, earliest: datetime | None = None, after: date | None = None
) -> datetime | None:
    """Return the acceptance that leaves the usual time to test, or a little more; else the one that leaves less."""
    day = _day(rules, production_at)
    usual, least = rules.usual_test.before(day), rules.test_period.before(day)
    longer = [usual - far * DAY for far in range(21)]
    shorter = [usual + far * DAY for far in range(1, max((least - usual).days, 0) + 1)]
    for one in [*longer, *shorter]:
        if after is not None and one <= after:
            continue
        found = rules.good(Change.ACCEPTANCE, one)
        if found is None or (earliest is not None and found < earliest):
            continue
        if rules.go_together(found, production_at):
            return found
    return None


def _good_days(rules: Rules, change: Change, start: date) -> Iterator[datetime]:
    for far in range(FARTHEST):
        moment = rules.good(change, start + far * DAY)
        if moment is not None:
            yield moment


def _day(rules: Rules, moment: datetime) -> date:
    return moment.astimezone(rules.zone).date()
