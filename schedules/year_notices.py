"""How far the notices of many changes have come, counted by the database: nothing here grows with the tenants."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import aliased

from schedules.notices import OPEN_STATES, Notice, NoticeState, Says
from sla.terms import Change
from storage import db

# The update of a release or a window, by the id of its row.
About = tuple[Change, int]
_GIVEN = frozenset({NoticeState.GIVEN, NoticeState.COMPLETE})
_UNCOUNTED = (NoticeState.SUPERSEDED, NoticeState.CANCELLED)
_COUNTED = tuple(state for state in NoticeState if state not in _UNCOUNTED)

_MAY_BE_TOLD_ANEW = (NoticeState.MISSED, NoticeState.WAIVED)


class HowFar(StrEnum):
    """How far the notices of one change have come, all tenants together."""

    PLANNED = "planned"
    PARTLY = "partly"  # some tenants still wait for notice; the others have it, or need it from us no more
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
            return HowFar.PARTLY if self.waits < self.tenants else HowFar.PLANNED
        return HowFar.GIVEN if self.given else HowFar.SETTLED


def notices_counted(releases: Collection[int], windows: Collection[int]) -> dict[About, Told]:
    """Count the notices that stand of these releases and windows, by change; a query or two for each of both.

    What was replaced, taken back, or tells that a change is off is not counted.
    """
    found = {}
    for column, ids in ((Notice.release_id, releases), (Notice.maintenance_id, windows)):
        rows = _counts(column, ids) if ids else []
        anew = _told_anew(
            column, [row["about"] for row in rows if any(row[state.value] for state in _MAY_BE_TOLD_ANEW)]
        )
        for row in rows:
            about = (row["kind"], row["about"])
            states = {state: row[state.value] - anew.get((*about, state), 0) for state in _COUNTED}
            standing = {state: number for state, number in states.items() if number}
            if standing:
                found[about] = Told(row["first_deadline"], row["last_deadline"], standing, bool(row["moved"]))
    return found


def _counts(column: Any, ids: Collection[int]) -> list[Any]:
    # A sum for each state and not a group: so the index gives the order, and nothing is sorted.
    numbers = [func.count().filter(Notice.state == state).label(state.value) for state in _COUNTED]
    kinds = (Notice.kind,) if column is Notice.release_id else ()
    return list(
        db.session.execute(
            select(
                column.label("about"),
                *(kinds or (literal(Change.MAINTENANCE, Notice.kind.type).label("kind"),)),
                func.min(Notice.deadline_at).label("first_deadline"),
                func.max(Notice.deadline_at).label("last_deadline"),
                func.count().filter(Notice.says == Says.MOVED).label("moved"),
                *numbers,
            )
            .where(column.in_(ids), Notice.says != Says.CANCELLED, Notice.state.not_in(_UNCOUNTED))
            .group_by(column, *kinds)
        ).mappings()
    )


def _told_anew(column: Any, ids: Collection[int]) -> dict[Any, int]:
    """What was missed stays so, or waived, where its tenant is told once more: two notices of it would be counted."""
    if not ids:
        return {}
    later = aliased(Notice)
    told_anew = (
        select(later.id)
        .where(
            later.tenant_id == Notice.tenant_id,
            getattr(later, column.key) == column,
            later.kind == Notice.kind,
            later.revision > Notice.revision,
        )
        .exists()
    )
    rows = db.session.execute(
        select(Notice.kind, column, Notice.state, func.count())
        .where(column.in_(ids), Notice.state.in_(_MAY_BE_TOLD_ANEW), Notice.says != Says.CANCELLED, told_anew)
        .group_by(Notice.kind, column, Notice.state)
    )
    return {(row[0], row[1], row[2]): row[3] for row in rows}
