"""Lists of plans and duties as they are asked for: queries, of which a page is read."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, selectinload

from schedules.models import MaintenanceWindow, Patch, Release
from schedules.notices import Notice, NoticeState
from schedules.queries import WITH_THEIR_CHANGE
from schedules.states import ReleaseState, WindowState, releases_in, windows_in
from schedules.told_archive import state_known
from sla.terms import Change
from storage import db
from storage.paging import year_of, years_between
from storage.sought import finds
from tenants.models import Product, Tenant


def releases_asked(
    product: Product, year: int | None, state: ReleaseState | None, now: datetime, words: Sequence[str] = ()
) -> Select[Release]:
    """Select a product's releases, the newest production date first; of a year, in a state, where that is asked.

    ``words`` are those by which it is found, folded already (``storage.sought``).
    """
    query = select(Release).where(Release.product_id == product.id).options(selectinload(Release.waivers))
    if words:
        query = query.where(finds(Release, words))
    if year is not None:
        query = query.where(Release.year == year)
    if state is not None:
        query = query.where(releases_in(state, now))
    return query.order_by(Release.production_at.desc(), Release.id.desc())


def windows_asked(
    product: Product,
    state: WindowState | None,
    now: datetime,
    *,
    year: int | None = None,
    words: Sequence[str] = (),
) -> Select[MaintenanceWindow]:
    """Select a product's maintenance windows, the latest first; in a state, of a year, where that is asked.

    It is of the year in which it starts on the product's clock; ``words`` are as for a release.
    """
    query = (
        select(MaintenanceWindow)
        .where(MaintenanceWindow.product_id == product.id)
        .options(selectinload(MaintenanceWindow.tenants), selectinload(MaintenanceWindow.waivers))
    )
    if words:
        query = query.where(finds(MaintenanceWindow, words))
    if year is not None:
        first, after = year_of(year, product.zone)
        query = query.where(MaintenanceWindow.starts_at >= first, MaintenanceWindow.starts_at < after)
    if state is not None:
        query = query.where(windows_in(state, now))
    return query.order_by(MaintenanceWindow.starts_at.desc(), MaintenanceWindow.id.desc())


def patches_asked(product: Product, version: str | None) -> Select[Patch]:
    """Select a product's patches, the one deployed last first; of a release, where that is asked."""
    query = (
        select(Patch).join(Patch.release).options(contains_eager(Patch.release)).where(Release.product_id == product.id)
    )
    if version is not None:
        query = query.where(Release.version == version)
    return query.order_by(Patch.deployed_at.desc(), Patch.id.desc())


def notices_asked(
    *,
    notice_id: int | None = None,
    product: Product | None = None,
    tenant_id: int | None = None,
    state: NoticeState | None = None,
    kind: Change | None = None,
    only_told: bool = False,
) -> Select[Notice]:
    """Select duties to give notice, the first deadline first.

    ``only_told`` leaves out what a tenant has not heard, and asks for the state that it may know.
    """
    query = (
        select(Notice)
        .join(Notice.tenant)
        .options(contains_eager(Notice.tenant).joinedload(Tenant.product), *WITH_THEIR_CHANGE)
    )
    if notice_id is not None:
        query = query.where(Notice.id == notice_id)
    if product is not None:
        query = query.where(Tenant.product_id == product.id)
    if tenant_id is not None:
        query = query.where(Notice.tenant_id == tenant_id)
    if state is not None:
        query = query.where((state_known() if only_told else Notice.state) == state)
    if kind is not None:
        query = query.where(Notice.kind == kind)
    if only_told:
        query = query.where(or_(Notice.announced_at.is_not(None), Notice.state == NoticeState.TAKEN_OVER))
    return query.order_by(Notice.deadline_at, Notice.id)


def release_years(product: Product) -> list[int]:
    """The years from that of the first release to that of the last, the latest first; empty where there is none."""
    first, last = db.session.execute(
        select(func.min(Release.year), func.max(Release.year)).where(Release.product_id == product.id)
    ).one()
    return list(range(last, first - 1, -1)) if first is not None else []


def window_years(product: Product) -> list[int]:
    """The same of maintenance, on the product's clock."""
    starts = MaintenanceWindow.starts_at
    first, last = db.session.execute(
        select(func.min(starts), func.max(starts)).where(MaintenanceWindow.product_id == product.id)
    ).one()
    return years_between(first, last, product.zone)
