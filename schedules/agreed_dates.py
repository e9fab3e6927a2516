"""Production dates that a customer knows of before they are announced: it chose them, asked for them or took them."""

from datetime import datetime

from sqlalchemy import select

from schedules.models import Rollout
from schedules.wave_models import DateRequest, RequestState
from sla.terms import Change
from storage import db
from tenants.models import Tenant


def agreed_dates(tenant: Tenant, now: datetime) -> dict[int, Rollout]:
    """The dates of its own ahead that a tenant agreed to, by release; what a planner moved alone is none. One query."""
    granted = (
        select(DateRequest.id)
        .where(
            DateRequest.tenant_id == Rollout.tenant_id,
            DateRequest.release_id == Rollout.release_id,
            DateRequest.kind == Rollout.kind,
            DateRequest.state == RequestState.GRANTED,
            DateRequest.offered_at == Rollout.planned_at,
        )
        .exists()
    )
    rows = db.session.scalars(
        select(Rollout).where(
            Rollout.tenant_id == tenant.id,
            Rollout.kind == Change.PRODUCTION,
            Rollout.planned_at > now,
            Rollout.cancelled_at.is_(None),
            Rollout.by_tenant | granted,
        )
    )
    return {row.release_id: row for row in rows}
