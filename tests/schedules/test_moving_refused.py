"""Moves that are refused, and moves that change nothing."""

import pytest

from evidence.actors import NotAllowed
from schedules.errors import ChangedMeanwhile, YearIsFull
from schedules.release_cancelling import cancel_release
from schedules.releases import move_release
from storage import Refused
from tests.planning import ACCEPTANCE, PRODUCTION, TOLD, moved, notices, planned_release, told_and_given
from tests.schedules.moving import FURTHER, OLD, PUT_OFF
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local


@pytest.mark.parametrize(
    ("acceptance", "production_at", "now", "field"),
    [
        pytest.param("2027-01-25T06:00", PRODUCTION, "2027-01-18T06:00", "acceptance_at", id="acceptance-came"),
        pytest.param(ACCEPTANCE, "2027-03-08T06:00", "2027-02-08T06:00", "production_at", id="production-came"),
        pytest.param(ACCEPTANCE, "2026-11-20T06:00", "2026-11-23T10:00", "production_at", id="into-the-past"),
        pytest.param(ACCEPTANCE, "2027-01-17T06:00", "2026-11-23T10:00", "production_at", id="before-acceptance"),
    ],
)
def test_move_is_refused_at_its_field(
    planned: World, acceptance: str, production_at: str, now: str, field: str
) -> None:
    release = planned_release(planned.product)

    with pytest.raises(Refused) as refusal:
        moved(release, acceptance, production_at, now=local(now))

    assert refusal.value.field == field
    assert (release.acceptance_at, release.production_at) == (local(ACCEPTANCE), OLD)


def test_move_of_production_alone_is_possible_once_acceptance_came(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)

    moved(release, production=PUT_OFF, now=local("2027-01-18T06:00"))

    assert release.production_at == local(PUT_OFF)


def test_move_to_the_same_dates_changes_nothing(planned: World) -> None:
    release = planned_release(planned.product)
    before = [(one.id, one.state, one.revision) for one in notices(release)]

    moved(release)

    assert release.revision == 1
    assert [(one.id, one.state, one.revision) for one in notices(release)] == before


def test_move_is_refused_to_whoever_looked_before_the_last_change(planned: World) -> None:
    release = planned_release(planned.product)
    moved(release, production=PUT_OFF)

    with pytest.raises(ChangedMeanwhile):
        move_release(release, local(ACCEPTANCE), local(FURTHER), PLANNER, NOW, revision=1)
    assert release.production_at == local(PUT_OFF)


def test_move_of_a_cancelled_release_is_refused(planned: World) -> None:
    release = planned_release(planned.product)
    cancel_release(release, MANAGER, NOW)

    with pytest.raises(Refused):
        moved(release, production=PUT_OFF)


def test_move_is_not_for_operators(planned: World) -> None:
    release = planned_release(planned.product)

    with pytest.raises(NotAllowed):
        moved(release, production=PUT_OFF, by=OPERATOR)


@both_databases
def test_move_into_another_year_takes_a_slot_there(planned: World) -> None:
    for one in range(1, 5):
        planned_release(planned.product, f"2028.{one}", f"2028-{one:02d}-04T06:00", f"2028-{one:02d}-25T06:00")
    release = planned_release(planned.product, "2027.4", "2027-11-15T06:00", "2027-12-20T06:00")

    with pytest.raises(YearIsFull):
        moved(release, "2027-11-15T06:00", "2028-01-03T06:00")
    assert (release.year, release.slot) == (2027, 1)

    cancel_release(release, MANAGER, NOW)
    other = planned_release(planned.product, "2027.4", "2027-11-15T06:00", "2027-12-20T06:00")
    moved(other, "2026-12-20T06:00", "2026-12-31T23:59", by=MANAGER, reason="Sooner is better")
    assert (other.year, other.slot) == (2026, 1)
