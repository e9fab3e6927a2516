"""Several releases are planned at once: all of them, or none."""

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from evidence.actors import NotAllowed
from evidence.chain import verify
from schedules.errors import BreaksSLA, VersionExists, YearIsFull
from schedules.judging import ReleasePlan
from schedules.models import Release
from schedules.notices import Notice
from schedules.year_planning import judged_together, schedule_releases
from sla.breaches import Rule
from storage import Refused, db
from tests.faces.pages import everything
from tests.planning import plan_of, planned_release
from tests.world import NOW, OPERATOR, PLANNER, World, both_databases

YEAR = [
    ("2027.1", "2027-01-11T06:00", "2027-02-08T06:00"),
    ("2027.2", "2027-04-12T06:00", "2027-05-10T06:00"),
    ("2027.3", "2027-07-12T06:00", "2027-08-09T06:00"),
    ("2027.4", "2027-10-11T06:00", "2027-11-08T06:00"),
]


def plans(*dates: tuple[str, str, str]) -> list[ReleasePlan]:
    return [plan_of(*one) for one in dates]


def count(kind: type[Release | Notice]) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


@both_databases
def test_four_are_planned_in_one_commit(planned: World) -> None:
    found = schedule_releases(planned.product, plans(*YEAR), PLANNER, NOW)
    assert [(one.version, one.year, one.slot) for one in found] == [
        (version, 2027, slot) for slot, (version, _acceptance, _production) in enumerate(YEAR, start=1)
    ]
    # Of each the two notices of two tenants.
    assert count(Notice) == 16
    assert verify() == []


WRONG: list[tuple[Sequence[tuple[str, str, str]], type[Exception]]] = [
    ([*YEAR[:3], ("2027.4", "2027-08-10T06:00", "2027-08-12T06:00")], BreaksSLA),
    ([*YEAR, ("2027.5", "2027-11-15T06:00", "2027-12-13T06:00")], YearIsFull),
    ([*YEAR[:2], YEAR[1]], VersionExists),
    ([YEAR[0], ("2026.9", "2027-04-12T06:00", "2027-05-10T06:00")], Refused),
    ([YEAR[0], ("2027.2", "2026-11-01T06:00", "2027-05-10T06:00")], Refused),
    ([YEAR[1], ("2027.3", "2027-03-12T06:00", "2027-04-09T06:00")], BreaksSLA),
]


@both_databases
@pytest.mark.parametrize(("dates", "error"), WRONG)
def test_none_is_planned_where_one_cannot_be(
    planned: World, dates: Sequence[tuple[str, str, str]], error: type[Exception]
) -> None:
    before = everything()
    with pytest.raises(error):
        schedule_releases(planned.product, plans(*dates), PLANNER, NOW)
    assert everything() == before


def test_each_is_judged_as_if_those_before_it_stood(planned: World) -> None:
    before = everything()
    dates = [
        *YEAR[:2],
        ("2027.2", "2027-06-14T06:00", "2027-07-12T06:00"),
        ("2027.3", "2027-04-12T06:00", "2027-05-03T06:00"),
        ("2027.4", "2027-07-12T06:00", "2027-08-09T06:00"),
        ("2027.5", "2027-10-11T06:00", "2027-11-08T06:00"),
        ("2027.6", "2027-11-12T06:00", "2027-12-10T06:00"),
    ]
    found = judged_together(planned.product, plans(*dates), PLANNER, NOW)
    assert [one.is_good for one in found] == [True, True, False, False, True, True, False]
    assert isinstance(found[2].refused, VersionExists)
    assert [breach.rule for breach in found[3].breaches] == [Rule.VERSION_ORDER]
    assert [breach.rule for breach in found[6].breaches] == [Rule.RELEASE_BUDGET]
    assert everything() == before


def test_year_is_for_who_may_plan(planned: World) -> None:
    for verb in (schedule_releases, judged_together):
        with pytest.raises(NotAllowed):
            verb(planned.product, plans(*YEAR), OPERATOR, NOW)


def test_slots_that_are_taken_count(planned: World) -> None:
    planned_release(planned.product, *YEAR[0])
    with pytest.raises(YearIsFull):
        schedule_releases(
            planned.product, plans(*YEAR[1:], ("2027.5", "2027-11-15T06:00", "2027-12-13T06:00")), PLANNER, NOW
        )
    assert count(Release) == 1
