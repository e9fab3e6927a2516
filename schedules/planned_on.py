"""What is planned on some days already, for whoever would rather have nothing change on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from schedules.models import MaintenanceWindow, Release, Rollout
from sla.periods import computed_moment
from sla.terms import Change
from storage import db
from tenants.models import EnvironmentKind, Product


@dataclass(frozen=True)
class Planned:
    """One change: an update on everybody's date, or on those of some tenants alone, or maintenance."""

    change: Release | MaintenanceWindow
    kind: Change
    starts_at: datetime
    # Of maintenance.
    ends_at: datetime | None = None
    # How many tenants have a date of their own on these days; the first of these is ``starts_at``.
    tenants: int = 0


def planned_on(product: Product, from_on: date, until_on: date, now: datetime) -> list[Planned]:
    """Return what is still to come or under way on these days, the last one included, the first one first.

    Three queries. Days are those of the product's calendar; what was cancelled or called off is not among it.
    """
    begins = max(now, computed_moment(from_on, time(), product.zone))
    ends = computed_moment(until_on + timedelta(days=1), time(), product.zone)
    found = [*_updates(product, begins, ends), *_own_dates(product, begins, ends), *_windows(product, begins, ends)]
    return sorted(found, key=lambda one: (one.starts_at, one.kind))


def _updates(product: Product, begins: datetime, ends: datetime) -> Iterator[Planned]:
    releases = db.session.scalars(
        select(Release).where(
            Release.product_id == product.id,
            Release.cancelled_at.is_(None),
            Release.production_at >= begins,
            Release.acceptance_at < ends,
        )
    )
    for release in releases:
        for kind in EnvironmentKind:
            if begins <= release.planned_at(kind) < ends:
                yield Planned(release, Change(kind.value), release.planned_at(kind))


def _own_dates(product: Product, begins: datetime, ends: datetime) -> Iterator[Planned]:
    rows = db.session.execute(
        select(Release, Rollout.kind, func.min(Rollout.planned_at), func.count())
        .join(Rollout, Rollout.release_id == Release.id)
        .where(
            Release.product_id == product.id,
            Release.cancelled_at.is_(None),
            Rollout.cancelled_at.is_(None),
            Rollout.planned_at >= begins,
            Rollout.planned_at < ends,
        )
        .group_by(Release.id, Rollout.kind)
    )
    return (Planned(release, kind, first, tenants=number) for release, kind, first, number in rows)


def _windows(product: Product, begins: datetime, ends: datetime) -> Iterator[Planned]:
    windows = db.session.scalars(
        select(MaintenanceWindow).where(
            MaintenanceWindow.product_id == product.id,
            MaintenanceWindow.cancelled_at.is_(None),
            MaintenanceWindow.done_at.is_(None),
            MaintenanceWindow.starts_at < ends,
            MaintenanceWindow.lasts_until > begins,
        )
    )
    return (Planned(one, Change.MAINTENANCE, one.starts_at, one.lasts_until) for one in windows)
