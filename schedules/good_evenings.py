"""Good evenings for maintenance: announced as aimed, outside service hours, clear of all else (SLA 3.1, 3.3)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from schedules.clashes import clashes_of_window
from schedules.good_days import DAY
from schedules.ground import Ground
from schedules.judging import OFFER_STANDS_FOR, whole_minute
from schedules.models import MaintenanceWindow
from schedules.window_judging import MaintenancePlan, WindowVerdict, judge_window
from sla.notice import latest_moment
from sla.periods import NoSuchLocalTime, Period, typed_moment
from sla.service_hours import time_in_service_hours
from sla.terms import Change
from tenants.models import EnvironmentKind
from tenants.terms import sla_terms

# Where no maintenance has shown the usual hours yet.
EVENING = time(21)
USUAL_LENGTH = timedelta(hours=3)
# Maintenance is not put off for longer.
A_YEAR = 366
# A later start may come under later terms, and then be put off again; not more often than the terms change.
MOST_TRIES = 6

# When maintenance begins and ends.
Evening = tuple[datetime, datetime]


def proposed_window(
    ground: Ground, length: timedelta, environments: frozenset[EnvironmentKind], now: datetime, notified: bool = True
) -> Evening | None:
    """Return the first good evening for maintenance that lasts so long, None where no evening will do.

    At the hour of the last maintenance where that lies outside service hours, else at nine. Source: SLA 3.1, 3.3.
    """
    evenings = _Evenings(ground, length, environments, whole_minute(now + OFFER_STANDS_FOR))
    today = now.astimezone(ground.product.zone).date()
    return evenings.first_on(
        (day, clock, ground.periods(Change.MAINTENANCE, day) if notified else ())
        for day in evenings.days(today)
        for clock in (_usual(ground, day), EVENING)
    )


def offered_window(
    ground: Ground,
    plan: MaintenancePlan,
    verdict: WindowVerdict,
    now: datetime,
    *,
    window: MaintenanceWindow | None = None,
) -> Evening | None:
    """Return what a plan that is not as we aim to do it is offered: the first good start that is not before its own.

    At its own hour where that lies outside service hours, else in the evening. None where the plan is as we aim to do
    it, and where no start within a year would do, as for what is longer than a night. Of a move, who was told keeps
    the notice it has. Source: SLA 3.1, 3.3.
    """
    if not verdict.breaches:
        return None
    zone, asking_at = ground.product.zone, whole_minute(now + OFFER_STANDS_FOR)
    evenings = _Evenings(ground, plan.length, plan.environments, asking_at)
    own = plan.starts_at.astimezone(zone).time()
    asked, periods = plan.starts_at, verdict.periods
    for _try in range(MOST_TRIES):
        found = evenings.first_on(
            (
                (day, clock, periods)
                for day in evenings.days(asked.astimezone(zone).date())
                for clock in (own, _usual(ground, day), EVENING, sla_terms(ground.product, day).service_until)
            ),
            not_before=asked,
        )
        if found is None:
            return None
        again = judge_window(
            ground.product, replace(plan, starts_at=found[0], ends_at=found[1]), asking_at, window=window
        )
        if not again.breaches:
            return found
        asked, periods = found[0], again.periods
    return None


@dataclass(frozen=True)
class _Evenings:
    ground: Ground
    length: timedelta
    environments: Collection[EnvironmentKind]
    # When it is announced at the earliest.
    asking_at: datetime

    def days(self, first: date) -> Iterable[date]:
        """Those that are looked at. Every day has service hours: no window of a day long keeps clear of them."""
        return (first + far * DAY for far in range(A_YEAR if self.length < DAY else 0))

    def first_on(
        self, starts: Iterable[tuple[date, time, Iterable[Period]]], not_before: datetime | None = None
    ) -> Evening | None:
        """The first of these starts, each with the periods that it must be announced ahead, that is a good one."""
        zone = self.ground.product.zone
        for day, clock, periods in starts:
            try:
                starts_at = typed_moment(datetime.combine(day, clock), zone)
            except NoSuchLocalTime:
                continue
            if starts_at <= self.asking_at or (not_before is not None and starts_at < not_before):
                continue
            if not all(latest_moment(one, starts_at, zone) >= self.asking_at for one in periods):
                continue
            ends_at = starts_at + self.length
            if time_in_service_hours(starts_at, ends_at, sla_terms(self.ground.product, day), zone):
                continue
            if not clashes_of_window(self.ground, starts_at, ends_at, self.environments):
                return starts_at, ends_at
        return None


def _usual(ground: Ground, day: date) -> time:
    last: MaintenanceWindow | None = ground.windows[-1] if ground.windows else None
    clock = last.starts_at.astimezone(ground.product.zone).time() if last is not None else EVENING
    return clock if clock >= sla_terms(ground.product, day).service_until else EVENING
