"""Duties become mails when their time comes, and what became of the mails becomes proof. One transaction a change."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.exc import IntegrityError

from announcements.desk import open_desk
from announcements.models import Announcement, Kind
from announcements.readers import Told, contacts_of
from evidence.actors import Actor, May, require
from outbox.models import OutboxMessage
from outbox.services import cancel_for_announcements
from schedules.models import OPEN_STATES, MaintenanceWindow, Notice, NoticeState, Release, Says, Waiver
from sla.terms import Change
from storage import db
from tenants.models import Contact


def announce_by_hand(change: Release | MaintenanceWindow, kind: Change, by: Actor, now: datetime) -> int:
    """Let the notices of a change leave now, ahead of their time; the next tick mails them. Returns how many."""
    require(by, May.MANAGE)
    found = db.session.execute(
        update(Notice)
        .where(_about(change), Notice.kind == kind, Notice.state.in_(OPEN_STATES), Notice.announce_at > now)
        .values(announce_at=now)
    )
    db.session.commit()
    return int(found.rowcount)  # type: ignore[attr-defined]


def announce_due(now: datetime) -> int:
    """Put every notice whose time has come into the outbox, a mail for each contact of its tenant.

    One commit a change and kind: all of its rows or none. A tenant without a contact stays due. Returns the number of
    mails.
    """
    groups = db.session.execute(
        select(Notice.release_id, Notice.maintenance_id, Notice.kind, Notice.says)
        .where(_due(now), _has_contact())
        .group_by(Notice.release_id, Notice.maintenance_id, Notice.kind, Notice.says)
    ).all()
    db.session.rollback()
    mails = 0
    for release_id, maintenance_id, kind, says in groups:
        change = _change(release_id, maintenance_id)
        try:
            mails += _announce(change, kind, says, now)
        except IntegrityError:
            # Another worker opened the same announcement at this moment: its rows are written, ours come next tick.
            db.session.rollback()
    return mails


def wait_for_contacts(now: datetime) -> int:
    """Mark as due what nobody can be told of yet, so that a planner sees it. Returns how many; commits."""
    found = db.session.execute(
        update(Notice)
        .where(Notice.state == NoticeState.PLANNED, Notice.announce_at <= now, ~_has_contact())
        .values(state=NoticeState.DUE)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return int(found.rowcount)  # type: ignore[attr-defined]


def catch_up(now: datetime) -> int:
    """Tell contacts who were appointed since of what lies ahead of their tenant. Returns the number of mails."""
    waiting = db.session.scalars(select(Contact).where(Contact.caught_up_at.is_(None)).limit(500)).all()
    mails = 0
    for contact in waiting:
        notices = db.session.scalars(
            select(Notice).where(
                Notice.tenant_id == contact.tenant_id,
                Notice.planned_at > now,
                Notice.state.in_([NoticeState.ANNOUNCED, NoticeState.GIVEN, NoticeState.COMPLETE]),
            )
        ).all()
        readers = [row for row in contacts_of([contact.tenant_id]) if row.id == contact.id]
        for notice in notices:
            change = _change(notice.release_id, notice.maintenance_id)
            if _has_mail(change, notice, contact):
                continue
            desk = _desk(change, notice.kind, notice.says, now)
            mails += desk.queue({contact.tenant_id: _told(notice)}, readers, now)
        contact.caught_up_at = now
    db.session.commit()
    return mails


def _announce(change: Release | MaintenanceWindow, kind: Change, says: Says, now: datetime) -> int:
    notices = db.session.scalars(
        select(Notice)
        .where(_about(change), Notice.kind == kind, Notice.says == says, _due(now), _has_contact())
        .with_for_update(skip_locked=True)
    ).all()
    if not notices:
        db.session.rollback()
        return 0
    desk = _desk(change, kind, says, now)
    tenants = [notice.tenant_id for notice in notices]
    if says is not Says.PLANNED:
        _withdraw_earlier(change, kind, desk.announcement, tenants)
    waivers = {waiver.id: waiver for waiver in change.waivers}
    told = {notice.tenant_id: _told(notice, waivers) for notice in notices}
    mails = desk.queue(told, contacts_of(tenants), now)
    db.session.execute(
        update(Notice),
        [
            {"id": notice.id, "state": NoticeState.ANNOUNCED, "announced_at": now, "told_plan": change.revision}
            for notice in notices
        ],
    )
    db.session.commit()
    return mails


def _desk(change: Release | MaintenanceWindow, kind: Change, says: Says, now: datetime) -> Any:
    if isinstance(change, Release):
        return open_desk(Kind(kind.value), says, now, release=change)
    return open_desk(Kind.MAINTENANCE, says, now, window=change)


def _told(notice: Notice, waivers: dict[int, Waiver] | None = None) -> Told:
    waiver = (waivers or {}).get(notice.waiver_id or 0) if waivers is not None else notice.waiver
    return Told(
        starts_at=notice.planned_at,
        ends_at=notice.ends_at,
        previous_at=notice.previous_at,
        previous_ends_at=notice.previous_ends_at,
        period=notice.period,
        waiver=waiver,
        joined_late=notice.joined_late,
        not_after=notice.lapses_at,
    )


def _withdraw_earlier(
    change: Release | MaintenanceWindow, kind: Change, present: Announcement, tenants: Iterable[int]
) -> None:
    """What still waits to be sent of an older state of the plan must not leave after the newer."""
    of_change = (
        Announcement.release_id == change.id
        if isinstance(change, Release)
        else Announcement.maintenance_id == change.id
    )
    earlier = db.session.scalars(
        select(Announcement.id).where(of_change, Announcement.kind == Kind(kind.value), Announcement.id != present.id)
    ).all()
    if earlier:
        cancel_for_announcements(earlier, list(tenants), "the plan has changed since")


def _has_mail(change: Release | MaintenanceWindow, notice: Notice, contact: Contact) -> bool:
    """Whether the contact is told by the announcement itself, being there when it was made."""
    of_change = (
        Announcement.release_id == change.id
        if isinstance(change, Release)
        else Announcement.maintenance_id == change.id
    )
    return bool(
        db.session.scalar(
            select(func.count())
            .select_from(OutboxMessage)
            .join(Announcement, Announcement.id == OutboxMessage.announcement_id)
            .where(
                of_change,
                Announcement.kind == Kind(notice.kind.value),
                Announcement.says == notice.says,
                Announcement.plan_revision == notice.told_plan,
                OutboxMessage.contact_id == contact.id,
            )
        )
    )


def _change(release_id: int | None, maintenance_id: int | None) -> Release | MaintenanceWindow:
    change = db.session.get(Release, release_id) if release_id else db.session.get(MaintenanceWindow, maintenance_id)
    if change is None:
        raise LookupError(f"release {release_id}, maintenance {maintenance_id}")
    return change


def _about(change: Release | MaintenanceWindow) -> ColumnElement[bool]:
    return Notice.release_id == change.id if isinstance(change, Release) else Notice.maintenance_id == change.id


def _due(now: datetime) -> ColumnElement[bool]:
    return Notice.state.in_(OPEN_STATES) & (Notice.announce_at <= now) & (Notice.lapses_at >= now)


def _has_contact() -> ColumnElement[bool]:
    return exists().where(Contact.tenant_id == Notice.tenant_id)
