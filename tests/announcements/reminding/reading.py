"""Reminders as their readers get them: of acceptance on 18 January 2027 and production on 8 February, at 06:00."""

from datetime import timedelta

from sqlalchemy import select, update

from announcements.models import Announcement
from outbox.models import MessageState, OutboxMessage
from schedules.models import Release
from storage import db
from tests.planning import read
from tests.world import ENGLISH, local

WEEK_AHEAD, DAY_AHEAD = local("2027-01-11T06:00"), local("2027-01-17T06:00")
REMINDER = "[Inconto] Reminder: acceptance to 2027.1 on Mon 18 January 2027, 06:00"
PRODUCTION_REMINDER = "[Inconto] Reminder: production to 2027.1 on Mon 8 February 2027, 06:00"
MINUTE = timedelta(minutes=1)


def reminders(state: MessageState | None = None) -> list[OutboxMessage]:
    kinds = select(Announcement.id).where(Announcement.kind.like("%_reminder"))
    query = select(OutboxMessage).where(OutboxMessage.announcement_id.in_(kinds)).order_by(OutboxMessage.id)
    if state is not None:
        query = query.where(OutboxMessage.state == state)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def subjects(address: str = ENGLISH) -> list[str]:
    """The reminders that a reader has in its mailbox, or will have."""
    return [read(one).subject for one in reminders() if one.address == address]


def remind_by(*words: str) -> None:
    db.session.execute(update(Release.product.property.mapper.class_).values(remind_before=" ".join(words)))
    db.session.commit()
