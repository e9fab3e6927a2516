"""Reads of the dates that customers ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import joinedload

from schedules.models import Release, Rollout
from schedules.wave_models import DateRequest, RequestState
from sla.terms import Change
from storage import db
from storage.paging import Listed, listed
from tenants.models import Product, Tenant

WITH_NAMES = joinedload(DateRequest.release), joinedload(DateRequest.tenant)


@dataclass(frozen=True)
class WaitingForDates:
    """Questions about one update of a release: how many tenants ask, and those that asked first.

    ``at`` is the first of all the dates that they have, or would like.
    """

    first: list[DateRequest]
    tenants: int
    at: datetime


def waiting_date_requests(product: Product, now: datetime, page: int = 1) -> Listed:
    """A page of what a planner must answer, the first one asked first; not of what is off or has taken place."""
    return listed(_waiting(product, now).options(*WITH_NAMES).order_by(DateRequest.asked_at, DateRequest.id), page)


def waiting_by_update(product: Product, now: datetime, most: int = 3) -> list[WaitingForDates]:
    """The same questions by the update that they are about, with the first few of each; one query, however many."""
    nearest = case(
        (DateRequest.asked_for < DateRequest.instead_of, DateRequest.asked_for), else_=DateRequest.instead_of
    )
    update = DateRequest.release_id, DateRequest.kind
    asked = (
        _waiting(product, now)
        .with_only_columns(
            DateRequest.id,
            func.row_number().over(partition_by=update, order_by=(DateRequest.asked_at, DateRequest.id)).label("place"),
            # One question at a time of each tenant.
            func.count().over(partition_by=update).label("tenants"),
            func.min(nearest).over(partition_by=update).label("at"),
            maintain_column_froms=True,
        )
        .subquery()
    )
    rows = db.session.execute(
        select(DateRequest, asked.c.tenants, asked.c.at)
        .join(asked, asked.c.id == DateRequest.id)
        .where(asked.c.place <= most)
        .options(*WITH_NAMES)
        .order_by(asked.c.at, DateRequest.release_id, DateRequest.kind, asked.c.place)
    ).all()
    groups = groupby(rows, key=lambda row: (row[0].release_id, row[0].kind))
    found = [list(group) for _update, group in groups]
    return [WaitingForDates([row[0] for row in group], group[0][1], group[0][2]) for group in found]


def other_date_requests(product: Product, now: datetime, page: int) -> Listed:
    """A page of what was asked and waits for no planner, the latest first."""
    rest = _of(product).where(~_waits(now)).options(*WITH_NAMES)
    return listed(rest.order_by(DateRequest.asked_at.desc(), DateRequest.id.desc()), page)


def date_requests_asked(product: Product, state: RequestState | None) -> Select[DateRequest]:
    """Select what customers of a product asked for, the latest first; in a state, where that is asked."""
    query = _of(product).options(*WITH_NAMES).order_by(DateRequest.asked_at.desc(), DateRequest.id.desc())
    return query if state is None else query.where(DateRequest.state == state)


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
    """The latest question of a tenant about each release that is still to come, by release.

    Of one that is off as well: whether the tenant knows that, its notices say.
    """
    rows = db.session.scalars(
        select(DateRequest)
        .join(Release, Release.id == DateRequest.release_id)
        .where(DateRequest.tenant_id == tenant.id, _present_date() > now)
        .order_by(DateRequest.asked_at, DateRequest.id)
    )
    return {row.release_id: row for row in rows}


def _waiting(product: Product, now: datetime) -> Select[DateRequest]:
    return _of(product).where(_waits(now))


def _waits(now: datetime) -> ColumnElement[bool]:
    return and_(DateRequest.state == RequestState.OPEN, Release.cancelled_at.is_(None), _present_date() > now)


def _of(product: Product) -> Select[DateRequest]:
    return (
        select(DateRequest).join(Release, Release.id == DateRequest.release_id).where(Release.product_id == product.id)
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
