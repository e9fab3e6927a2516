"""What the clock does with maintenance that is under way, and what its readers get."""

from datetime import datetime, timedelta

from sqlalchemy import select

from announcements.models import Announcement
from announcements.progress import tell_progress
from outbox.models import MessageState, OutboxMessage
from schedules.models import MaintenanceProgress, Progress
from schedules.progress import start_due
from storage import db
from tests.planning import read, send
from tests.world import ENGLISH, local

START, END = local("2026-12-15T22:00"), local("2026-12-16T02:00")
LONGER, EVEN_LONGER = local("2026-12-16T04:00"), local("2026-12-16T05:30")
MINUTE = timedelta(minutes=1)


def told() -> list[OutboxMessage]:
    """The mails of how it goes."""
    kinds = ("maintenance_started", "maintenance_longer", "maintenance_done")
    query = select(OutboxMessage).join(Announcement, Announcement.id == OutboxMessage.announcement_id)
    query = query.where(Announcement.kind.in_(kinds)).order_by(OutboxMessage.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def subjects(*states: MessageState) -> list[str]:
    return [read(one).subject for one in told() if one.address == ENGLISH and (not states or one.state in states)]


def mail(number: int = -1) -> OutboxMessage:
    return [one for one in told() if one.address == ENGLISH][number]


def at(moment: datetime) -> None:
    """What the clock does, and the mails of it sent."""
    start_due(moment)
    tell_progress(moment)
    send(None, moment)
    db.session.expire_all()


def rows() -> list[tuple[Progress, int, str]]:
    return [
        (row.kind, row.step, row.said_by)
        for row in db.session.scalars(select(MaintenanceProgress).order_by(MaintenanceProgress.id))
    ]
