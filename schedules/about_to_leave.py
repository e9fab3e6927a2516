"""Notices that are about to leave and are in no mail yet: what they tell of is not told when it moves or is off."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, true

from schedules.about import about
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, NoticeState, Says
from sla.terms import Change
from storage import among, db
from tenants.models import Contact

Kinds = frozenset[Change]
Only = Collection[int] | None


def about_to_leave(
    change: Release | MaintenanceWindow, now: datetime, *, only: Only = None, moved_to: datetime | None = None
) -> Kinds:
    """The kinds of notices of a change that the next pass mails. Of a product that asks for approval none leaves so.

    ``only`` has the ids of the tenants that are asked about, ``moved_to`` the date that they get: what tells that
    already is not taken back.
    """
    if change.product.needs_approval or change.cancelled_at is not None:
        return frozenset()
    ready = (Notice.announce_at <= now) & (Notice.lapses_at >= now)
    query = select(Notice.kind).where(_untold(change, only), Notice.state == NoticeState.PLANNED, ready)
    if moved_to is not None:
        query = query.where(Notice.planned_at != moved_to)
    return frozenset(db.session.scalars(query.distinct()))


def told_from(change: Release | MaintenanceWindow, kinds: Kinds, *, only: Only = None) -> dict[Change, datetime]:
    """From when those ``kinds`` of notices leave that are in no mail yet; without those of which none is left."""
    if not kinds:
        return {}
    first = func.min(Notice.announce_at)
    query = select(Notice.kind, first).where(
        _untold(change, only), Notice.state == NoticeState.PLANNED, Notice.kind.in_(kinds)
    )
    rows = db.session.execute(query.group_by(Notice.kind).order_by(Notice.kind))
    return {kind: moment for kind, moment in rows if moment is not None}


def never_told(change: Release | MaintenanceWindow, kinds: Kinds, now: datetime, *, only: Only = None) -> Kinds:
    """Those ``kinds`` of notices that were called off when their time had come, before any mail of them was written."""
    if not kinds:
        return frozenset()
    off = (Notice.state == NoticeState.CANCELLED) & (Notice.announce_at <= now)
    return frozenset(db.session.scalars(select(Notice.kind).where(_untold(change, only), off, Notice.kind.in_(kinds))))


def _untold(change: Release | MaintenanceWindow, only: Only) -> ColumnElement[bool]:
    has_contact = select(Contact.id).where(Contact.tenant_id == Notice.tenant_id).exists()
    first_told = (Notice.says == Says.PLANNED) & Notice.announced_at.is_(None)
    concerned = among(Notice.tenant_id, only) if only is not None else true()
    return about(change) & first_told & has_contact & concerned
