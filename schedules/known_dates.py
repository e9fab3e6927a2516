"""What a customer knows of the dates of an update: what it was told, or agreed to; never what is only planned."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select

from schedules.agreed_dates import agreed_dates
from schedules.models import Release
from schedules.notices import Notice, NoticeState, Says
from schedules.queries import told_last
from schedules.wave_models import DateRequest, RequestState
from sla.terms import Change
from storage import db
from tenants.models import Tenant


def told_date(release: Release, tenant: Tenant, kind: Change) -> datetime | None:
    """The date of an update that a tenant was told last; None where it was told none, or that it is off."""
    of_update = (Notice.release_id == release.id, Notice.tenant_id == tenant.id, Notice.kind == kind)
    said = (Notice.planned_at, Notice.says)
    row = db.session.execute(select(*said).where(*of_update, *told_last()).limit(1)).one_or_none()
    return row.planned_at if row is not None and row.says is not Says.CANCELLED else None


def known_date(release: Release, tenant: Tenant, kind: Change, now: datetime) -> datetime | None:
    """The same, or the one that the tenant agreed to since. Two queries."""
    agreed = agreed_dates(tenant, now).get(release.id) if kind is Change.PRODUCTION else None
    return agreed.planned_at if agreed is not None else told_date(release, tenant, kind)


def is_told_to_some(release: Release, kind: Change) -> bool:
    """Whether everybody's present date was told to a tenant at least: then it is no secret."""
    told = Notice.announced_at.is_not(None) | (Notice.state == NoticeState.TAKEN_OVER)
    of_date = (Notice.release_id == release.id, Notice.kind == kind, Notice.says != Says.CANCELLED)
    date = Notice.planned_at == release.planned_at_of(kind)
    return db.session.scalar(select(Notice.id).where(*of_date, date, told).limit(1)) is not None


def states_known(rows: Collection[DateRequest]) -> dict[int, RequestState]:
    """How far each question of a customer has come, as far as the customer knows. One query.

    One that was closed because the update is off waits as before, until it was told that it is off.
    """
    told = _heard_of_the_end(row for row in rows if row.state is RequestState.CLOSED)
    return {
        row.id: row.before_it_closed if row.state is RequestState.CLOSED and row.id not in told else row.state
        for row in rows
    }


def _heard_of_the_end(closed: Iterable[DateRequest]) -> set[int]:
    ids = [row.id for row in closed]
    if not ids:
        return set()
    heard = select(DateRequest.id).join(
        Notice,
        (Notice.release_id == DateRequest.release_id)
        & (Notice.tenant_id == DateRequest.tenant_id)
        & (Notice.kind == DateRequest.kind)
        & (Notice.says == Says.CANCELLED)
        & (Notice.announced_at >= DateRequest.answered_at),
    )
    return set(db.session.scalars(heard.where(DateRequest.id.in_(ids))))
