"""The rows of a product's year: what falls in it, and what of the years beside it may have something in it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from schedules.models import MaintenanceWindow, Release, Rollout
from schedules.year_notices import About
from sla.periods import computed_moment
from sla.terms import Change
from storage import db
from tenants.models import Agreement, Product, Tenant
from tenants.terms import sla_terms, under_agreement

UPDATES = (Change.ACCEPTANCE, Change.PRODUCTION)
# Years whose releases may have something in a year: dates of tenants' own after it, notices two years ahead at most.
_YEARS = (-1, 0, 1, 2)


@dataclass(frozen=True)
class OwnDates:
    """The dates that tenants have of their own for one update."""

    tenants: int
    first_at: datetime
    last_at: datetime


def new_year(product: Product, year: int) -> datetime:
    return computed_moment(date(year, 1, 1), time(), product.zone)


def horizons(product: Product, following: int) -> dict[Change, datetime]:
    """The last moments of changes whose notice may be due before a year begins, by the SLA and all agreements."""
    first = date(following, 1, 1)
    sla = sla_terms(product, first)
    overrides = select(Agreement.acceptance_notice, Agreement.production_notice, Agreement.maintenance_notice)
    agreed = db.session.execute(overrides.join(Tenant).where(Tenant.product_id == product.id).distinct()).all()
    terms = [sla, *(under_agreement(sla, (row[0], row[1], row[2])) for row in agreed)]
    # A few days more, because the ends of months are clamped.
    return {
        change: computed_moment(
            max(one.notice(change).after(first) for one in terms) + timedelta(days=5), time(), product.zone
        )
        for change in Change
    }


def may_touch(
    release: Release, year: int, begins_at: datetime, horizons: dict[Change, datetime], own: dict[About, OwnDates]
) -> bool:
    """Whether something of a release may fall in a year: only of such ones are notices counted."""
    if release.year <= year:
        late = [own[change, release.id].last_at for change in UPDATES if (change, release.id) in own]
        return release.year == year or any(at >= begins_at for at in late)
    # What moved may have to be told by the date that it had.
    return release.revised_at is not None or any(release.planned_at_of(one) < horizons[one] for one in UPDATES)


def releases(product: Product, year: int) -> Sequence[Release]:
    return db.session.scalars(
        select(Release)
        .where(Release.product_id == product.id, Release.year.in_([year + away for away in _YEARS]))
        .order_by(Release.production_at, Release.id)
    ).all()


def windows(product: Product, year: int, horizon: datetime) -> Sequence[MaintenanceWindow]:
    """Windows that touch a year, and those after it of which the notice may be due in it."""
    moved = (MaintenanceWindow.revision > 1) & (MaintenanceWindow.starts_at < new_year(product, year + 2))
    return db.session.scalars(
        select(MaintenanceWindow)
        .where(
            MaintenanceWindow.product_id == product.id,
            MaintenanceWindow.lasts_until > new_year(product, year),
            (MaintenanceWindow.starts_at < horizon) | moved,
        )
        .order_by(MaintenanceWindow.starts_at, MaintenanceWindow.id)
    ).all()


def own_dates(releases: Collection[int]) -> dict[About, OwnDates]:
    rows = db.session.execute(
        select(
            Rollout.kind,
            Rollout.release_id,
            func.count(),
            func.min(Rollout.planned_at),
            func.max(Rollout.planned_at),
        )
        .where(Rollout.release_id.in_(releases), Rollout.cancelled_at.is_(None))
        .group_by(Rollout.kind, Rollout.release_id)
    )
    return {(row[0], row[1]): OwnDates(*row[2:]) for row in rows}
