"""Notices that are about to leave and are in no mail yet: what they tell of is not told when it moves or is off."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from schedules.about import about
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, NoticeState, Says
from sla.terms import Change
from storage import among, db
from tenants.models import Contact


class Untold(NamedTuple):
    """A notice that no mail is written of yet."""

    notice_id: int
    kind: Change
    tenant_id: int


def about_to_leave(
    change: Release | MaintenanceWindow, now: datetime, whose: ColumnElement[bool], moved_to: datetime | None = None
) -> Sequence[Untold]:
    """The notices of a change that the next pass mails. Of a product that asks for approval none leaves so.

    ``whose`` says of which tenants they are asked for, ``moved_to`` which date those get: what tells that already is
    not taken back.
    """
    if change.product.needs_approval or change.cancelled_at is not None:
        return ()
    ready = (Notice.announce_at <= now) & (Notice.lapses_at >= now)
    query = select(Notice.id, Notice.kind, Notice.tenant_id).where(
        _untold(change), whose, Notice.state == NoticeState.PLANNED, ready
    )
    if moved_to is not None:
        query = query.where(Notice.planned_at != moved_to)
    return [Untold(*row) for row in db.session.execute(query.order_by(Notice.id))]


def told_from(change: Release | MaintenanceWindow, left: Sequence[Untold]) -> dict[Change, datetime]:
    """By kind, from when those tenants are told instead whose notices did not leave; without kinds of which none is."""
    if not left:
        return {}
    same = or_(
        *(
            and_(Notice.kind == kind, among(Notice.tenant_id, {one.tenant_id for one in left if one.kind is kind}))
            for kind in {one.kind for one in left}
        )
    )
    first = select(Notice.kind, func.min(Notice.announce_at)).where(
        _untold(change), same, Notice.state == NoticeState.PLANNED
    )
    return {kind: moment for kind, moment in db.session.execute(first.group_by(Notice.kind)) if moment is not None}


def called_off(left: Sequence[Untold]) -> frozenset[Change]:
    """The kinds of those notices that were called off before any mail of them was written."""
    off = (Notice.state == NoticeState.CANCELLED) & Notice.announced_at.is_(None)
    ids = [one.notice_id for one in left]
    return frozenset(db.session.scalars(select(Notice.kind).where(among(Notice.id, ids), off)) if ids else ())


def _untold(change: Release | MaintenanceWindow) -> ColumnElement[bool]:
    has_contact = select(Contact.id).where(Contact.tenant_id == Notice.tenant_id).exists()
    return about(change) & (Notice.says == Says.PLANNED) & Notice.announced_at.is_(None) & has_contact
