"""Duties become mails when their time comes, and what became of the mails becomes proof. One transaction a change."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, case, exists, select, update
from sqlalchemy.exc import IntegrityError

from announcements import on_record
from announcements.approvals import approved_to_write, may_leave, waiting_approval
from announcements.notice_desks import desk_of, told_of
from announcements.readers import contacts_of
from announcements.updates import redate_notes
from evidence.actors import THE_CLOCK, Actor, May, require
from evidence.chain import Happening, append
from schedules import planning_events
from schedules.about import about, change_of
from schedules.models import MaintenanceWindow, Release
from schedules.notices import OPEN_STATES, Notice, NoticeState, Says
from sla.terms import Change
from storage import Refused, among, db
from tenants.models import Contact
from webhooks.publishing import publish

log = structlog.get_logger()


def announce_by_hand(change: Release | MaintenanceWindow, kind: Change, by: Actor, now: datetime) -> int:
    """Let the notices of a change leave now, ahead of their time; the next tick mails them. Returns how many.

    Raises Refused where the product asks for a second person: the approval itself lets them leave.
    """
    require(by, May.MANAGE)
    if change.product.needs_approval:
        db.session.rollback()
        raise Refused(
            "notices",
            _("This product asks for a second person: look at what will be sent, and have it approved there."),
        )
    found = db.session.execute(
        update(Notice)
        .where(about(change), Notice.kind == kind, Notice.state.in_(OPEN_STATES), Notice.announce_at > now)
        .values(announce_at=now)
    )
    db.session.commit()
    return int(found.rowcount)  # type: ignore[attr-defined]


def announce_due(now: datetime) -> int:
    """Put every notice whose time has come, or that somebody approved, into the outbox, a mail for each contact.

    One commit a change and kind: all of its rows or none. A tenant without a contact stays due. Returns the number of
    mails.
    """
    approved = approved_to_write(now)
    groups = db.session.execute(
        select(Notice.release_id, Notice.maintenance_id, Notice.kind, Notice.says)
        .where(_due(now), has_contact())
        .group_by(Notice.release_id, Notice.maintenance_id, Notice.kind, Notice.says)
    ).all()
    db.session.rollback()
    mails = 0
    for release_id, maintenance_id, kind, says in [*approved, *(one for one in groups if tuple(one) not in approved)]:
        change = change_of(release_id, maintenance_id)
        try:
            mails += _announce(change, kind, says, now)
        except IntegrityError:
            # Another worker opened the same announcement at this moment: its rows are written, ours come next tick.
            db.session.rollback()
            log.info("an announcement waits for the next pass", release=release_id, maintenance=maintenance_id)
    return mails


def wait_for_contacts(now: datetime) -> int:
    """Mark as due what nobody can be told of yet, until somebody can: a planner sees it. Returns how many; commits."""
    db.session.execute(
        update(Notice)
        .where(Notice.state == NoticeState.DUE, Notice.announced_at.is_(None), has_contact())
        .values(state=NoticeState.PLANNED)
        .execution_options(synchronize_session=False)
    )
    found = db.session.execute(
        update(Notice)
        .where(Notice.state == NoticeState.PLANNED, Notice.announce_at <= now, ~has_contact())
        .values(state=NoticeState.DUE)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return int(found.rowcount)  # type: ignore[attr-defined]


def _announce(change: Release | MaintenanceWindow, kind: Change, says: Says, now: datetime) -> int:
    # First the change, then its notices, as whoever cancels it does; else each would hold what the other wants.
    db.session.refresh(change, with_for_update={"read": True, "key_share": True})
    if not may_leave(change, kind, says):
        db.session.rollback()
        return 0
    approval = waiting_approval(change, kind, says)
    # What somebody let leave does not wait for its time; and none of it is left out because another holds its row.
    ready = _in_time(now) if approval is not None else _due(now)
    notices = db.session.scalars(
        select(Notice)
        .where(about(change), Notice.kind == kind, Notice.says == says, ready, has_contact())
        .order_by(Notice.id)
        .with_for_update(skip_locked=approval is None)
        .execution_options(populate_existing=True)
    ).all()
    # The plan may have moved until its notices were ours.
    db.session.refresh(change)
    if not may_leave(change, kind, says) or (approval is None and not notices):
        db.session.rollback()
        return 0
    by = approval.approved_by if approval is not None else THE_CLOCK.name
    # Its letters are those that somebody has seen.
    plan = approval.plan_revision if approval is not None else change.revision
    mails, happenings = _freeze(change, kind, says, notices, now, by, plan) if notices else (0, [])
    if approval is not None:
        approval.written_at = now
        db.session.flush()
    # Last: whoever appends holds the end of the chain, and must not wait for rows that another holds.
    append(happenings, now)
    db.session.commit()
    return mails


def _freeze(
    change: Release | MaintenanceWindow,
    kind: Change,
    says: Says,
    notices: Sequence[Notice],
    now: datetime,
    by: str,
    plan: int,
) -> tuple[int, list[Happening]]:
    """Write, in the running transaction, a mail of a revision of the plan for every contact of these notices' tenants.

    The notices are ours, and of the plan as it stands. Returns how many mails, and what is to go on record.
    """
    desk = desk_of(change, kind, says, now, plan)
    waivers = {waiver.id: waiver for waiver in change.waivers}
    told = {notice.tenant_id: told_of(notice, waivers) for notice in notices}
    contacts = contacts_of(told)
    mails = desk.queue(told, contacts, now)
    db.session.execute(
        update(Notice)
        .where(among(Notice.id, [notice.id for notice in notices]))
        .values(
            state=NoticeState.ANNOUNCED,
            announced_at=now,
            # One that was approved ahead was planned to leave later by itself.
            announce_at=case((Notice.announce_at > now, now), else_=Notice.announce_at),
            told_plan=plan,
        )
        .execution_options(synchronize_session=False)
    )
    if says is Says.MOVED:
        if isinstance(change, Release):
            redate_notes(change, [notice.tenant_id for notice in notices])
        publish(planning_events.told_of_move([notice.id for notice in notices]), now)
    return mails, on_record.announced(desk.announcement.id, notices, contacts, by)


def _due(now: datetime) -> ColumnElement[bool]:
    return _in_time(now) & (Notice.announce_at <= now)


def _in_time(now: datetime) -> ColumnElement[bool]:
    # What was announced and is due again came back: nothing goes to the same address a second time by itself.
    return Notice.state.in_(OPEN_STATES) & Notice.announced_at.is_(None) & (Notice.lapses_at >= now)


def has_contact() -> ColumnElement[bool]:
    return exists().where(Contact.tenant_id == Notice.tenant_id)
