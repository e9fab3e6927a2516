"""By when each change must be announced, and the tenants whose agreement asks for more than the SLA (SLA 3.3, 0)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select

from schedules.models import Release
from schedules.notices import Notice
from schedules.own_dates import going_along
from schedules.standing import still_holding
from sla.notice import latest_moment
from sla.periods import Period
from sla.terms import Change
from storage import among, db
from tenants.models import Agreement, Product, Tenant
from tenants.terms import sla_terms

# So many are named; of the others the number is said.
NAMED = 5
COLUMNS = {
    Change.ACCEPTANCE: Agreement.acceptance_notice,
    Change.PRODUCTION: Agreement.production_notice,
    Change.MAINTENANCE: Agreement.maintenance_notice,
}


@dataclass(frozen=True)
class Stricter:
    """Tenants that were promised more notice than the SLA's: how many, and the first of them by name."""

    period: str
    announce_by: datetime
    tenants: int
    names: tuple[tuple[str, str], ...]  # name, slug


@dataclass(frozen=True)
class Deadline:
    """By when a change must be announced: by the SLA, and for whoever was promised more, the earliest first."""

    change: Change
    planned_at: datetime
    period: str
    by_sla: datetime
    stricter: tuple[Stricter, ...]
    # For so many tenants the notice that they were given still counts; there may be no others.
    holding: int = 0
    is_for_nobody: bool = False

    @property
    def announce_by(self) -> datetime:
        """By when, for everybody's sake."""
        return min([self.by_sla, *(one.announce_by for one in self.stricter)])


@dataclass(frozen=True)
class Reckoned:
    """The SLA's period and the deadline by it, and the deadlines by agreements that come before it, earliest first."""

    period: Period
    by_sla: datetime
    stricter: dict[str, datetime]


def reckon(product: Product, change: Change, planned_at: datetime, agreed: Iterable[str]) -> Reckoned:
    """Reckon by when a change must be announced, by the SLA and by these periods of agreements.

    Source: SLA 3.3; agreements go before it (SLA 0).
    """
    zone = product.zone
    period = sla_terms(product, planned_at.astimezone(zone).date()).notice(change)
    by_sla = latest_moment(period, planned_at, zone)
    deadlines = {one: latest_moment(Period.parse(one), planned_at, zone) for one in agreed}
    strict = sorted((one for one in deadlines if deadlines[one] < by_sla), key=lambda one: deadlines[one])
    return Reckoned(period, by_sla, {one: deadlines[one] for one in strict})


def deadline_of(
    product: Product,
    change: Change,
    planned_at: datetime,
    only: Collection[str] | None = None,
    *,
    tenant_ids: Collection[int] | Select[int] | None = None,
) -> Deadline:
    """Return the deadlines of a change for all tenants, or for those with these slugs or ids; two queries at most.

    Source: SLA 3.3; agreements go before it (SLA 0).
    """
    column = COLUMNS[change]
    concerned: list[ColumnElement[bool]] = [Tenant.product_id == product.id, column.is_not(None), column != ""]
    if only is not None:
        concerned.append(Tenant.slug.in_(only))
    if tenant_ids is not None:
        ids = tenant_ids
        concerned.append(Tenant.id.in_(ids) if isinstance(ids, Select) else among(Tenant.id, ids))
    numbers = db.session.execute(
        select(column, func.count()).join(Tenant, Tenant.id == Agreement.tenant_id).where(*concerned).group_by(column)
    ).all()
    counted = {period: number for period, number in numbers if period}
    reckoned = reckon(product, change, planned_at, counted)
    names = _names(list(reckoned.stricter), change, concerned) if reckoned.stricter else {}
    return Deadline(
        change,
        planned_at,
        str(reckoned.period),
        reckoned.by_sla,
        tuple(Stricter(one, by, counted[one], tuple(names[one])) for one, by in reckoned.stricter.items()),
    )


def deadline_of_move(release: Release, change: Change, planned_at: datetime) -> Deadline:
    """The same of a date of a release that stands: without those whose notice still holds for it. Four queries at most.

    Source: SLA 3.3.
    """
    product, going = release.product, going_along(release, change)
    of_release = (Notice.release_id == release.id) & (Notice.kind == change)
    holding = still_holding(of_release, planned_at, restart=product.restart_when_postponed)
    others = going.where(Tenant.id.not_in(holding))
    kept = going.where(Tenant.id.in_(holding)).subquery()
    number = db.session.scalar(select(func.count()).select_from(kept)) or 0
    is_for_nobody = number > 0 and db.session.scalar(others.limit(1)) is None
    found = deadline_of(product, change, planned_at, tenant_ids=others if number else None)
    return replace(found, holding=number, is_for_nobody=is_for_nobody)


def _names(
    periods: list[str], change: Change, concerned: list[ColumnElement[bool]]
) -> dict[str, list[tuple[str, str]]]:
    """The first names for each period; one query."""
    column = COLUMNS[change]
    place = func.row_number().over(partition_by=column, order_by=(Tenant.name, Tenant.id)).label("place")
    numbered = (
        select(column.label("period"), Tenant.name, Tenant.slug, place)
        .join(Tenant, Tenant.id == Agreement.tenant_id)
        .where(*concerned, column.in_(periods))
        .subquery()
    )
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    rows = db.session.execute(select(numbered).where(numbered.c.place <= NAMED).order_by(numbered.c.place))
    for period, name, slug, _place in rows:
        found[period].append((name, slug))
    return found
