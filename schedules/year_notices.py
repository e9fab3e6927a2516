"""How far the notices of many changes have come, counted by the database: nothing here grows with the tenants."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from schedules.notices import OPEN_STATES, Notice, NoticeState, Says
from sla.terms import Change
from storage import db

# The update of a release or a window, by the id of its row.
About = tuple[Change, int]
_GIVEN = frozenset({NoticeState.GIVEN, NoticeState.COMPLETE})
_COUNTED = tuple(state for state in NoticeState if state not in {NoticeState.SUPERSEDED, NoticeState.CANCELLED})

_MAY_BE_TOLD_ANEW = (NoticeState.MISSED, NoticeState.WAIVED)


class HowFar(StrEnum):
    """How far the notices of one change have come, all tenants together."""

    PLANNED = "planned"
    PARTLY = "partly"  # some tenants have been given notice, some still wait for it
    GIVEN = "given"
    MISSED = "missed"  # of one tenant at least
    SETTLED = "settled"  # waived, or given by another administration: nothing is left to do


@dataclass(frozen=True)
class Told:
    """The notices of one change: how many tenants stand where, and the first and the last moment to tell them."""

    first_deadline: datetime
    last_deadline: datetime
    states: dict[NoticeState, int] = field(default_factory=dict)
    # Whether a new date is what is told, to some at least.
    moved: bool = False

    @property
    def tenants(self) -> int:
        return sum(self.states.values())

    @property
    def given(self) -> int:
        return sum(self.states.get(state, 0) for state in _GIVEN)

    @property
    def waits(self) -> int:
        """Tenants that are still to be given notice, be it on its way."""
        return sum(self.states.get(state, 0) for state in (*OPEN_STATES, NoticeState.ANNOUNCED))

    @property
    def how_far(self) -> HowFar:
        if self.states.get(NoticeState.MISSED):
            return HowFar.MISSED
        if self.waits or not self.states:
            return HowFar.PARTLY if self.given else HowFar.PLANNED
        return HowFar.GIVEN if self.given else HowFar.SETTLED


def notices_counted(releases: Collection[int], windows: Collection[int]) -> dict[About, Told]:
    """Count the notices that stand of these releases and windows, by change; two queries for each of both.

    What was replaced, taken back, or tells that a change is off is not counted.
    """
    found: dict[About, list[Any]] = defaultdict(list)
    anew: dict[About, dict[NoticeState, int]] = defaultdict(dict)
    for column, ids in ((Notice.release_id, releases), (Notice.maintenance_id, windows)):
        if not ids:
            continue
        for row in _counts(column, ids):
            found[row.kind, row.about].append(row)
        for row in _told_anew(column, ids):
            anew[row.kind, row.about][row.state] = row.tenants
    return {about: told for about, rows in found.items() if (told := _sum(rows, anew[about])) is not None}


def _counts(column: Any, ids: Collection[int]) -> Iterable[Any]:
    return db.session.execute(
        select(
            column.label("about"),
            Notice.kind,
            Notice.says,
            Notice.state,
            func.count().label("tenants"),
            func.min(Notice.deadline_at).label("first_deadline"),
            func.max(Notice.deadline_at).label("last_deadline"),
        )
        .where(column.in_(ids), Notice.says != Says.CANCELLED, Notice.state.in_(_COUNTED))
        .group_by(column, Notice.kind, Notice.says, Notice.state)
    )


def _told_anew(column: Any, ids: Collection[int]) -> Iterable[Any]:
    """What was missed stays so, or waived, where its tenant is told once more: two notices of it would be counted."""
    later = aliased(Notice)
    same = later.release_id == Notice.release_id
    if column is Notice.maintenance_id:
        same = later.maintenance_id == Notice.maintenance_id
    told_anew = (
        select(later.id)
        .where(later.tenant_id == Notice.tenant_id, same, later.kind == Notice.kind, later.revision > Notice.revision)
        .exists()
    )
    return db.session.execute(
        select(column.label("about"), Notice.kind, Notice.state, func.count().label("tenants"))
        .where(column.in_(ids), Notice.state.in_(_MAY_BE_TOLD_ANEW), Notice.says != Says.CANCELLED, told_anew)
        .group_by(column, Notice.kind, Notice.state)
    )


def _sum(rows: list[Any], told_anew: dict[NoticeState, int]) -> Told | None:
    states: dict[NoticeState, int] = defaultdict(int)
    for row in rows:
        states[row.state] += row.tenants
    for state, number in told_anew.items():
        states[state] -= number
    standing = {state: number for state, number in states.items() if number}
    if not standing:
        return None
    return Told(
        min(row.first_deadline for row in rows),
        max(row.last_deadline for row in rows),
        standing,
        any(row.says is Says.MOVED for row in rows),
    )
