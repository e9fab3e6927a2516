"""What is switched off, cancelled or not noticed is told to nobody."""

import pytest
from sqlalchemy import update

from schedules.maintenance import cancel_maintenance, move_maintenance
from schedules.models import Impact, MaintenanceWindow, Progress
from schedules.notices import NoticeState
from schedules.progress import extend_maintenance, finish_maintenance, start_maintenance
from schedules.queries import unanswered_windows
from sla.terms import Change
from storage import Refused, db
from tenants.models import Product
from tests.announcements.progress.hearing import END, EVEN_LONGER, LONGER, MINUTE, START, at, mail, rows, subjects, told
from tests.planning import pass_of_the_clock, planned_window, read, the_notice, told_and_given
from tests.world import MANAGER, OPERATOR, PLANNER, World, both_databases, local


@pytest.mark.parametrize(
    ("setting", "left"),
    [
        (
            "tells_start",
            ["[Inconto] Maintenance takes longer, until Wed 16 December 2026, 04:00", "[Inconto] Maintenance is done"],
        ),
        ("tells_longer", ["[Inconto] Maintenance is starting", "[Inconto] Maintenance is done"]),
        (
            "tells_done",
            [
                "[Inconto] Maintenance is starting",
                "[Inconto] Maintenance takes longer, until Wed 16 December 2026, 04:00",
            ],
        ),
    ],
)
def test_each_can_be_switched_off(planned: World, window: MaintenanceWindow, setting: str, left: list[str]) -> None:
    db.session.execute(update(Product).values({setting: False}))
    db.session.commit()
    at(START)
    extend_maintenance(window, LONGER, "", "", OPERATOR, END - MINUTE)
    at(END - MINUTE)
    finish_maintenance(window, OPERATOR, LONGER)
    at(LONGER)

    assert subjects() == left
    assert len(rows()) == 3


def test_nothing_is_promised_that_the_product_does_not_send(planned: World, window: MaintenanceWindow) -> None:
    at(START)
    extend_maintenance(window, LONGER, "", "", OPERATOR, END - MINUTE)
    db.session.execute(update(Product).values(tells_done=False))
    db.session.commit()
    at(END - MINUTE)

    assert "You hear from us when it is done." not in read(mail()).text
    assert "Tell your users that it takes longer." in read(mail()).text


@both_databases
def test_nothing_is_told_of_cancelled_maintenance(planned: World, window: MaintenanceWindow) -> None:
    cancel_maintenance(window, MANAGER, START - MINUTE)
    at(START)

    assert (rows(), told()) == ([], [])
    with pytest.raises(Refused):
        start_maintenance(window, OPERATOR, START)
    with pytest.raises(Refused):
        finish_maintenance(window, OPERATOR, START)


def test_maintenance_that_starts_a_little_early_cannot_be_called_off(planned: World, window: MaintenanceWindow) -> None:
    with pytest.raises(Refused):
        start_maintenance(window, OPERATOR, START - 16 * MINUTE)
    start_maintenance(window, OPERATOR, START - 15 * MINUTE)

    with pytest.raises(Refused):
        cancel_maintenance(window, MANAGER, START - 14 * MINUTE)
    with pytest.raises(Refused):
        move_maintenance(window, LONGER, EVEN_LONGER, PLANNER, START - 14 * MINUTE, revision=1)
    at(START - 14 * MINUTE)
    at(START)
    assert subjects() == ["[Inconto] Maintenance is starting"]
    assert rows() == [(Progress.STARTED, 0, OPERATOR.name)]


def test_maintenance_without_impact_is_told_to_nobody(planned: World) -> None:
    window = planned_window(planned.product, impact=Impact.NO_IMPACT)
    at(START)
    assert rows() == []
    start_maintenance(window, OPERATOR, START)
    extend_maintenance(window, LONGER, "", "", OPERATOR, END)
    finish_maintenance(window, OPERATOR, LONGER)
    at(LONGER)

    assert told() == []
    assert list(unanswered_windows(planned.product, LONGER)) == []


def test_only_tenants_that_were_told_hear_how_it_goes(planned: World) -> None:
    planned_window(planned.product, tenants=("ziekenhuis-peelrand",))
    told_and_given(local("2026-12-02T09:00"))
    at(START)

    assert [one.tenant_id for one in told()] == [planned.peelrand.id]


def test_tenant_whose_notice_was_not_proved_in_time_still_hears(planned: World) -> None:
    window = planned_window(planned.product)
    pass_of_the_clock(local("2026-12-02T09:00"))
    pass_of_the_clock(START + MINUTE)

    assert the_notice(window, Change.MAINTENANCE, planned.brug).state is NoticeState.MISSED
    assert subjects() == ["[Inconto] Maintenance is starting"]


def test_worker_that_was_down_says_nothing_of_a_start_that_is_over(planned: World, window: MaintenanceWindow) -> None:
    at(END)

    assert (rows(), told()) == ([], [])
    # A person can still say that it was done.
    finish_maintenance(window, OPERATOR, END + MINUTE)
    at(END + MINUTE)
    assert subjects() == ["[Inconto] Maintenance is done"]
