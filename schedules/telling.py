"""A person told a customer by telephone or letter: that gives notice as well as a mail does (SLA 4.1)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select, update

from evidence.actors import Actor, May, require
from evidence.chain import append
from schedules import on_record, planning_events
from schedules.models import MaintenanceWindow, Release
from schedules.notices import OPEN_STATES, Channel, Notice, NoticeState, Told
from storage import AllAtOnce, Refused, db
from tenants import checks
from tenants.models import Contact
from webhooks.models import EventType
from webhooks.publishing import publish

# Clocks of people and ours differ a little.
AHEAD_OF_US = timedelta(minutes=5)


def record_told(notice: Notice, channel: Channel, person: str, told_at: datetime, by: Actor, now: datetime) -> Told:
    """Record a call or a letter. It gives the notice where that was still open, and its mail follows at once.

    A missed notice stays missed, whatever is said of an earlier moment: the call is on record all the same. Raises
    Refused for a moment to come, or before there was anything to tell.
    """
    require(by, May.TELL)
    change = _change_of(notice)
    with AllAtOnce() as each:
        person = each(person_told, person)
        if told_at > now + AHEAD_OF_US:
            each.add(Refused("told_at", _("This moment has not come yet.")))
        elif told_at < change.created_at - AHEAD_OF_US:
            each.add(Refused("told_at", _("This was not planned yet at that moment.")))
    # First the change, then the contacts, then the notice, as whoever else takes hold of them does.
    db.session.refresh(change, with_for_update={"read": True, "key_share": True})
    contacts = select(Contact.id).where(Contact.tenant_id == notice.tenant_id).order_by(Contact.id)
    db.session.execute(contacts.with_for_update()).all()
    db.session.refresh(notice, with_for_update=True)
    row = Told(
        notice_id=notice.id, channel=channel, person=person, told_at=told_at, recorded_by=by.name, recorded_at=now
    )
    db.session.add(row)
    db.session.flush()
    happenings = [on_record.told(row, notice, by)]
    if notice.state in OPEN_STATES | {NoticeState.ANNOUNCED} and told_at <= notice.lapses_at:
        happenings.append(on_record.given_by_person(notice, told_at, by))
        is_news = notice.state in OPEN_STATES and notice.announced_at is None
        if notice.state in OPEN_STATES:
            _let_mails_follow(notice, change, now)
        notice.state, notice.given_at = NoticeState.GIVEN, told_at
        db.session.flush()
        events = planning_events.told_of_move([notice.id]) if is_news else []
        publish([*events, *planning_events.notices(EventType.NOTICE_GIVEN, [notice.id])], now)
    append(happenings, now)
    db.session.commit()
    return row


def person_told(typed: str) -> str:
    """Whom one spoke or wrote to. Raises Refused where that is not said."""
    return checks.line("person", typed, most=160)


def _let_mails_follow(notice: Notice, change: Release | MaintenanceWindow, now: datetime) -> None:
    """What was told is to be read as well: the tick mails it to every contact that has no such mail yet.

    Not where it came back before, and not where a second person must see the words first.
    """
    if notice.announced_at is not None:
        return
    notice.announced_at, notice.told_plan = now, change.revision
    if not change.product.needs_approval:
        db.session.execute(update(Contact).where(Contact.tenant_id == notice.tenant_id).values(caught_up_at=None))


def calls_and_letters(which: ColumnElement[bool]) -> dict[int, list[Told]]:
    """What was told of the notices of a condition by telephone or letter, by notice, the first one first."""
    found: dict[int, list[Told]] = {}
    rows = db.session.scalars(
        select(Told).join(Notice, Notice.id == Told.notice_id).where(which).order_by(Told.told_at)
    )
    for row in rows:
        found.setdefault(row.notice_id, []).append(row)
    return found


def first_told_in_time(notice_ids: Collection[int]) -> dict[int, datetime]:
    """When each of these notices was first told by telephone or letter before it lapsed; not those that were not."""
    rows = db.session.execute(
        select(Told.notice_id, func.min(Told.told_at))
        .join(Notice, Notice.id == Told.notice_id)
        .where(Told.notice_id.in_(notice_ids), Told.told_at <= Notice.lapses_at, Told.recorded_at <= Notice.lapses_at)
        .group_by(Told.notice_id)
    )
    return {row[0]: row[1] for row in rows}


def _change_of(notice: Notice) -> Release | MaintenanceWindow:
    change = notice.release or notice.maintenance
    if change is None:
        raise LookupError(f"notice {notice.id} is about nothing")
    return change
