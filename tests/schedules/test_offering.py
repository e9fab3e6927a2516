"""What a refusal offers keeps every promise, meets nothing, and is near to what was asked (SLA 3.3)."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.clashes import clashes_of_release
from schedules.good_days import DAY
from schedules.ground import Ground
from schedules.judging import ReleasePlan, judge
from schedules.next_versions import unnamed_version
from schedules.offering import offer_for
from schedules.outlook import Asked, release_outlook
from schedules.year_planning import judged_together
from sla.terms import Change
from storage import Refused, db
from tests.planning import frozen, planned_release, told_and_given
from tests.schedules.test_proposing import ASKED, STANDING, Standing, is_good, lay, moment, whatever_stands
from tests.world import AMSTERDAM, NOW, PLANNER, World, local


@whatever_stands
@given(
    standing=STANDING,
    in_order=st.booleans(),
    version=ASKED,
    far=st.integers(1, 240),
    tested=st.integers(-3, 240),
)
def test_what_is_offered_is_good(
    planned: World, standing: list[Standing], in_order: bool, version: str, far: int, tested: int
) -> None:
    try:
        ground = lay(planned.product, standing, in_order)
        asked = version if version not in {one.version for one in ground.releases} else "2027.5"
        acceptance_at, production_at = moment(NOW.date() + far * DAY), moment(NOW.date() + (far + tested) * DAY)
        named = asked or unnamed_version(ground, production_at)
        plan = ReleasePlan(named, acceptance_at, production_at)
        try:
            verdict = judge(planned.product, plan, NOW)
        except Refused:
            return
        offer = offer_for(ground, plan, verdict, NOW, version=asked)
        assert (offer is not None) == bool(verdict.breaches)
        if offer is not None and offer.is_clear:
            assert is_good(ground, asked or unnamed_version(ground, offer.dates.production_at), offer.dates)
            assert offer.dates.production_at.astimezone(AMSTERDAM).time() == production_at.time()
    finally:
        db.session.rollback()


def offered(world: World, acceptance: str, production: str, version: str = "2027.1") -> tuple[datetime, datetime]:
    """What is offered; pressed, it says that nothing is broken and nothing stands in the way."""
    asked = Asked(version, local(acceptance), local(production))
    found = release_outlook(world.product, asked, NOW)
    assert found.offer is not None
    assert found.offer.is_clear
    dates = found.offer.dates
    pressed = release_outlook(world.product, Asked(version, dates.acceptance_at, dates.production_at), NOW)
    assert pressed.verdict is not None
    assert (pressed.verdict.breaches, pressed.clashes, pressed.offer) == ([], [], None)
    return dates.acceptance_at, dates.production_at


def test_weekend_is_left_alone(planned: World) -> None:
    # Too soon for acceptance; a week later is a Saturday, and the time to test ends on New Year's Day.
    assert offered(planned, "2026-12-05T06:00", "2026-12-12T06:00") == (
        local("2026-12-08T06:00"),
        local("2026-12-24T06:00"),
    )
    frozen(planned.product, "2026-12-14", "2027-01-03")
    assert offered(planned, "2026-12-05T06:00", "2026-12-12T06:00") == (
        local("2026-12-08T06:00"),
        local("2027-01-04T06:00"),
    )


def test_other_versions_are_not_tested_meanwhile(planned: World) -> None:
    planned_release(planned.product, "2026.4", "2027-01-11T06:00", "2027-02-08T06:00")
    planned_release(planned.product, "2026.5", "2027-03-01T06:00", "2027-03-22T06:00")
    # It must come after both, so its acceptance does as well: not in December, with two others between.
    assert offered(planned, "2026-12-05T06:00", "2027-01-04T06:00") == (
        local("2027-03-23T06:00"),
        local("2027-04-06T06:00"),
    )


def test_full_year_is_put_off_and_not_tested_all_the_time(planned: World) -> None:
    for number, month in enumerate(("01", "03", "05", "07"), start=1):
        planned_release(planned.product, f"2027.{number}", f"2027-{month}-04T06:00", f"2027-{month}-25T06:00")
    acceptance_at, production_at = offered(planned, "2027-08-02T06:00", "2027-08-23T06:00", "2027.5")
    # 1 January 2028 is a Saturday and a holiday.
    assert production_at == local("2028-01-03T06:00")
    assert acceptance_at > local("2027-12-01T06:00")


def test_higher_version_that_comes_soon_leaves_the_first_good_dates(planned: World) -> None:
    planned_release(planned.product, "2027.2", "2027-03-01T06:00", "2027-03-22T06:00")
    assert offered(planned, "2027-02-26T06:00", "2027-03-05T06:00") == (
        local("2026-12-08T06:00"),
        local("2026-12-24T06:00"),
    )


def test_date_that_was_not_asked_to_move_stays(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(local("2027-01-02T09:00"))
    # Ten days to test are too few; the acceptance stands.
    asked = Asked(acceptance_at=release.acceptance_at, production_at=local("2027-01-28T06:00"))
    found = release_outlook(planned.product, asked, local("2027-01-04T09:00"), release=release)
    assert found.offer is not None
    assert found.offer.is_clear
    assert found.offer.dates.acceptance_at == release.acceptance_at
    again = Asked(acceptance_at=release.acceptance_at, production_at=found.offer.dates.production_at)
    pressed = release_outlook(planned.product, again, local("2027-01-04T09:00"), release=release)
    assert pressed.verdict is not None
    assert (pressed.verdict.breaches, pressed.clashes) == ([], [])


def test_without_good_dates_those_that_keep_the_promise_are_offered(planned: World) -> None:
    for year in range(2026, 2032):
        frozen(planned.product, f"{year}-01-01", f"{year}-12-31")
    found = release_outlook(planned.product, Asked("2027.1", local("2026-12-01T06:00"), local("2026-12-10T06:00")), NOW)
    assert found.offer is not None
    assert found.verdict is not None
    assert not found.offer.is_clear
    assert (found.offer.dates.acceptance_at, found.offer.dates.production_at) == (
        found.verdict.acceptance_at,
        found.verdict.production_at,
    )


@pytest.mark.parametrize("acceptance", ["2026-12-05T06:00", "2026-12-01T06:00"])
def test_year_offers_good_dates_as_well(planned: World, acceptance: str) -> None:
    plan = ReleasePlan("2027.1", local(acceptance), local("2026-12-12T06:00"))
    (one,) = judged_together(planned.product, [plan], PLANNER, NOW)
    assert one.offer is not None
    both = {Change.ACCEPTANCE: one.offer.dates.acceptance_at, Change.PRODUCTION: one.offer.dates.production_at}
    assert clashes_of_release(Ground.of(planned.product, NOW), both) == []
