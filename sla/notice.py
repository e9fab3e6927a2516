"""When a change must have been announced, and when it may take place at the earliest (SLA 3.3)."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sla.breaches import Breach, Rule
from sla.periods import NoSuchLocalTime, Period, computed_moment, typed_moment
from sla.terms import Change, Terms

NOTICE_RULES = {
    Change.ACCEPTANCE: Rule.ACCEPTANCE_NOTICE,
    Change.PRODUCTION: Rule.PRODUCTION_NOTICE,
    Change.MAINTENANCE: Rule.MAINTENANCE_NOTICE,
}


def latest_moment(period: Period, ahead_of: datetime, zone: tzinfo) -> datetime:
    """Return the last UTC moment that is still ``period`` ahead of a moment, on the calendar of ``zone``.

    The clock time stays, the day is counted back and clamped to the end of a shorter month: one month ahead of
    31 March 02:00 is 28 February 02:00. Where the clocks make that time doubtful, the earlier instant. Raises
    ValueError for a naive ``ahead_of``.

    Source: SLA 3.3.
    """
    if ahead_of.tzinfo is None:
        raise ValueError(f"{ahead_of} has no time zone")
    local = ahead_of.astimezone(zone)
    return computed_moment(period.before(local.date()), local.time(), zone)


def latest_announcement(change: Change, planned_at: datetime, terms: Terms, zone: tzinfo) -> datetime:
    """Return the last moment at which a change planned for ``planned_at`` may still be announced.

    Source: SLA 3.3, or the tenant's agreement where ``terms`` say so.
    """
    return latest_moment(terms.notice(change), planned_at, zone)


def in_time(change: Change, planned_at: datetime, announced_at: datetime, terms: Terms, zone: tzinfo) -> bool:
    """Tell whether a notice given at ``announced_at`` keeps the promise; the very last moment still does.

    Source: SLA 3.3.
    """
    return announced_at <= latest_announcement(change, planned_at, terms, zone)


@dataclass(frozen=True)
class Ahead:
    """A condition on a moment: ``period`` ahead of it must not lie before ``not_before``."""

    period: Period
    not_before: datetime

    def holds(self, moment: datetime, zone: tzinfo) -> bool:
        return latest_moment(self.period, moment, zone) >= self.not_before


def earliest_moment(asked: datetime, conditions: Iterable[Ahead], zone: tzinfo) -> datetime:
    """Return the first whole second, not before ``asked``, for which every condition holds, in UTC.

    Because month ends are clamped, "in time" is not monotone: 28 March 12:00 may be in time for a month's notice while
    29, 30 and 31 March at 10:00 are not. So days are walked one by one, and within a day the pieces between
    two changes of the clock, where the answer is the first second that all conditions share. Raises ValueError where
    nothing within five years would do.

    Source: SLA 3.3.
    """
    wanted = list(conditions)
    start = _whole_second(asked.astimezone(UTC))
    day = start.astimezone(zone).date()
    # No day can do before the furthest period has passed, less the days that clamping may give away.
    for condition in wanted:
        reached = condition.period.after(condition.not_before.astimezone(zone).date()) - timedelta(days=5)
        day = max(day, reached)
    for _ in range(5 * 366):
        for piece_start, piece_end in _pieces(day, zone, wanted):
            found = _first_in_piece(max(piece_start, start), piece_end, wanted, zone)
            if found is not None:
                return found
        day += timedelta(days=1)
    raise ValueError(f"no moment within five years of {asked.isoformat()} satisfies {wanted}")


def earliest_day(asked: datetime, conditions: Iterable[Ahead], zone: tzinfo) -> datetime:
    """Return the first moment at the clock time of ``asked``, not before it, for which every condition holds, in UTC.

    What a planner wants to hear: not the very first second, but the first day at six in the morning.

    Source: SLA 3.3.
    """
    wanted = list(conditions)
    clock = asked.astimezone(zone).time()
    day = earliest_moment(asked, wanted, zone).astimezone(zone).date()
    for _ in range(5 * 366):
        try:
            moment = typed_moment(datetime.combine(day, clock), zone)
        except NoSuchLocalTime:
            moment = None
        if moment is not None and moment >= asked and all(condition.holds(moment, zone) for condition in wanted):
            return moment
        day += timedelta(days=1)
    raise ValueError(f"no day within five years of {asked.isoformat()} satisfies {wanted}")


def notice_breaches(
    change: Change, planned_at: datetime, now: datetime, terms: Iterable[Terms], zone: tzinfo
) -> list[Breach]:
    """Return a breach for every distinct notice period that ``planned_at`` leaves no time for, strictest first.

    Each carries the same ``earliest``: the first moment, not before the one asked for, in time for all ``terms``.

    Source: SLA 3.3.
    """
    periods = {
        term.notice(change): term.clause(change)
        for term in sorted(terms, key=lambda term: change in term.differs, reverse=True)
    }
    deadlines = {period: latest_moment(period, planned_at, zone) for period in periods}
    broken = sorted((period for period in periods if deadlines[period] < now), key=lambda period: deadlines[period])
    if not broken:
        return []
    earliest = earliest_moment(planned_at, [Ahead(period, now) for period in periods], zone)
    return [
        Breach(
            rule=NOTICE_RULES[change],
            clause=periods[period],
            given=planned_at.isoformat(),
            required=str(period),
            earliest=earliest,
        )
        for period in broken
    ]


def _pieces(day: date, zone: tzinfo, conditions: list[Ahead]) -> list[tuple[datetime, datetime]]:
    """Cut a local day where the clock changes, on that day or on a day that a period counts back to.

    Within a piece every condition is monotone: a later second is counted back to a later second.
    """
    first, last = _day_bounds(day, zone)
    cuts = {first, last}
    for counted_to in {day, *(condition.period.before(day) for condition in conditions)}:
        begin, end = _day_bounds(counted_to, zone)
        if end - begin != timedelta(days=1):
            # Somewhere in this day the reading jumps back. Clocks change on a quarter of an hour.
            for quarter in range(24 * 4):
                clock = time(quarter // 4, quarter % 4 * 15)
                cuts |= _instants(datetime.combine(day, clock), zone)
    ordered = sorted(cut for cut in cuts if first <= cut <= last)
    return list(itertools.pairwise(ordered))


def _first_in_piece(low: datetime, end: datetime, conditions: list[Ahead], zone: tzinfo) -> datetime | None:
    if low >= end:
        return None
    high = end - timedelta(seconds=1)

    def holds(moment: datetime) -> bool:
        return all(condition.holds(moment, zone) for condition in conditions)

    if holds(low):
        return low
    if not holds(high):
        return None
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _day_bounds(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    midnight = datetime.combine(day, time(), tzinfo=zone)
    following = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return midnight.astimezone(UTC), following.astimezone(UTC)


def _instants(local: datetime, zone: tzinfo) -> set[datetime]:
    return {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}


def _whole_second(moment: datetime) -> datetime:
    """The first whole second that is not before ``moment``."""
    floor = moment.replace(microsecond=0)
    return floor if floor == moment else floor + timedelta(seconds=1)
