"""Who says how it goes, and what cannot be said."""

from datetime import datetime

import pytest
from sqlalchemy import select

from evidence.actors import NotAllowed
from evidence.models import Entry
from schedules.models import MaintenanceWindow
from schedules.progress import extend_maintenance, finish_maintenance, start_maintenance
from storage import Refused, db
from tests.announcements.progress.hearing import END, LONGER, MINUTE, START, at, rows
from tests.world import NOW, OPERATOR, PLANNER, World


@pytest.mark.parametrize(
    ("new_end", "now", "field"),
    [
        pytest.param(LONGER, START - MINUTE, "maintenance", id="not-started"),
        pytest.param(END, START + MINUTE, "new_end", id="as-announced"),
        pytest.param(END - MINUTE, START + MINUTE, "new_end", id="shorter"),
        pytest.param(LONGER, LONGER, "new_end", id="passed"),
    ],
)
def test_end_that_is_none_is_refused(
    planned: World, window: MaintenanceWindow, new_end: datetime, now: datetime, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        extend_maintenance(window, new_end, "", "", OPERATOR, now)

    assert refusal.value.field == field
    assert rows() == []


def test_what_is_done_takes_no_longer(planned: World, window: MaintenanceWindow) -> None:
    finish_maintenance(window, OPERATOR, START + MINUTE)
    with pytest.raises(Refused):
        extend_maintenance(window, LONGER, "", "", OPERATOR, END)
    with pytest.raises(Refused):
        finish_maintenance(window, OPERATOR, END)


def test_how_it_goes_is_for_operators(planned: World, window: MaintenanceWindow) -> None:
    with pytest.raises(NotAllowed):
        start_maintenance(window, PLANNER, START)
    with pytest.raises(NotAllowed):
        extend_maintenance(window, LONGER, "", "", PLANNER, START)
    with pytest.raises(NotAllowed):
        finish_maintenance(window, PLANNER, START)


def test_how_it_goes_is_on_record(planned: World, window: MaintenanceWindow) -> None:
    at(START)
    extend_maintenance(window, LONGER, "De kopie", "The copy", OPERATOR, END - MINUTE)
    finish_maintenance(window, OPERATOR, LONGER)

    entries = db.session.scalars(
        select(Entry).where(Entry.kind.in_(["started", "longer", "done"])).order_by(Entry.id)
    ).all()
    assert [(entry.kind, entry.actor) for entry in entries] == [
        ("started", "clock"),
        ("longer", OPERATOR.name),
        ("done", OPERATOR.name),
    ]
    assert "The copy" not in entries[1].facts
    assert LONGER.astimezone(NOW.tzinfo).isoformat() in entries[1].facts
