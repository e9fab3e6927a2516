"""A product's year: everything that takes place in it, in order, each with how far its notices have come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from schedules import year_rows as rows
from schedules.models import Impact, MaintenanceWindow, Release
from schedules.special_days import SpecialDay, special_days
from schedules.year_notices import About, Told, notices_counted
from schedules.year_rows import UPDATES, OwnDates
from sla.notice import latest_announcement
from sla.periods import computed_moment
from sla.terms import RELEASES_PER_YEAR, Change, Terms
from tenants.models import Product
from tenants.terms import sla_terms


class MarkKind(StrEnum):
    NOTICE = "notice"
    CHANGE = "change"
    TESTING = "testing"  # between acceptance and production
    OWN_DATES = "own_dates"
    DAY = "day"


@dataclass(frozen=True)
class Mark:
    """One thing of the year: the deadline of a notice, a change, time to test, own dates, a holiday or a freeze.

    ``change`` is None of days alone; ``until`` is the end of what takes days, or of maintenance.
    """

    kind: MarkKind
    at: datetime
    until: datetime
    about: Release | MaintenanceWindow | SpecialDay
    change: Change | None = None
    told: Told | None = None
    own: OwnDates | None = None


@dataclass(frozen=True)
class Year:
    """What is planned in a year, on the product's calendar."""

    number: int
    begins_at: datetime
    ends_at: datetime
    # The four slots in order of production date, None for each that is free.
    slots: list[Release | None]
    # Releases of the years beside it, of which something falls in this one; in order of production date.
    beside: list[Release]
    marks: list[Mark]
    called_off: list[Release | MaintenanceWindow]
    terms: Terms

    def of(self, about: Release | MaintenanceWindow) -> list[Mark]:
        """The marks of one change, in order."""
        return [mark for mark in self.marks if mark.about is about]


def year_of(product: Product, number: int, now: datetime) -> Year:
    """Return a year of a product, its marks in order of time; ten queries at most, whatever there is."""
    zone = product.zone
    begins_at, ends_at = (rows.new_year(product, one) for one in (number, number + 1))
    horizons = rows.horizons(product, number + 1)
    releases, windows = rows.releases(product, number), rows.windows(product, number, horizons[Change.MAINTENANCE])
    own = rows.own_dates([one.id for one in releases])
    standing = [
        one for one in releases if one.cancelled_at is None and rows.may_touch(one, number, begins_at, horizons, own)
    ]
    held = [one for one in windows if one.cancelled_at is None]
    told = notices_counted([one.id for one in standing], [one.id for one in held])
    marks = [mark for one in standing for mark in _marks_of_release(one, told, own, now)]
    marks += [mark for one in held for mark in _marks_of_window(one, told, now)]
    marks += _marks_of_days(product, number)
    shown = [mark for mark in marks if mark.at < ends_at and max(mark.until, mark.at) >= begins_at]
    taken = [one for one in standing if one.year == number]
    touched = {id(mark.about) for mark in shown}
    off: list[Release | MaintenanceWindow] = [one for one in releases if one.cancelled_at and one.year == number]
    off += [one for one in windows if one.cancelled_at and one.starts_at < ends_at]
    today = now.astimezone(zone).date()
    return Year(
        number,
        begins_at,
        ends_at,
        [*taken, *[None] * (RELEASES_PER_YEAR - len(taken))],
        [one for one in standing if one.year != number and id(one) in touched],
        sorted(shown, key=lambda mark: (mark.at, mark.kind is not MarkKind.DAY)),
        off,
        sla_terms(product, min(max(today, date(number, 1, 1)), date(number, 12, 31))),
    )


def _marks_of_release(
    release: Release, told: dict[About, Told], own: dict[About, OwnDates], now: datetime
) -> Iterator[Mark]:
    for change in UPDATES:
        at = release.planned_at_of(change)
        notices = told.get((change, release.id)) or _promised(release.product, change, at, now)
        if notices is not None:
            yield Mark(MarkKind.NOTICE, notices.first_deadline, notices.first_deadline, release, change, notices)
        yield Mark(MarkKind.CHANGE, at, at, release, change, notices)
        dates = own.get((change, release.id))
        if dates is not None:
            yield Mark(MarkKind.OWN_DATES, dates.first_at, dates.last_at, release, change, own=dates)
    yield Mark(MarkKind.TESTING, release.acceptance_at, release.production_at, release)


def _marks_of_window(window: MaintenanceWindow, told: dict[About, Told], now: datetime) -> Iterator[Mark]:
    change = Change.MAINTENANCE
    notices = told.get((change, window.id))
    if notices is None and window.impact is not Impact.NO_IMPACT:
        notices = _promised(window.product, change, window.starts_at, now)
    if notices is not None:
        yield Mark(MarkKind.NOTICE, notices.first_deadline, notices.first_deadline, window, change, notices)
    yield Mark(MarkKind.CHANGE, window.starts_at, window.lasts_until, window, change, notices)


def _promised(product: Product, change: Change, at: datetime, now: datetime) -> Told | None:
    """What the SLA promises of a change that nobody has to be told of yet; nothing once that is past."""
    deadline = latest_announcement(change, at, sla_terms(product, at.astimezone(product.zone).date()), product.zone)
    return Told(deadline, deadline) if deadline > now else None


def _marks_of_days(product: Product, year: int) -> Iterator[Mark]:
    for day in special_days(product, date(year, 1, 1), date(year, 12, 31)):
        after = day.until_on + timedelta(days=1)
        begins, ends = (computed_moment(one, time(), product.zone) for one in (day.from_on, after))
        yield Mark(MarkKind.DAY, begins, ends, day)
