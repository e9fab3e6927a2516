"""Notices that are about to leave and are in no mail yet: what they tell of is not told when it gets another date."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from schedules.about import about
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, NoticeState, Says
from sla.terms import Change
from storage import db
from tenants.models import Contact


def about_to_leave(change: Release | MaintenanceWindow, now: datetime) -> frozenset[Change]:
    """The kinds of notices of a change that the next pass mails. Of a product that asks for approval none leaves so."""
    if change.product.needs_approval or change.cancelled_at is not None:
        return frozenset()
    ready = (Notice.announce_at <= now) & (Notice.lapses_at >= now)
    return frozenset(db.session.scalars(select(Notice.kind).where(_untold(change), ready).distinct()))


def told_from(change: Release | MaintenanceWindow, kinds: frozenset[Change]) -> dict[Change, datetime]:
    """From when those ``kinds`` of notices leave that are in no mail yet; without those of which none is left."""
    if not kinds:
        return {}
    first = func.min(Notice.announce_at)
    query = select(Notice.kind, first).where(_untold(change), Notice.kind.in_(kinds)).group_by(Notice.kind)
    return {kind: moment for kind, moment in db.session.execute(query.order_by(Notice.kind)) if moment is not None}


def _untold(change: Release | MaintenanceWindow) -> ColumnElement[bool]:
    has_contact = select(Contact.id).where(Contact.tenant_id == Notice.tenant_id).exists()
    first_told = (Notice.state == NoticeState.PLANNED) & (Notice.says == Says.PLANNED) & Notice.announced_at.is_(None)
    return about(change) & first_told & has_contact
