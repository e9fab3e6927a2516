"""Duties whose deadline comes near or has passed without proof (SLA 3.3), many tenants to a cause."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, func, literal_column, select

from alarms.causes import Cause
from alarms.models import AlarmKind
from schedules.about import is_replaced
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, NoticeState, Says
from sla.terms import Change
from storage import db
from tenants.models import Tenant

STEPS = (4, 24, 72)  # hours
UNPROVEN = (NoticeState.PLANNED, NoticeState.DUE, NoticeState.ANNOUNCED)
# A missed notice stays missed; that it needs somebody is over a week after the change.
REMEMBERED = timedelta(days=7)


class Duty(NamedTuple):
    """What many tenants are owed: to be told one thing of one change by one moment."""

    release_id: int | None
    maintenance_id: int | None
    kind: Change
    says: Says
    until: datetime

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(row.release_id, row.maintenance_id, row.kind, row.says, row.lapses_at)

    @property
    def subject(self) -> str:
        change = f"release:{self.release_id}" if self.release_id else f"maintenance:{self.maintenance_id}"
        told = "" if self.says is Says.PLANNED else f":{self.says.value}"
        return f"{change}:{self.kind.value}{told}@{self.until.isoformat()}"

    @property
    def change(self) -> Release | MaintenanceWindow | None:
        if self.release_id is not None:
            return db.session.get(Release, self.release_id)
        return db.session.get(MaintenanceWindow, self.maintenance_id)

    @property
    def rows(self) -> ColumnElement[bool]:
        """The condition that a notice is one of these."""
        about = (
            Notice.release_id == self.release_id
            if self.release_id is not None
            else Notice.maintenance_id == self.maintenance_id
        )
        return about & (Notice.kind == self.kind) & (Notice.says == self.says) & (Notice.lapses_at == self.until)


# Spelled out: an index for a part of the rows serves no value that the database learns later.
IS_MISSED = Notice.state == literal_column(f"'{NoticeState.MISSED.value}'")
OF_A_DUTY = (Notice.release_id, Notice.maintenance_id, Notice.kind, Notice.says, Notice.lapses_at)


def near(now: datetime) -> Iterator[Cause]:
    """Yield the duties without proof that lapse within 72, 24 or 4 hours, each at the nearest step only.

    A duty that was made when a step lay behind already is not warned of at that step: it leaves at once, and its first
    warning is the next one. One that has lapsed and is not yet marked as missed stays at its last step.
    """
    found = db.session.execute(
        select(*OF_A_DUTY, Notice.created_at, func.count().label("tenants"))
        .where(Notice.state.in_(UNPROVEN), Notice.lapses_at <= now + timedelta(hours=STEPS[-1]))
        .group_by(*OF_A_DUTY, Notice.created_at)
    ).all()
    for duty, step, number in _stepped(found, now):
        names = select(Tenant.name).join(Notice).where(duty.rows, Notice.state.in_(UNPROVEN))
        yield cause(AlarmKind.DEADLINE_NEAR, duty, number, names, step=step)


def missed(now: datetime) -> Iterator[Cause]:
    """Yield the duties that were missed, of changes to come or not long past, unless the change has moved since."""
    stands = IS_MISSED & (Notice.planned_at > now - REMEMBERED) & ~is_replaced()
    found = db.session.execute(select(*OF_A_DUTY, func.count().label("tenants")).where(stands).group_by(*OF_A_DUTY))
    for row in found.all():
        duty = Duty.of(row)
        change = duty.change
        if change is not None and change.cancelled_at is not None and duty.says is not Says.CANCELLED:
            continue
        names = select(Tenant.name).join(Notice).where(duty.rows, stands)
        yield cause(AlarmKind.MISSED, duty, row.tenants, names)


def cause(kind: AlarmKind, duty: Duty, number: int, names: Any, step: int = 0) -> Cause:
    """A cause about a duty; what its text is made of is read only where it is told."""
    return Cause(kind, duty.subject, step, number, {"duty": duty}, names)


def _stepped(rows: Iterable[Any], now: datetime) -> Iterator[tuple[Duty, int, int]]:
    numbers: Counter[tuple[Duty, int]] = Counter()
    for row in rows:
        step = next(hours for hours in STEPS if row.lapses_at - timedelta(hours=hours) <= now)
        if row.created_at <= row.lapses_at - timedelta(hours=step):
            numbers[Duty.of(row), step] += row.tenants
    for (duty, step), number in numbers.items():
        yield duty, step, number
