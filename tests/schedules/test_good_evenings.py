"""Evenings that are proposed for maintenance, and those that are offered where it is not as we aim to do it."""

from datetime import datetime, timedelta

import pytest

from schedules.good_evenings import Evening, offered_window, proposed_window
from schedules.ground import Ground
from schedules.models import Impact, MaintenanceWindow
from schedules.outlook import AskedWindow, window_outlook
from schedules.window_judging import judge_window
from tests.planning import BOTH, counted_queries, frozen, planned_window, told_and_given, window_plan
from tests.world import NOW, World, local, make_tenant


def test_proposed_evening_is_a_week_ahead_outside_service_hours(planned: World) -> None:
    ground = Ground.of(planned.product, NOW)
    # A week after Monday 10:00 is past the evening of the Sunday before.
    assert proposed_window(ground, timedelta(hours=3), BOTH, NOW) == (
        local("2026-11-30T21:00"),
        local("2026-12-01T00:00"),
    )
    # Eleven hours fit from nine until eight, twelve in the one night of a year that has an hour more.
    assert proposed_window(ground, timedelta(hours=11), BOTH, NOW) is not None
    longest = proposed_window(ground, timedelta(hours=12), BOTH, NOW)
    assert longest == (local("2027-10-30T21:00"), local("2027-10-31T08:00"))
    assert proposed_window(ground, timedelta(hours=12, minutes=1), BOTH, NOW) is None
    frozen(planned.product, "2026-11-30", "2026-12-04")
    planned_window(planned.product, "2026-12-05T20:30", "2026-12-06T02:00")
    again = Ground.of(planned.product, NOW)
    # At the hour of the last maintenance, on the first evening without a freeze and without that maintenance.
    assert proposed_window(again, timedelta(hours=3), BOTH, NOW) == (
        local("2026-12-06T20:30"),
        local("2026-12-06T23:30"),
    )


def offered(
    world: World, starts: str, ends: str, now: datetime = NOW, window: MaintenanceWindow | None = None
) -> Evening | None:
    plan = window_plan(starts, ends)
    ground = Ground.of(world.product, now, window=window)
    verdict = judge_window(world.product, plan, now, window=window)
    return offered_window(ground, plan, verdict, now, window=window)


# A week after NOW is 30 November, 10:00; what is offered stands for a quarter of an hour.
@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        pytest.param(
            "2026-11-25T22:00", "2026-11-26T02:00", ("2026-11-30T22:00", "2026-12-01T02:00"), id="too-soon-at-its-hour"
        ),
        pytest.param(
            "2026-11-25T12:00", "2026-11-25T13:00", ("2026-11-30T21:00", "2026-11-30T22:00"), id="too-soon-and-at-noon"
        ),
        pytest.param(
            "2026-12-05T10:00", "2026-12-05T11:30", ("2026-12-05T21:00", "2026-12-05T22:30"), id="at-noon-same-evening"
        ),
        pytest.param(
            "2026-12-05T18:00", "2026-12-06T06:00", ("2026-12-05T20:00", "2026-12-06T08:00"), id="a-whole-night"
        ),
        pytest.param("2026-12-05T18:00", "2026-12-06T07:01", None, id="no-night-is-so-long"),
        pytest.param("2026-11-25T18:00", "2026-11-27T19:00", None, id="longer-than-a-day"),
        # The night in which the clock goes forward is an hour short.
        pytest.param(
            "2028-03-25T20:30", "2028-03-26T08:30", ("2028-03-26T20:30", "2028-03-27T07:30"), id="short-night"
        ),
        pytest.param("2026-12-05T22:00", "2026-12-06T02:00", None, id="as-we-aim-to-do-it"),
    ],
)
def test_offer_keeps_every_promise_for_its_whole_length(
    planned: World, starts: str, ends: str, expected: tuple[str, str] | None
) -> None:
    found = offered(planned, starts, ends)
    assert found == (expected and (local(expected[0]), local(expected[1])))
    if found:
        # The reader takes a while to press the button.
        window = planned_window(planned.product, *expected, now=NOW + timedelta(minutes=14))  # type: ignore[misc]
        assert (window.waivers, window.ends_at - window.starts_at) == ([], found[1] - found[0])


def test_offer_suits_the_agreements_of_those_it_touches_and_meets_nothing(planned: World) -> None:
    make_tenant(planned.product, "streng", maintenance_notice="P2W")
    frozen(planned.product, "2026-12-07", "2026-12-08")
    planned_window(planned.product, "2026-12-09T22:30", "2026-12-09T23:30", reference="M-0")
    for tenants, first in ((("zorggroep-de-brug",), "2026-11-30T22"), ((), "2026-12-09T21")):
        asked = AskedWindow(local("2026-11-25T22:00"), local("2026-11-25T23:00"), BOTH, tenants=tenants)
        found = window_outlook(planned.product, asked, NOW).offer
        assert found is not None
        assert (found[0], found[1] - found[0]) == (local(f"{first}:00"), timedelta(hours=1))
    silent = AskedWindow(local("2026-11-25T12:00"), local("2026-11-25T13:00"), BOTH, Impact.NO_IMPACT)
    assert window_outlook(planned.product, silent, NOW).offer is None


def test_who_was_told_hears_of_a_postponement_by_the_old_start(planned: World) -> None:
    window = planned_window(planned.product)
    told = local("2026-12-08T22:00")
    told_and_given(told)
    # A day later, at noon: no new week is needed for the evening of that day.
    found = offered(planned, "2026-12-16T12:00", "2026-12-16T13:00", told, window)
    assert found == (local("2026-12-16T21:00"), local("2026-12-16T22:00"))
    # Brought forward, it is.
    found = offered(planned, "2026-12-10T22:00", "2026-12-10T23:00", told, window)
    assert found == (local("2026-12-16T22:00"), local("2026-12-16T23:00"))


def test_offer_costs_no_more_queries_with_many_tenants(planned: World) -> None:
    asked = AskedWindow(local("2026-11-25T12:00"), local("2026-11-25T13:00"), BOTH)
    numbers = []
    for number in range(3):
        if number:
            for one in range(6):
                make_tenant(planned.product, f"tenant-{number}-{one}", maintenance_notice=f"P{2 + one}W")
        window_outlook(planned.product, asked, NOW)
        with counted_queries() as statements:
            assert window_outlook(planned.product, asked, NOW).offer is not None
        numbers.append(len(statements))
    assert numbers[1] == numbers[2]
