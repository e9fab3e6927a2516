"""What stands already where a new date is to be laid: releases, maintenance, days that are better left alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select

from schedules.models import MaintenanceWindow, Release, Rollout
from schedules.queries import windows
from schedules.special_days import SpecialDay, special_days
from sla.periods import Period
from sla.releases import release_year
from sla.terms import RELEASES_PER_YEAR, Change, Terms
from sla.versions import version_key
from storage import db
from tenants.models import Agreement, Product, Tenant
from tenants.terms import Overrides, sla_terms, under_agreement


@dataclass(frozen=True)
class Ground:
    """Read once, so that any number of days can be asked about."""

    product: Product
    # What agreements say, each distinct one once; that of a tenant without one is all None.
    agreed: frozenset[Overrides]
    # Those that stand, in order of production, and maintenance that is not over.
    releases: tuple[Release, ...]
    windows: tuple[MaintenanceWindow, ...]
    # The first and the last date of their own that tenants have ahead for a release, by its id and the change.
    own_dates: dict[tuple[int, Change], tuple[datetime, datetime]] = field(default_factory=dict)
    kept: dict[tuple[Change, Terms], frozenset[Period]] = field(default_factory=dict)
    years: dict[int, list[SpecialDay]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, product: Product, now: datetime, *, release: Release | None = None, window: MaintenanceWindow | None = None
    ) -> "Ground":
        """Read it, without the change that is to move; a handful of queries."""
        standing = db.session.scalars(
            select(Release)
            .where(Release.product_id == product.id, Release.cancelled_at.is_(None))
            .order_by(Release.production_at)
        )
        return cls(
            product,
            _agreed(product),
            tuple(one for one in standing if release is None or one.id != release.id),
            tuple(one for one in windows(product, ahead_of=now) if window is None or one.id != window.id),
            _own_dates(product, now),
        )

    def periods(self, change: Change, day: date) -> frozenset[Period]:
        """The notice periods that are promised to somebody for a change on a day. Source: SLA 3.3, 0."""
        sla = sla_terms(self.product, day)
        key = (change, sla)
        if key not in self.kept:
            self.kept[key] = frozenset(under_agreement(sla, one).notice(change) for one in self.agreed)
        return self.kept[key]

    def special(self, day: date) -> list[SpecialDay]:
        """Public holidays and freezes on a day; a query for each year that is asked about."""
        if day.year not in self.years:
            self.years[day.year] = special_days(self.product, date(day.year, 1, 1), date(day.year, 12, 31))
        return [one for one in self.years[day.year] if one.from_on <= day <= one.until_on]

    def taken(self, year: int) -> int:
        """How many of a year's four slots are taken."""
        return sum(one.year == year for one in self.releases)

    def has_room(self, year: int) -> bool:
        return self.taken(year) < RELEASES_PER_YEAR

    def before(self, year: int) -> Release | None:
        """The last release that reaches production in a year or earlier, None where there is none."""
        zone = self.product.zone
        return _last(one for one in self.releases if release_year(one.production_at, zone) <= year)

    def keeps_order(self, version: str, change: Change, moment: datetime) -> bool:
        """Whether a version would come after all own dates of lower versions, and before those of higher ones.

        What is no version yet comes last.
        """
        for one in self.releases:
            first, last = self.own_dates.get((one.id, change), (None, None))
            if first is None or last is None:
                continue
            if moment <= last if is_lower(one, version) else moment >= first:
                return False
        return True

    def next_acceptance(self, moment: datetime) -> datetime | None:
        """When the next version comes to be tested, None where no later one does."""
        return min((one.acceptance_at for one in self.releases if one.acceptance_at > moment), default=None)

    @property
    def last(self) -> Release | None:
        """The release that reaches production last."""
        return _last(self.releases)


def is_lower(release: Release, version: str) -> bool:
    """Whether a release comes before a version; what is no version yet comes last."""
    try:
        return version_key(release.version) < version_key(version)
    except ValueError:
        return True


def _own_dates(product: Product, now: datetime) -> dict[tuple[int, Change], tuple[datetime, datetime]]:
    rows = db.session.execute(
        select(Rollout.release_id, Rollout.kind, func.min(Rollout.planned_at), func.max(Rollout.planned_at))
        .join(Release, Release.id == Rollout.release_id)
        .where(Release.product_id == product.id, Rollout.cancelled_at.is_(None), Rollout.planned_at > now)
        .group_by(Rollout.release_id, Rollout.kind)
    )
    return {(release_id, kind): (first, last) for release_id, kind, first, last in rows}


def _last(releases: Iterable[Release]) -> Release | None:
    return max(releases, key=lambda one: one.production_at, default=None)


def _agreed(product: Product) -> frozenset[Overrides]:
    overrides = (Agreement.acceptance_notice, Agreement.production_notice, Agreement.maintenance_notice)
    rows = db.session.execute(
        select(*overrides).select_from(Tenant).outerjoin(Agreement).where(Tenant.product_id == product.id).distinct()
    )
    # Without a tenant the SLA's own hold.
    return frozenset((one, two, three) for one, two, three in rows) or frozenset({(None, None, None)})
