"""Contacts who were appointed since, or whose address changed, hear of what lies ahead of their tenant."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from announcements.approvals import was_approved
from announcements.bulletin_mailing import tell_appointed
from announcements.models import Announcement, Kind
from announcements.notice_desks import desk_of, told_of
from announcements.readers import contacts_of
from outbox.models import OutboxMessage
from schedules.about import about, change_of
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, NoticeState, Says
from storage import db
from tenants.models import Contact


def catch_up(now: datetime) -> int:
    """Tell contacts who were appointed since of what lies ahead of their tenant. Returns the number of mails.

    One commit a contact. What was cancelled no longer lies ahead.
    """
    waiting = db.session.scalars(select(Contact.id).where(Contact.caught_up_at.is_(None)).limit(500)).all()
    db.session.rollback()
    return sum(_catch_up_one(contact_id, now) for contact_id in waiting)


def _catch_up_one(contact_id: int, now: datetime) -> int:
    contact = db.session.scalars(
        select(Contact)
        .where(Contact.id == contact_id, Contact.caught_up_at.is_(None))
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if contact is None:
        # Another worker got there first.
        db.session.rollback()
        return 0
    readers = [row for row in contacts_of([contact.tenant_id]) if row.id == contact.id]
    mails = 0
    for notice in _told_ahead(contact.tenant_id, now):
        change = change_of(notice.release_id, notice.maintenance_id)
        if not was_approved(notice, change):
            continue
        if _has_mail(change, notice, contact):
            continue
        told = told_of(notice)
        if notice.state in {NoticeState.GIVEN, NoticeState.COMPLETE}:
            # The notice has been given: to this reader it may come after the deadline.
            told = replace(told, not_after=notice.planned_at)
        desk = desk_of(change, notice.kind, notice.says, now, notice.told_plan)
        mails += desk.queue({contact.tenant_id: told}, readers, now)
        if notice.state is NoticeState.DUE:
            notice.state = NoticeState.ANNOUNCED
    mails += tell_appointed(contact, readers, now)
    contact.caught_up_at = now
    db.session.commit()
    return mails


def _told_ahead(tenant_id: int, now: datetime) -> list[Notice]:
    """The notices of what lies ahead that were put into the outbox for the contacts of that time.

    Locked whatever their state: one that is being announced at this moment, to contacts that were read before this
    one was there, must not slip through.
    """
    ahead = db.session.scalars(
        select(Notice)
        .where(Notice.tenant_id == tenant_id, Notice.planned_at > now, Notice.says != Says.CANCELLED)
        .order_by(Notice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    told = {NoticeState.ANNOUNCED, NoticeState.GIVEN, NoticeState.COMPLETE}
    # Due again is what came back: to an address that was corrected it may go.
    return [one for one in ahead if one.state in told or (one.state is NoticeState.DUE and one.announced_at)]


def _has_mail(change: Release | MaintenanceWindow, notice: Notice, contact: Contact) -> bool:
    """Whether the contact is told by the announcement itself, being there when it was made."""
    return bool(
        db.session.scalar(
            select(func.count())
            .select_from(OutboxMessage)
            .join(Announcement, Announcement.id == OutboxMessage.announcement_id)
            .where(
                about(change, Announcement),
                Announcement.kind == Kind(notice.kind.value),
                Announcement.says == notice.says,
                Announcement.plan_revision == notice.told_plan,
                OutboxMessage.contact_id == contact.id,
                OutboxMessage.address == contact.email,
            )
        )
    )
