"""The dates of releases that customers were told: what a vendor may show to everybody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, select

from schedules.models import Release, Rollout
from schedules.notices import TOLD_STATES, Notice, Says
from sla.terms import Change
from storage import db


@dataclass(frozen=True)
class PublicDate:
    """When a release comes to an environment, as its customers were told last."""

    release: Release
    kind: Change
    planned_at: datetime
    revision: int
    told_at: datetime
    called_off: bool


def public_dates(*of: ColumnElement[bool]) -> list[PublicDate]:
    """Return everybody's dates of some releases that at least one tenant was told, the first one first; one query.

    A date that only the plan knows is not among them, nor one that a tenant has of its own.
    """
    rows = db.session.execute(
        select(Release, Notice)
        .join(Notice, Notice.release_id == Release.id)
        .where(Notice.id.in_(_newest(*of)))
        .order_by(Notice.planned_at, Notice.id)
    ).all()
    return [
        PublicDate(
            release,
            notice.kind,
            notice.planned_at,
            notice.revision,
            notice.announced_at or notice.created_at,
            notice.says is Says.CANCELLED,
        )
        for release, notice in rows
    ]


def _newest(*of: ColumnElement[bool]) -> Select[tuple[int]]:
    """Of each release and environment the notice that was told last of everybody's date."""
    own_date = (
        select(Rollout.id)
        .where(
            Rollout.release_id == Notice.release_id, Rollout.tenant_id == Notice.tenant_id, Rollout.kind == Notice.kind
        )
        .exists()
    )
    planned = case((Notice.kind == Change.ACCEPTANCE, Release.acceptance_at), else_=Release.production_at)
    place = func.row_number().over(
        partition_by=(Notice.release_id, Notice.kind),
        # A tenant that had a date of its own until now was told that one last: the plan's own goes before it.
        order_by=(
            case((Notice.planned_at == planned, 0), else_=1),
            Notice.revision.desc(),
            Notice.id,
        ),
    )
    told = (
        select(Notice.id, place.label("place"))
        .join(Release, Release.id == Notice.release_id)
        .where(
            *of,
            Notice.announced_at.is_not(None) | Notice.state.in_(TOLD_STATES),
            ~own_date,
        )
        .subquery()
    )
    return select(told.c.id).where(told.c.place == 1)
