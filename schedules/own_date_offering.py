"""Offer a date for tenants that cannot have the one asked for: the good one nearest to it, at its hour (SLA 3.3)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from schedules.clashes import clashes_of_update
from schedules.good_days import DAY
from schedules.ground import Ground
from schedules.own_date_judging import OwnDateVerdict
from schedules.own_date_rules import Judge
from schedules.own_date_situations import Situation
from sla.periods import NoSuchLocalTime, typed_moment

# How far is looked for a good day.
A_YEAR = 366


@dataclass(frozen=True)
class OwnDateOffer:
    """A date that keeps every promise; where ``is_clear`` on a day on which nothing else stands."""

    planned_at: datetime
    is_clear: bool
    # It comes before the date that was asked for: no later one would do.
    is_earlier: bool
    # There are tenants for whom no date would do.
    is_for_others: bool


def own_date_offer(
    judge: Judge, ground: Ground, found: Mapping[int, Situation], verdict: OwnDateVerdict, asked: datetime
) -> OwnDateOffer | None:
    """Return what some tenants are offered instead of a date that one of them cannot have; None where all can.

    The first good day from the one asked for on, else the last one before it; without any the nearest that keeps every
    promise. Never the date that all of them have. None where no date would do for all those for whom one would.
    ``ground`` is without the release itself. It asks the database nothing but special days. Source: SLA 3.3.
    """
    never = {one.tenant_id for one in verdict.never}
    some = {situation for tenant_id, situation in found.items() if tenant_id not in never}
    if not verdict.objections or not some:
        return None
    present = {one.date(judge.kind) for one in some}
    nearest: datetime | None = None
    for moment in chain(_later(judge, some, asked), _earlier(judge, some, asked)):
        is_clear = not clashes_of_update(ground, judge.kind, moment)
        if present == {moment} or (nearest and not is_clear) or not judge.later.allows_all(some, moment):
            continue
        if is_clear:
            return OwnDateOffer(moment, True, moment < asked, bool(never))
        nearest = moment
    # At no day at this hour: the very first moment, or the very last.
    first = nearest or judge.earliest(some, asked) or judge.latest(some)
    return OwnDateOffer(first, False, first < asked, bool(never)) if first and present != {first} else None


def _later(judge: Judge, some: Collection[Situation], asked: datetime) -> Iterator[datetime]:
    """The days from the first possible moment on, at the hour that was asked for."""
    first = judge.earliest(some, asked)
    if first is not None:
        yield from (at for at in _at_its_hour(judge, asked, first, step=1) if at >= first)


def _earlier(judge: Judge, some: Collection[Situation], asked: datetime) -> Iterator[datetime]:
    """The days before the one asked for, where another change comes too soon after it, from the last one back."""
    first, last = judge.earliest(some, judge.later.now), judge.latest(some)
    if first is None or last is None:
        return
    for at in _at_its_hour(judge, asked, min(asked, last), step=-1):
        if at < first:
            return
        if at <= last:
            yield at


def _at_its_hour(judge: Judge, asked: datetime, start: datetime, *, step: int) -> Iterator[datetime]:
    zone = judge.release.product.zone
    clock, day = asked.astimezone(zone).time(), start.astimezone(zone).date()
    for far in range(A_YEAR):
        try:
            yield typed_moment(datetime.combine(day + far * step * DAY, clock), zone)
        except NoSuchLocalTime:
            continue
