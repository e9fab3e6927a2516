"""Lists of plans and duties as they are asked for: queries, of which a page is read."""

from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, selectinload

from schedules.models import MaintenanceWindow, Patch, Release
from schedules.notices import Notice, NoticeState
from schedules.queries import WITH_THEIR_CHANGE
from schedules.states import ReleaseState, WindowState, releases_in, windows_in
from sla.terms import Change
from tenants.models import Product, Tenant


def releases_asked(product: Product, year: int | None, state: ReleaseState | None, now: datetime) -> Select[Release]:
    """Select a product's releases, the newest production date first; of a year, in a state, where that is asked."""
    query = select(Release).where(Release.product_id == product.id).options(selectinload(Release.waivers))
    if year is not None:
        query = query.where(Release.year == year)
    if state is not None:
        query = query.where(releases_in(state, now))
    return query.order_by(Release.production_at.desc(), Release.id.desc())


def windows_asked(product: Product, state: WindowState | None, now: datetime) -> Select[MaintenanceWindow]:
    """Select a product's maintenance windows, the latest first; in a state, where that is asked."""
    query = (
        select(MaintenanceWindow)
        .where(MaintenanceWindow.product_id == product.id)
        .options(selectinload(MaintenanceWindow.tenants), selectinload(MaintenanceWindow.waivers))
    )
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
    """Select duties to give notice, the first deadline first; ``only_told`` leaves out what a tenant has not heard."""
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
        query = query.where(Notice.state == state)
    if kind is not None:
        query = query.where(Notice.kind == kind)
    if only_told:
        query = query.where(or_(Notice.announced_at.is_not(None), Notice.state == NoticeState.TAKEN_OVER))
    return query.order_by(Notice.deadline_at, Notice.id)
