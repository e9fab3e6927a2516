"""A move that is undone before anybody was told of it: what readers were told stands again, and so do its mails."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from outbox.services import resume_held_by
from schedules.notices import Notice, NoticeState
from schedules.occasions import Occasion
from schedules.standing import Standing
from storage import db
from tenants.models import Contact

# Why mails of the old date were cancelled: for these words they are found again.
MOVED_SINCE = "it was moved since"
# Databases limit the number of values in one statement.
MOST_VALUES = 5000


def forget_moves(occasion: Occasion, moves: Collection[Standing], now: datetime) -> None:
    """Drop, in the running transaction, duties to tell a move that has been undone.

    The notices they superseded stand again, and what waited to be sent of them leaves after all.
    """
    before = [move.before for move in moves if move.before is not None]
    # Everybody who writes many notices takes them in the same order, so that none waits for another in a circle.
    states = sorted(({"id": row.id, "state": _state_of(row)} for row in before), key=lambda change: int(change["id"]))
    if states:
        db.session.execute(update(Notice), states)
    _resume(occasion, before, now)
    ids = [move.row.id for move in moves]
    for start in range(0, len(ids), MOST_VALUES):
        gone = Notice.id.in_(ids[start : start + MOST_VALUES])
        _tell_who_came_since(gone)
        db.session.execute(delete(Notice).where(gone).execution_options(synchronize_session=False))


def _state_of(row: Any) -> NoticeState:
    """How far a notice had come when a move superseded it."""
    if row.completed_at is not None:
        return NoticeState.COMPLETE
    if row.given_at is not None:
        return NoticeState.GIVEN
    return NoticeState.ANNOUNCED if row.told_plan is not None else NoticeState.TAKEN_OVER


def _resume(occasion: Occasion, notices: Collection[Any], now: datetime) -> None:
    tenants: dict[tuple[int, datetime], list[int]] = defaultdict(list)
    for row in notices:
        if row.told_plan is not None:
            # Once a notice is given, the remaining contacts of its tenant may follow after the deadline.
            not_after = row.planned_at if row.given_at is not None else row.lapses_at
            tenants[row.told_plan, not_after].append(row.tenant_id)
    readers = select(Contact.id, Contact.email)
    for (plan, not_after), ids in tenants.items():
        resume_held_by(occasion.name_in(plan), ids, readers, not_after, MOVED_SINCE, now)


def _tell_who_came_since(moves: Any) -> None:
    """Whoever was appointed while the move stood was to hear of it; now it hears of what stands again."""
    moved_at = select(Notice.created_at).where(moves, Notice.tenant_id == Contact.tenant_id).correlate(Contact)
    db.session.execute(
        update(Contact)
        .where(Contact.caught_up_at >= moved_at.scalar_subquery())
        .values(caught_up_at=None)
        .execution_options(synchronize_session=False)
    )
