"""Four releases in a year of the local calendar, whoever signs (SLA 3.3)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from schedules.errors import YearIsFull
from schedules.judging import ReleasePlan, judge
from schedules.models import Release, Waiver
from schedules.release_cancelling import cancel_release
from schedules.releases import schedule_release
from sla.breaches import Breach, Rule
from storage import db
from tests.planning import LATER, plan_of, planned_release
from tests.world import MANAGER, NOW, PLANNER, World, both_databases, local


def fill_year(world: World, year: int, number: int = 4) -> list[Release]:
    """Releases of a year, three months apart."""
    return [
        planned_release(
            world.product, f"{year}.{one}", f"{year}-{3 * one - 2:02d}-04T06:00", f"{year}-{3 * one - 1:02d}-08T06:00"
        )
        for one in range(1, number + 1)
    ]


def test_date_on_offer_lies_in_a_year_with_room(planned: World) -> None:
    # Asked in a year with room, the notice leads into one that is full.
    fill_year(planned, 2027)

    verdict = judge(
        planned.product, plan_of("2026.9", "2026-12-18T06:00", "2026-12-31T06:00"), local("2026-12-03T06:00")
    )

    assert verdict.production_at == local("2028-01-01T06:00")
    assert {breach.earliest for breach in verdict.breaches if breach.rule is Rule.PRODUCTION_NOTICE} == {
        local("2028-01-01T06:00")
    }


@both_databases
def test_fifth_release_of_a_year_is_refused_and_offered_the_next_year(planned: World) -> None:
    fill_year(planned, 2027)
    fifth = plan_of("2027.5", "2027-11-20T06:00", "2027-12-20T06:00")

    with pytest.raises(YearIsFull) as refusal:
        schedule_release(planned.product, fifth, MANAGER, NOW)

    assert refusal.value.breaches == [
        Breach(Rule.RELEASE_BUDGET, "SLA 3.3", "5 in 2027", "4 a year", local("2028-01-01T06:00"))
    ]
    offered = plan_of("2027.5", "2027-11-20T06:00", "2028-01-01T06:00")
    assert schedule_release(planned.product, offered, PLANNER, LATER).year == 2028


def test_release_counts_in_the_local_year_of_production(planned: World) -> None:
    late = planned_release(planned.product, "2026.9", "2026-12-10T06:00", "2026-12-31T23:59")
    new_year = schedule_release(
        planned.product,
        ReleasePlan("2027.1", local("2026-12-10T07:00"), datetime(2026, 12, 31, 23, 30, tzinfo=UTC)),
        PLANNER,
        NOW,
    )

    # Half past eleven in London is half past twelve in Amsterdam.
    assert (late.year, new_year.year) == (2026, 2027)


@both_databases
def test_full_year_is_that_of_the_local_calendar(planned: World) -> None:
    fill_year(planned, 2027)

    inside = datetime(2027, 12, 31, 22, 59, tzinfo=UTC)
    with pytest.raises(YearIsFull):
        schedule_release(planned.product, ReleasePlan("2027.9", local("2027-11-20T06:00"), inside), PLANNER, NOW)

    outside = datetime(2027, 12, 31, 23, 30, tzinfo=UTC)
    release = schedule_release(planned.product, ReleasePlan("2027.9", local("2027-11-20T06:00"), outside), PLANNER, NOW)
    assert (release.year, release.slot) == (2028, 1)


@both_databases
@pytest.mark.parametrize("slot", [0, 1, 5, None], ids=["below", "taken", "fifth", "none"])
def test_slots_of_a_year_are_guarded_by_the_database(planned: World, slot: int | None) -> None:
    release = planned_release(planned.product)
    copy = {column.name: getattr(release, column.name) for column in Release.__table__.columns if column.name != "id"}

    with pytest.raises(IntegrityError):
        db.session.execute(insert(Release).values(copy | {"version": "2027.9", "slot": slot}))
    db.session.rollback()

    assert db.session.scalar(select(func.count(Release.id))) == 1


def test_fifth_release_is_never_waived(planned: World) -> None:
    fill_year(planned, 2027)

    with pytest.raises(YearIsFull):
        planned_release(
            planned.product, "2027.5", "2027-11-20T06:00", "2027-12-20T06:00", by=MANAGER, reason="Just once"
        )

    assert db.session.scalar(select(func.count(Waiver.id))) == 0


def test_cancel_release_before_production_frees_its_slot(planned: World) -> None:
    first, *_others = fill_year(planned, 2027)
    cancel_release(first, MANAGER, NOW)

    again = planned_release(planned.product, "2027.1", "2027-01-18T06:00", "2027-02-15T06:00")

    assert (first.slot, first.cancelled_at, first.cancelled_by, again.slot) == (None, NOW, MANAGER.name, 1)
