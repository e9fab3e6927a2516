"""Reads of alarms for the pages."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from alarms.models import Alarm
from storage import db
from storage.paging import PER_PAGE, Listed, listed

__all__ = ["PER_PAGE", "alarm_page", "open_alarms"]


def open_alarms() -> Sequence[Alarm]:
    """The alarms that were raised and are not over, the latest first."""
    return db.session.scalars(
        select(Alarm)
        .where(Alarm.over_at.is_(None), Alarm.raised_at.is_not(None))
        .order_by(Alarm.raised_at.desc(), Alarm.id.desc())
    ).all()


def alarm_page(page: int, state: str = "") -> Listed:
    """Alarms by the page, open ones first, then the latest, each with who was told; three queries.

    ``state`` is "open" or "over"; anything else asks for both.
    """
    query = select(Alarm).where(Alarm.raised_at.is_not(None))
    if state in {"open", "over"}:
        query = query.where(Alarm.over_at.is_(None) if state == "open" else Alarm.over_at.is_not(None))
    ordered = query.order_by(Alarm.over_at.is_not(None), Alarm.raised_at.desc(), Alarm.id.desc())
    return listed(ordered.options(selectinload(Alarm.tellings)), page)
