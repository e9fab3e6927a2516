"""Reads of alarms for the pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from alarms.models import Alarm
from storage import db

PER_PAGE = 50


@dataclass(frozen=True)
class AlarmPage:
    """One page of the alarms, open ones first, then the latest; each with who was told."""

    rows: Sequence[Alarm]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def open_alarms() -> Sequence[Alarm]:
    """The alarms that were raised and are not over, the latest first."""
    return db.session.scalars(
        select(Alarm)
        .where(Alarm.over_at.is_(None), Alarm.raised_at.is_not(None))
        .order_by(Alarm.raised_at.desc(), Alarm.id.desc())
    ).all()


def alarm_page(page: int) -> AlarmPage:
    """Open and past alarms by the page; three queries."""
    raised = select(Alarm).where(Alarm.raised_at.is_not(None))
    total = db.session.scalar(select(func.count()).select_from(raised.subquery())) or 0
    rows = db.session.scalars(
        raised.order_by(Alarm.over_at.is_not(None), Alarm.raised_at.desc(), Alarm.id.desc())
        .options(selectinload(Alarm.tellings))
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return AlarmPage(rows, total, page)
