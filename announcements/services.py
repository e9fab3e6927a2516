"""Duties become mails when their time comes, and what became of the mails becomes proof. One transaction a change."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.exc import IntegrityError

from announcements import on_record
from announcements.desk import open_desk
from announcements.models import Announcement, Kind
from announcements.readers import Desk, Told, contacts_of
from evidence.actors import Actor, May, require
from evidence.chain import append
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
        change = change_of(release_id, maintenance_id)
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


def _announce(change: Release | MaintenanceWindow, kind: Change, says: Says, now: datetime) -> int:
    # First the change, then its notices, as whoever cancels it does; else each would hold what the other wants.
    db.session.refresh(change, with_for_update={"read": True, "key_share": True})
    notices = db.session.scalars(
        select(Notice)
        .where(_about(change), Notice.kind == kind, Notice.says == says, _due(now), _has_contact())
        .order_by(Notice.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    if not notices:
        db.session.rollback()
        return 0
    # The plan may have moved until its notices were ours.
    db.session.refresh(change)
    desk = desk_of(change, kind, says, now)
    tenants = [notice.tenant_id for notice in notices]
    if says is not Says.PLANNED:
        _withdraw_earlier(change, kind, desk.announcement, tenants)
    waivers = {waiver.id: waiver for waiver in change.waivers}
    told = {notice.tenant_id: told_of(notice, waivers) for notice in notices}
    contacts = contacts_of(tenants)
    mails = desk.queue(told, contacts, now)
    db.session.execute(
        update(Notice),
        [
            {"id": notice.id, "state": NoticeState.ANNOUNCED, "announced_at": now, "told_plan": change.revision}
            for notice in notices
        ],
    )
    # Last: whoever appends holds the end of the chain, and must not wait for rows that another holds.
    append(on_record.announced(desk.announcement.id, notices, contacts), now)
    db.session.commit()
    return mails


def desk_of(
    change: Release | MaintenanceWindow, kind: Change, says: Says, now: datetime, told_plan: int | None = None
) -> Desk:
    """The desk of an announcement about a change as it stands, or as it stood in the plan's revision ``told_plan``."""
    if isinstance(change, Release):
        return open_desk(Kind(kind.value), says, now, release=change, told_plan=told_plan)
    return open_desk(Kind.MAINTENANCE, says, now, window=change, told_plan=told_plan)


def told_of(notice: Notice, waivers: dict[int, Waiver] | None = None) -> Told:
    """What a notice tells its tenant; ``waivers`` of its change by id spare a query each."""
    waiver = (waivers or {}).get(notice.waiver_id or 0) if waivers is not None else notice.waiver
    return Told(
        starts_at=notice.planned_at,
        ends_at=notice.expected_end,
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


def change_of(release_id: int | None, maintenance_id: int | None) -> Release | MaintenanceWindow:
    """The release or the window that a notice is about."""
    change = db.session.get(Release, release_id) if release_id else db.session.get(MaintenanceWindow, maintenance_id)
    if change is None:
        raise LookupError(f"release {release_id}, maintenance {maintenance_id}")
    return change


def _about(change: Release | MaintenanceWindow) -> ColumnElement[bool]:
    return Notice.release_id == change.id if isinstance(change, Release) else Notice.maintenance_id == change.id


def _due(now: datetime) -> ColumnElement[bool]:
    # What was announced and is due again came back: nothing goes to the same address a second time by itself.
    waits = Notice.state.in_(OPEN_STATES) & Notice.announced_at.is_(None)
    return waits & (Notice.announce_at <= now) & (Notice.lapses_at >= now)


def _has_contact() -> ColumnElement[bool]:
    return exists().where(Contact.tenant_id == Notice.tenant_id)
