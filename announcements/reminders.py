"""Which reminder of a change is due: found from the plans alone, so that a tick with nothing to send costs little."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from schedules.models import Impact, MaintenanceWindow, Release, Rollout
from sla.notice import latest_moment
from sla.periods import Period
from sla.terms import Change
from storage import db
from tenants.models import Product

# Further ahead than any period that can be chosen.
_HORIZON = timedelta(days=32)


@dataclass(frozen=True)
class Reminder:
    """One reminder of a change: which, when its time came, and until when it still makes sense."""

    period: Period
    at: datetime
    until: datetime

    @property
    def step(self) -> int:
        """Its number among the reminders of a change: the same whatever else the product sends."""
        return 30 * self.period.months + self.period.days


@dataclass(frozen=True)
class Ahead:
    """A change that lies ahead, and the moment of the last reminder of it that was dealt with."""

    # The kind of row that the date stands in.
    table: type[Any]
    id: int
    kind: Change
    planned_at: datetime
    dealt_with: datetime | None
    before: str
    timezone: str

    def reminder(self, now: datetime) -> Reminder | None:
        """The reminder that is to be dealt with now, None where there is none."""
        found = reminder_due(self.planned_at, self.before, ZoneInfo(self.timezone), now)
        done = found is None or (self.dealt_with is not None and self.dealt_with >= found.at)
        return None if done else found


def all_ahead(now: datetime) -> Iterator[Ahead]:
    """What lies ahead, nearer than the longest period that anybody may choose."""
    of_product = (Product.remind_before, Product.timezone)
    for change_id, acceptance_at, acceptance_done, production_at, production_done, *product in db.session.execute(
        select(
            Release.id,
            Release.acceptance_at,
            Release.acceptance_reminded_at,
            Release.production_at,
            Release.production_reminded_at,
            *of_product,
        )
        .join(Product)
        .where(
            Release.production_at > now,
            Release.acceptance_at < now + _HORIZON,
            Release.cancelled_at.is_(None),
            Product.remind_before != "",
        )
    ):
        yield Ahead(Release, change_id, Change.ACCEPTANCE, acceptance_at, acceptance_done, *product)
        yield Ahead(Release, change_id, Change.PRODUCTION, production_at, production_done, *product)
    for row in db.session.execute(
        select(MaintenanceWindow.id, MaintenanceWindow.starts_at, MaintenanceWindow.reminded_at, *of_product)
        .join(Product)
        .where(
            MaintenanceWindow.starts_at > now,
            MaintenanceWindow.starts_at < now + _HORIZON,
            MaintenanceWindow.cancelled_at.is_(None),
            MaintenanceWindow.impact != Impact.NO_IMPACT,
            Product.remind_before != "",
        )
    ):
        yield Ahead(MaintenanceWindow, row[0], Change.MAINTENANCE, *row[1:])


def own_dates_ahead(now: datetime) -> Iterator[Ahead]:
    """The dates of their own that tenants have for updates, within the same horizon."""
    for row in db.session.execute(
        select(
            Rollout.id, Rollout.kind, Rollout.planned_at, Rollout.reminded_at, Product.remind_before, Product.timezone
        )
        .join(Release, Release.id == Rollout.release_id)
        .join(Product, Product.id == Release.product_id)
        .where(
            Rollout.planned_at > now,
            Rollout.planned_at < now + _HORIZON,
            Rollout.cancelled_at.is_(None),
            Release.cancelled_at.is_(None),
            Product.remind_before != "",
        )
    ):
        yield Ahead(Rollout, *row)


def reminder_due(planned_at: datetime, before: str, zone: tzinfo, now: datetime) -> Reminder | None:
    """Return the last of the reminders ``before`` a change, such as "P1W P1D", whose time has come; None before that.

    Counted back on the local calendar, as notice periods are.
    """
    moments = {latest_moment(period, planned_at, zone): period for period in map(Period.parse, before.split())}
    passed = [moment for moment in moments if moment <= now]
    if not passed or planned_at <= now:
        return None
    at = max(passed)
    return Reminder(moments[at], at, at + (planned_at - at) / 2)
