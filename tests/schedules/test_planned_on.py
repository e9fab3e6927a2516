"""What is planned on some days already."""

from datetime import date

import pytest

from schedules.maintenance import cancel_maintenance
from schedules.models import MaintenanceWindow, Release
from schedules.planned_on import planned_on
from schedules.release_cancelling import cancel_release
from schedules.rollouts import give_own_date
from sla.terms import Change
from tests.planning import counted_queries, planned_release, planned_window
from tests.world import MANAGER, NOW, PLANNER, World, both_databases, local


def found(planned: World, first: date, last: date) -> list[tuple[str, Change, int]]:
    plans = planned_on(planned.product, first, last, NOW)
    return [(_name(one.change), one.kind, one.tenants) for one in plans]


def _name(change: Release | MaintenanceWindow) -> str:
    return change.version if isinstance(change, Release) else change.reference


@both_databases
def test_updates_own_dates_and_maintenance_come_in_order(planned: World) -> None:
    release = planned_release(planned.product)
    window = planned_window(planned.product, "2027-02-09T23:00", "2027-02-10T02:00")
    give_own_date(release, planned.brug, Change.PRODUCTION, local("2027-02-10T06:00"), "Later", PLANNER, NOW)
    days = date(2027, 2, 8), date(2027, 2, 10)
    assert found(planned, *days) == [
        ("2027.1", Change.PRODUCTION, 0),
        (window.reference, Change.MAINTENANCE, 0),
        ("2027.1", Change.PRODUCTION, 1),
    ]
    with counted_queries() as queries:
        planned_on(planned.product, *days, NOW)
    assert len(queries) <= 5
    cancel_maintenance(window, MANAGER, NOW)
    cancel_release(release, MANAGER, NOW)
    assert found(planned, *days) == []


@pytest.mark.parametrize(
    ("first", "last", "hit"),
    [
        (date(2027, 2, 7), date(2027, 2, 7), False),
        (date(2027, 2, 8), date(2027, 2, 8), True),
        (date(2027, 2, 1), date(2027, 2, 8), True),
        (date(2027, 2, 9), date(2027, 2, 9), False),
    ],
)
def test_days_are_those_of_the_product(planned: World, first: date, last: date, hit: bool) -> None:
    planned_release(planned.product, production="2027-02-08T00:00")
    assert bool(found(planned, first, last)) is hit


def test_what_is_past_is_not_hit(planned: World) -> None:
    planned_release(planned.product)
    assert planned_on(planned.product, date(2027, 2, 1), date(2027, 2, 28), local("2027-02-08T06:01")) == []
