"""The watch as tests tell it: what it saw at a moment, whom it told what."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from alarms.models import Alarm
from alarms.services import watch
from alarms.telling import tell_channels
from outbox.models import OutboxMessage
from storage import db

ME = "here/1"


def watched(now: datetime, me: str = ME) -> int:
    """A pass of the watch, and its channels told. Returns how many alarms changed."""
    changed = watch(now, me)
    tell_channels(now)
    db.session.expire_all()
    return changed


def alarms() -> Sequence[Alarm]:
    """The alarms that were raised, in their order."""
    query = select(Alarm).where(Alarm.raised_at.is_not(None)).order_by(Alarm.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def standing() -> list[tuple[str, int, bool]]:
    """Of each alarm its kind, its step and whether it is over."""
    return [(alarm.kind.value, alarm.step, alarm.over_at is not None) for alarm in alarms()]


def mailed(address: str | None = None) -> list[str]:
    """The subjects of the alarms that were mailed, in their order, to one reader or to everybody."""
    query = select(OutboxMessage).where(OutboxMessage.announcement_id.is_(None)).order_by(OutboxMessage.id)
    rows = db.session.scalars(query.execution_options(populate_existing=True)).all()
    return [row.letter.subject for row in rows if address in {None, row.address}]
