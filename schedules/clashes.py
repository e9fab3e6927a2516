"""What stands in the way of a date without breaking a promise: other changes, days that are better left alone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from schedules.ground import Ground
from schedules.models import MaintenanceWindow, Release
from schedules.special_days import SpecialDay, days_touched
from sla.terms import Change
from tenants.models import EnvironmentKind

UPDATES = (Change.ACCEPTANCE, Change.PRODUCTION)


class ClashKind(StrEnum):
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    FREEZE = "freeze"
    # Another update on the same day.
    UPDATE = "update"
    # Two versions to be tested at a time.
    TEST = "test"
    MAINTENANCE = "maintenance"
    # Production is to be there then (SLA 3.1).
    SERVICE_HOURS = "service_hours"
    # Some tenants get another version on a date of their own, on the wrong side of this one.
    ORDER = "order"


@dataclass(frozen=True)
class Clash:
    """One thing that stands in the way of a change at a moment."""

    kind: ClashKind
    # Of which change of ours, and when that is.
    ours: Change
    at: datetime
    # What it meets: another release's update, or maintenance.
    other: Release | MaintenanceWindow | None = None
    theirs: Change | None = None
    special: SpecialDay | None = None
    hours: tuple[time, time] | None = None
    # Of versions in the wrong order: how many tenants, the first by name, and ``at`` is their farthest date.
    tenants: int = 0
    name: str = ""
    is_lower: bool = False


def clashes_of_release(ground: Ground, dates: Mapping[Change, datetime]) -> list[Clash]:
    """Return what stands in the way of a release, of as many of its dates as there are."""
    found = [clash for change, moment in dates.items() for clash in clashes_of_update(ground, change, moment)]
    if len(dates) == len(UPDATES):
        begins, ends = dates[Change.ACCEPTANCE], dates[Change.PRODUCTION]
        found += [
            Clash(ClashKind.TEST, Change.PRODUCTION, one.acceptance_at, one)
            for one in ground.releases
            if begins < one.acceptance_at < ends
        ]
    return found


def clashes_of_update(ground: Ground, change: Change, planned_at: datetime) -> list[Clash]:
    """Return what stands in the way of an update of acceptance or production at a moment."""
    product = ground.product
    day = planned_at.astimezone(product.zone).date()
    found = [Clash(ClashKind.WEEKEND, change, planned_at)] if day.weekday() >= 5 else []
    found += [Clash(ClashKind(one.kind.value), change, planned_at, special=one) for one in ground.special(day)]
    found += [
        Clash(ClashKind.UPDATE, change, planned_at, release, theirs)
        for release in ground.releases
        for theirs in UPDATES
        if release.planned_at_of(theirs).astimezone(product.zone).date() == day
    ]
    if change is Change.ACCEPTANCE:
        found += [
            Clash(ClashKind.TEST, change, planned_at, release)
            for release in ground.releases
            if release.acceptance_at < planned_at < release.production_at
        ]
    until = planned_at + product.update_lasts
    found += [
        Clash(ClashKind.MAINTENANCE, change, planned_at, window)
        for window in ground.windows
        if _touches(window, change) and window.starts_at < until and planned_at < window.lasts_until
    ]
    return found


def clashes_of_window(
    ground: Ground, starts_at: datetime, ends_at: datetime, environments: Collection[EnvironmentKind]
) -> list[Clash]:
    """Return what maintenance meets: updates within it or on the days of it, other maintenance at the same time."""
    product = ground.product
    days = local_days(ground, starts_at, ends_at)
    changes = [Change(kind.value) for kind in environments]
    special = dict.fromkeys(one for day in days for one in ground.special(day))
    found = [Clash(ClashKind(one.kind.value), Change.MAINTENANCE, starts_at, special=one) for one in special]
    for release in ground.releases:
        for theirs in changes:
            planned_at = release.planned_at_of(theirs)
            if planned_at.astimezone(product.zone).date() in days:
                found.append(Clash(ClashKind.UPDATE, Change.MAINTENANCE, planned_at, release, theirs))
    found += [
        Clash(ClashKind.MAINTENANCE, Change.MAINTENANCE, window.starts_at, window)
        for window in ground.windows
        if any(_touches(window, change) for change in changes)
        and window.starts_at < ends_at
        and starts_at < window.lasts_until
    ]
    return found


def local_days(ground: Ground, starts_at: datetime, ends_at: datetime) -> list[date]:
    """The days that a window touches, on the product's calendar."""
    first, last = days_touched(starts_at, ends_at, ground.product.zone)
    # Nobody plans maintenance of more than a month; what is asked for may be nonsense.
    return [first + timedelta(days=far) for far in range(min((last - first).days, 31) + 1)]


def _touches(window: MaintenanceWindow, change: Change) -> bool:
    return window.acceptance if change is Change.ACCEPTANCE else window.production
