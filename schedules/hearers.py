"""Who would hear of it at once if a plan were moved or cancelled now: whoever was told of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, Select, func, select, true

from schedules.about import about
from schedules.models import MaintenanceWindow, Release, Rollout
from schedules.notices import OPEN_STATES, TOLD_STATES, Notice, NoticeState, Says
from sla.terms import Change
from storage import db
from tenants.models import Contact

# When a change begins, and when it ends where it has an end.
Times = tuple[datetime, datetime | None]
_UNTOLD_MOVE = (Notice.says == Says.MOVED) & Notice.state.in_(OPEN_STATES) & Notice.announced_at.is_(None)


@dataclass(frozen=True)
class Hearers:
    """How many tenants were told of a change that lies ahead, how many contacts those have, and at how many."""

    tenants: int
    contacts: int
    reached: int

    def __bool__(self) -> bool:
        return self.tenants > 0


def moments(dates: Mapping[Change, datetime]) -> dict[Change, Times]:
    """Dates of updates, which have no end."""
    return {kind: (at, None) for kind, at in dates.items()}


def hearers(
    change: Release | MaintenanceWindow,
    now: datetime,
    kinds: frozenset[Change] | None = None,
    *,
    only: Select[int] | None = None,
    moved_to: Mapping[Change, Times] = MappingProxyType({}),
) -> Hearers:
    """Count whom a cancellation reaches, or the move of some ``kinds`` of updates of a release; one query.

    ``only`` asks for the ids of the tenants that are counted, whose own date it is that moves. Who gets back the very
    date that it was told last, by ``moved_to``, hears nothing (``schedules.undoing``).

    Whoever has not been told of the plan hears nothing of it, and is in nobody's mail.
    """
    opened = Notice.state.in_(OPEN_STATES) | (Notice.state == NoticeState.MISSED)
    # Of a move that was never told, the reader knows the old date.
    knows = Notice.state.in_(TOLD_STATES) | (
        opened & func.coalesce(Notice.announced_at, Notice.previous_at).is_not(None)
    )
    ahead = (Notice.planned_at > now) | (Notice.previous_at > now)
    told = select(Notice.tenant_id).where(about(change), knows, ahead, Notice.says != Says.CANCELLED).distinct()
    if kinds is not None:
        told = told.where(Notice.kind.in_(kinds))
    for kind, (moment, ends_at) in moved_to.items():
        back = (Notice.previous_at == moment) & Notice.previous_ends_at.is_not_distinct_from(ends_at)
        told = told.where(~((Notice.kind == kind) & _UNTOLD_MOVE & back))
    if only is not None:
        told = told.where(Notice.tenant_id.in_(only))
    elif kinds is not None:
        told = told.where(of_everybodys_date(change))
    tenants = told.subquery()
    numbers = db.session.execute(
        select(
            func.count(tenants.c.tenant_id.distinct()),
            func.count(Contact.id),
            func.count(Contact.tenant_id.distinct()),
        )
        .select_from(tenants)
        .outerjoin(Contact, Contact.tenant_id == tenants.c.tenant_id)
    ).one()
    return Hearers(numbers[0], numbers[1], numbers[2])


@dataclass(frozen=True)
class Told:
    """The time that customers know of a change that has moved since, and the end where it has one."""

    at: datetime
    ends_at: datetime | None


def dates_told(change: Release | MaintenanceWindow, now: datetime) -> dict[Change, Told]:
    """Return the old times of a change whose move nobody was told of yet; empty where it stands as it was told.

    One query. Moving it back before anybody hears leaves no trace with customers (``schedules.undoing``).
    """
    if change.cancelled_at is not None:
        return {}
    rows = db.session.execute(
        select(Notice.kind, func.max(Notice.previous_at), func.max(Notice.previous_ends_at))
        .where(
            about(change),
            _UNTOLD_MOVE,
            Notice.previous_at > now,
            of_everybodys_date(change),
        )
        .group_by(Notice.kind)
    )
    return {kind: Told(at, ends_at) for kind, at, ends_at in rows if at is not None}


def of_everybodys_date(change: Release | MaintenanceWindow) -> ColumnElement[bool]:
    """That a notice is of a tenant that goes along with everybody: a date of its own does not move with theirs."""
    if isinstance(change, MaintenanceWindow):
        return true()
    own = select(Rollout.id).where(
        Rollout.release_id == change.id, Rollout.tenant_id == Notice.tenant_id, Rollout.kind == Notice.kind
    )
    return ~own.exists()
