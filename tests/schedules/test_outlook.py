"""What a plan would mean, told before anybody plans it."""

from collections.abc import Callable

import pytest

from announcements.services import announce_due
from schedules.ground import Ground
from schedules.judging import ReleasePlan
from schedules.models import Impact
from schedules.next_versions import next_versions
from schedules.outlook import Asked, AskedWindow, release_outlook, window_outlook
from schedules.proposing import proposed_dates, proposed_year
from schedules.releases import schedule_release
from schedules.withdrawing import may_withdraw
from schedules.year_planning import schedule_releases
from sla.breaches import Rule
from sla.terms import Change
from storage import db
from tenants.audiences import Audience
from tenants.models import Product
from tests.planning import (
    ACCEPTANCE,
    ACCEPTANCE_DEADLINE,
    BOTH,
    PRODUCTION,
    PRODUCTION_DEADLINE,
    counted_queries,
    frozen,
    moved,
    plan_of,
    planned_release,
)
from tests.world import NOW, PLANNER, World, local, make_tenant

ASKED = Asked("2027.1", local(ACCEPTANCE), local(PRODUCTION))


def test_plan_that_keeps_every_promise_is_told_its_deadlines_and_its_readers(planned: World) -> None:
    found = release_outlook(planned.product, ASKED, NOW)
    assert found.verdict is not None
    assert found.verdict.breaches == []
    assert [(one.change, one.by_sla, one.stricter) for one in found.deadlines] == [
        (Change.ACCEPTANCE, ACCEPTANCE_DEADLINE, ()),
        (Change.PRODUCTION, PRODUCTION_DEADLINE, ()),
    ]
    assert (found.clashes, found.losing, found.audience, found.told) == ([], [], Audience(2, 3, 0), None)
    assert (found.year, found.slots_left) == (2027, 4)


def test_what_is_not_filled_in_is_no_fault(planned: World) -> None:
    nothing = release_outlook(planned.product, Asked(), NOW)
    assert (nothing.verdict, nothing.refused, nothing.deadlines, nothing.clashes) == (None, None, [], [])
    assert nothing.proposed == proposed_dates(Ground.of(planned.product, NOW), NOW)
    half = release_outlook(planned.product, Asked(production_at=local(PRODUCTION)), NOW)
    assert [one.by_sla for one in half.deadlines] == [PRODUCTION_DEADLINE]
    # Dates are judged before the version is there.
    dates = release_outlook(planned.product, Asked("", ASKED.acceptance_at, ASKED.production_at), NOW)
    assert dates.verdict is not None
    assert (dates.verdict.breaches, dates.verdict.slot) == ([], 1)
    # It overtakes nobody, and nobody it.
    planned_release(planned.product, "2027.2", "2027-04-12T06:00", "2027-05-10T06:00")
    between = release_outlook(planned.product, Asked("", ASKED.acceptance_at, ASKED.production_at), NOW)
    after = release_outlook(planned.product, Asked("", local("2027-05-17T06:00"), local("2027-06-14T06:00")), NOW)
    for one in (between, after):
        assert one.verdict is not None
        assert one.verdict.breaches == []


def test_breaches_and_refusals_are_those_of_planning(planned: World) -> None:
    early = Asked("2027.1", local("2026-12-01T06:00"), local("2026-12-10T06:00"))
    found = release_outlook(planned.product, early, NOW)
    assert found.verdict is not None
    assert [one.rule for one in found.verdict.breaches] == [
        Rule.ACCEPTANCE_NOTICE,
        Rule.PRODUCTION_NOTICE,
        Rule.TEST_PERIOD,
    ]
    schedule_release(planned.product, plan_of(), PLANNER, NOW)
    again = release_outlook(planned.product, ASKED, NOW)
    assert again.refused is not None
    assert (again.verdict, again.refused.field) == (None, "version")


def test_tenants_with_stricter_terms_are_named_with_their_deadline(planned: World) -> None:
    for number in range(7):
        make_tenant(planned.product, f"strict-{number}", production_notice="P6W")
    make_tenant(planned.product, "strictest", production_notice="P2M", name="Zeer Streng")
    make_tenant(planned.product, "looser", production_notice="P1W")
    production = release_outlook(planned.product, ASKED, NOW).deadlines[1]
    assert [(one.period, one.announce_by, one.tenants) for one in production.stricter] == [
        ("P2M", local("2026-12-08T06:00"), 1),
        ("P6W", local("2026-12-28T06:00"), 7),
    ]
    assert production.stricter[0].names == (("Zeer Streng", "strictest"),)
    assert [slug for _name, slug in production.stricter[1].names] == [f"strict-{number}" for number in range(5)]
    assert production.announce_by == local("2026-12-08T06:00")


def test_deadline_for_some_tenants_is_theirs_alone(planned: World) -> None:
    make_tenant(planned.product, "strict", maintenance_notice="P2W")
    asked = AskedWindow(local("2026-12-15T22:00"), local("2026-12-16T02:00"), BOTH)
    everybody = window_outlook(planned.product, asked, NOW).deadline
    named = AskedWindow(asked.starts_at, asked.ends_at, BOTH, tenants=("zorggroep-de-brug",))
    one = window_outlook(planned.product, named, NOW)
    assert everybody is not None
    assert one.deadline is not None
    assert (len(everybody.stricter), len(one.deadline.stricter)) == (1, 0)
    assert one.audience == Audience(1, 2, 0)


def test_maintenance_without_impact_has_no_deadline_and_no_readers(planned: World) -> None:
    asked = AskedWindow(local("2026-11-24T22:00"), local("2026-11-24T23:00"), BOTH, Impact.NO_IMPACT)
    found = window_outlook(planned.product, asked, NOW)
    assert found.verdict is not None
    assert (found.verdict.breaches, found.deadline, found.audience) == ([], None, Audience(0, 0, 0))
    # It need not be a week ahead either.
    assert found.proposed is not None
    assert found.proposed[0] == local("2026-11-23T21:00")


def test_proposed_dates_are_at_the_hours_of_the_last_release(planned: World) -> None:
    planned_release(planned.product, "2027.1", "2027-01-18T07:15", "2027-02-08T05:30")
    found = proposed_dates(Ground.of(planned.product, NOW), NOW)
    assert found is not None
    # After the release before it, on the first weekday, a fortnight apart.
    assert (found.acceptance_at, found.production_at) == (local("2027-02-09T07:15"), local("2027-02-24T05:30"))
    verdict = release_outlook(planned.product, Asked("2027.2", found.acceptance_at, found.production_at), NOW)
    assert verdict.verdict is not None
    assert (verdict.verdict.breaches, verdict.clashes) == ([], [])


def test_proposed_dates_keep_clear_of_holidays_freezes_and_the_strictest_terms(planned: World) -> None:
    make_tenant(planned.product, "strict", acceptance_notice="P4W")
    # Four weeks ahead is 21 December, of which six o'clock has passed; Christmas and a freeze follow.
    frozen(planned.product, "2026-12-22", "2026-12-31")
    found = proposed_dates(Ground.of(planned.product, NOW), NOW)
    assert found is not None
    # New Year's Day is a Friday in 2027.
    assert (found.acceptance_at, found.production_at) == (local("2027-01-04T06:00"), local("2027-01-18T06:00"))


def test_proposed_year_can_be_planned_as_it_is(planned: World) -> None:
    make_tenant(planned.product, "strict", acceptance_notice="P4W", production_notice="P3M")
    ground = Ground.of(planned.product, NOW)
    proposed = proposed_year(ground, 2027, 4, NOW)
    assert [one.version for one in proposed] == ["2027.1", "2027.2", "2027.3", "2027.4"]
    plans = [ReleasePlan(one.version, one.dates.acceptance_at, one.dates.production_at) for one in proposed]
    planned_all = schedule_releases(planned.product, plans, PLANNER, NOW)
    assert [(one.year, one.slot) for one in planned_all] == [(2027, slot) for slot in (1, 2, 3, 4)]
    assert proposed_year(Ground.of(planned.product, NOW), 2027, 4, NOW) == []


@pytest.mark.parametrize(
    ("standing", "year", "expected"),
    [
        ([], 2027, ["2027.1", "2027.2"]),
        (["2027.1"], 2027, ["2027.2", "2027.3"]),
        (["2027.1"], 2028, ["2028.1", "2028.2"]),
        (["12.4"], 2027, ["12.5", "12.6"]),
        (["2027.1.3"], 2027, ["2027.2", "2027.3"]),
    ],
)
def test_versions_follow_those_there_are(planned: World, standing: list[str], year: int, expected: list[str]) -> None:
    for version in standing:
        planned_release(planned.product, version)
    assert next_versions(Ground.of(planned.product, NOW), year, 2) == expected


def add_tenants(product: Product) -> None:
    for number in range(20):
        make_tenant(product, f"tenant-{number}", contacts=number % 3, production_notice="P2M", acceptance_notice="P3W")


def add_releases(product: Product) -> None:
    for number in range(2, 5):
        planned_release(product, f"2027.{number}", f"2027-0{2 * number}-05T06:00", f"2027-0{2 * number}-26T06:00")


@pytest.mark.parametrize("grow", [add_tenants, add_releases])
def test_answer_asks_the_same_of_more(planned: World, grow: Callable[[Product], None]) -> None:
    make_tenant(planned.product, "strict", production_notice="P6W", acceptance_notice="P3W")
    asked = Asked("2028.1", local("2028-01-18T06:00"), local("2028-02-08T06:00"))
    planned_release(planned.product)
    asked_before = queries(planned.product, asked)
    grow(planned.product)
    assert queries(planned.product, asked) == asked_before
    assert asked_before < 30


def queries(product: Product, asked: Asked) -> int:
    db.session.expire_all()
    assert product.slug
    with counted_queries() as statements:
        release_outlook(product, asked, NOW)
    return len(statements)


def test_move_that_nobody_heard_of_names_nobody(planned: World) -> None:
    release = planned_release(planned.product)
    moved(release, production="2027-02-15T06:00")
    assert announce_due(NOW) == 0
    assert may_withdraw(release, NOW)
