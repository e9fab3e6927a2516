"""Reads of the dates that customers ask for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import joinedload

from schedules.models import Release, Rollout
from schedules.wave_models import DateRequest, RequestState
from sla.terms import Change
from storage import db
from storage.paging import Paged, page_of
from tenants.models import Product, Tenant


def waiting_date_requests(product: Product, now: datetime) -> Sequence[DateRequest]:
    """Questions that a planner must answer, the first one asked first; not of what is off or has taken place."""
    return db.session.scalars(_waiting(product, now).order_by(DateRequest.asked_at, DateRequest.id)).all()


def other_date_requests(product: Product, now: datetime, page: int, per_page: int = 50) -> Paged:
    """A page of what was asked and waits for no planner, the latest first."""
    rest = _of(product).where(~_waits(now))
    return page_of(rest.order_by(DateRequest.asked_at.desc(), DateRequest.id.desc()), page, per_page)


def requests_of(tenant: Tenant, release: Release | None = None, most: int = 50) -> Sequence[DateRequest]:
    """What a tenant asked for, of one release or of all, the latest first."""
    query = select(DateRequest).where(DateRequest.tenant_id == tenant.id)
    if release is not None:
        query = query.where(DateRequest.release_id == release.id)
    return db.session.scalars(
        query.order_by(DateRequest.asked_at.desc(), DateRequest.id.desc())
        .options(joinedload(DateRequest.release))
        .limit(most)
    ).all()


def latest_requests(tenant: Tenant, now: datetime) -> dict[int, DateRequest]:
    """The latest question of a tenant about each release that is still to come, by release."""
    rows = db.session.scalars(
        select(DateRequest)
        .join(Release, Release.id == DateRequest.release_id)
        .where(DateRequest.tenant_id == tenant.id, Release.cancelled_at.is_(None), _present_date() > now)
        .order_by(DateRequest.asked_at, DateRequest.id)
    )
    return {row.release_id: row for row in rows}


def _waiting(product: Product, now: datetime) -> Select[DateRequest]:
    return _of(product).where(_waits(now))


def _waits(now: datetime) -> ColumnElement[bool]:
    return and_(DateRequest.state == RequestState.OPEN, Release.cancelled_at.is_(None), _present_date() > now)


def _of(product: Product) -> Select[DateRequest]:
    return (
        select(DateRequest)
        .join(Release, Release.id == DateRequest.release_id)
        .where(Release.product_id == product.id)
        .options(joinedload(DateRequest.release), joinedload(DateRequest.tenant))
    )


def _present_date() -> Any:
    """When the update comes to the tenant that asks: on its own date, else on everybody's."""
    own = (
        select(Rollout.planned_at)
        .where(
            Rollout.release_id == DateRequest.release_id,
            Rollout.tenant_id == DateRequest.tenant_id,
            Rollout.kind == DateRequest.kind,
        )
        .correlate(DateRequest)
        .scalar_subquery()
    )
    everybodys = case((DateRequest.kind == Change.ACCEPTANCE, Release.acceptance_at), else_=Release.production_at)
    return func.coalesce(own, everybodys)
