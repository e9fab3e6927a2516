"""When everybody had been given notice of a change."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from schedules.notices import Notice, NoticeState
from sla.terms import Change
from storage import db

_GONE = (NoticeState.SUPERSEDED, NoticeState.CANCELLED, NoticeState.WAIVED)
Given = dict[tuple[int, Change], datetime]


def releases_given(release_ids: Collection[int]) -> Given:
    """When the last tenant was given notice, by release and kind; absent while a tenant was not. One query."""
    return _given(Notice.release_id, Notice.release_id.in_(release_ids))


def maintenance_given(window_ids: Collection[int]) -> Given:
    """The same for maintenance windows."""
    return _given(Notice.maintenance_id, Notice.maintenance_id.in_(window_ids))


def _given(change_id: InstrumentedAttribute[int | None], which: ColumnElement[bool]) -> Given:
    # What was taken over had been given before our time, perhaps at a moment that the import named.
    taken_over = Notice.state == NoticeState.TAKEN_OVER
    given_at = func.coalesce(Notice.given_at, Notice.announced_at)
    rows = db.session.execute(
        select(
            change_id,
            Notice.kind,
            func.max(given_at).filter(Notice.given_at.is_not(None) | taken_over).label("last_at"),
            func.count().label("notices"),
            func.count().filter(Notice.given_at.is_not(None) | taken_over).label("given"),
        )
        .where(which, Notice.state.not_in(_GONE))
        .group_by(change_id, Notice.kind)
    )
    return {
        (row[0] or 0, row.kind): row.last_at for row in rows if row.given == row.notices and row.last_at is not None
    }
