"""Duties counted by how far they have come, for planners: of a product, and of one change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from schedules.about import about, is_replaced
from schedules.models import MaintenanceWindow, Release
from schedules.notices import OPEN_STATES, Notice, NoticeState, Says
from sla.terms import NOTICE_CLAUSE, Change
from storage import db
from tenants.models import Product


@dataclass(frozen=True)
class DutyGroup:
    """The duties of many tenants about one change that stand at the same point."""

    change: Release | MaintenanceWindow
    kind: Change
    says: Says
    missed: bool
    tenants: int
    announce_at: datetime
    deadline_at: datetime
    planned_at: datetime
    # By which it is promised: more than one where some tenants' agreements differ.
    clauses: frozenset[str] = frozenset({NOTICE_CLAUSE})


def duties_ahead(product: Product) -> list[DutyGroup]:
    """The duties of a product that are open, or were missed and nobody has decided, by change, kind and what to say.

    The nearest deadline comes first; three queries, whatever there is.
    """
    columns = (Notice.release_id, Notice.maintenance_id, Notice.kind, Notice.says)
    missed = (Notice.state == NoticeState.MISSED).label("missed")
    rows: Sequence[Any] = db.session.execute(
        select(
            *columns,
            missed,
            func.count().label("tenants"),
            func.min(Notice.announce_at).label("announce_at"),
            func.min(Notice.deadline_at).label("deadline_at"),
            func.min(Notice.planned_at).label("planned_at"),
            func.min(Notice.clause).label("clause"),
            func.max(Notice.clause).label("other_clause"),
        )
        # By the changes, of which there are few: joined with ten thousand tenants, PostgreSQL takes seconds where it
        # has not counted them yet.
        .where(
            Notice.release_id.in_(select(Release.id).where(Release.product_id == product.id))
            | Notice.maintenance_id.in_(select(MaintenanceWindow.id).where(MaintenanceWindow.product_id == product.id)),
            Notice.state.in_(OPEN_STATES) | ((Notice.state == NoticeState.MISSED) & ~is_replaced()),
        )
        .group_by(*columns, missed)
    ).all()
    releases_by_id = _by_id(Release, {row.release_id for row in rows})
    windows_by_id = _by_id(MaintenanceWindow, {row.maintenance_id for row in rows})
    groups = [
        DutyGroup(
            releases_by_id[row.release_id] if row.release_id else windows_by_id[row.maintenance_id],
            row.kind,
            row.says,
            row.missed,
            row.tenants,
            row.announce_at,
            row.deadline_at,
            row.planned_at,
            frozenset({row.clause, row.other_clause}),
        )
        for row in rows
    ]
    return sorted(groups, key=lambda group: group.deadline_at)


def notice_summary(change: Release | MaintenanceWindow) -> list[Any]:
    """For a change's page: kind, what is said, state, how many tenants, first and last deadline, time to announce."""
    return list(
        db.session.execute(
            select(
                Notice.kind,
                Notice.says,
                Notice.state,
                func.count().label("tenants"),
                func.min(Notice.deadline_at).label("first_deadline"),
                func.max(Notice.deadline_at).label("last_deadline"),
                func.min(Notice.announce_at).label("announce_at"),
                func.max(Notice.announce_at).label("last_announce_at"),
            )
            .where(about(change), Notice.state != NoticeState.SUPERSEDED)
            .group_by(Notice.kind, Notice.says, Notice.state)
            .order_by(Notice.kind, Notice.state)
        )
    )


def _by_id(kind: Any, ids: set[Any]) -> dict[int, Any]:
    wanted = [one for one in ids if one is not None]
    return {row.id: row for row in db.session.scalars(select(kind).where(kind.id.in_(wanted)))}
