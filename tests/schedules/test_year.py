"""A product's year: what falls in it, in order, and how far its notices have come."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from schedules.freezes import FreezeFacts, add_freeze
from schedules.maintenance import cancel_maintenance, move_maintenance
from schedules.missed import waive_missed
from schedules.models import Impact, MaintenanceWindow, Release
from schedules.notices import Notice, NoticeState
from schedules.reasons import Reason
from schedules.release_cancelling import cancel_release
from schedules.rollouts import give_own_date
from schedules.special_days import SpecialDay
from schedules.year import Mark, MarkKind, Year, year_of
from schedules.year_notices import HowFar, Told, notices_counted
from sla.terms import Change
from storage import db
from tenants.models import Product
from tenants.products import ProductFacts, change_product
from tests.planning import (
    ACCEPTANCE_DEADLINE,
    PRODUCTION_DEADLINE,
    counted_queries,
    moved,
    pass_of_the_clock,
    planned_release,
    planned_window,
    told_and_given,
)
from tests.world import ADMIN, AMSTERDAM, MANAGER, NOW, PLANNER, World, both_databases, local, make_product, make_tenant

PLANNED = {NoticeState.PLANNED: 2}


@pytest.fixture
def product(planned: World) -> Product:
    """Without holidays, which have tests of their own."""
    change_product(planned.product, ProductFacts("Inconto", holidays_of=""), ADMIN, NOW)
    return planned.product


def said(mark: Mark) -> tuple[str, str, str]:
    """A mark as a test tells it: what, of what, when."""
    about = mark.about
    name = (
        about.version if isinstance(about, Release) else about.reference if isinstance(about, MaintenanceWindow) else ""
    )
    kind = f"{mark.kind.value} {mark.change.value}" if mark.change else mark.kind.value
    return kind, name, f"{mark.at.astimezone(AMSTERDAM):%Y-%m-%dT%H:%M}"


def marks(year: Year) -> list[tuple[str, str, str]]:
    return [said(mark) for mark in year.marks]


def told(product: Product, year: int, kind: str, now: datetime = NOW) -> Told:
    (found,) = [mark.told for mark in year_of(product, year, now).marks if said(mark)[0] == f"notice {kind}"]
    assert found is not None
    return found


def test_empty_year_has_four_free_slots(product: Product) -> None:
    year = year_of(product, 2027, NOW)
    assert (year.slots, year.beside, year.marks, year.called_off) == ([None] * 4, [], [], [])
    assert (year.begins_at, year.ends_at) == (local("2027-01-01T00:00"), local("2028-01-01T00:00"))


@both_databases
def test_marks_come_in_order_of_time_whatever_they_are_about(product: Product) -> None:
    release = planned_release(product, "2027.1", "2027-02-08T07:00", "2027-03-15T06:00")
    planned_window(product, "2027-02-01T22:00", "2027-02-02T02:00")
    days = local("2027-02-20T00:00").date(), local("2027-02-28T00:00").date()
    add_freeze(product, FreezeFacts(str(days[0]), str(days[1]), "Druk", "Busy"), PLANNER, NOW)

    year = year_of(product, 2027, NOW)

    assert year.slots == [release, None, None, None]
    assert marks(year) == [
        ("notice acceptance", "2027.1", "2027-01-25T07:00"),
        ("notice maintenance", "M-1", "2027-01-25T22:00"),
        ("change maintenance", "M-1", "2027-02-01T22:00"),
        ("change acceptance", "2027.1", "2027-02-08T07:00"),
        ("testing", "2027.1", "2027-02-08T07:00"),
        ("notice production", "2027.1", "2027-02-15T06:00"),
        ("day", "", "2027-02-20T00:00"),
        ("change production", "2027.1", "2027-03-15T06:00"),
    ]
    ends = [mark.until for mark in year.marks if mark.until != mark.at]
    assert ends == [
        local("2027-02-02T02:00"),
        local("2027-03-15T06:00"),
        local("2027-03-01T00:00"),
    ]


def test_holidays_are_marks_on_the_products_clock(planned: World) -> None:
    change_product(planned.product, ProductFacts("Inconto", timezone="America/New_York"), ADMIN, NOW)
    days = [mark for mark in year_of(planned.product, 2027, NOW).marks if isinstance(mark.about, SpecialDay)]
    assert [mark.about.name("en") for mark in days if isinstance(mark.about, SpecialDay)][:2] == [
        "New Year's Day",
        "Good Friday",
    ]
    assert days[0].at == year_of(planned.product, 2027, NOW).begins_at
    assert f"{days[0].at:%Y-%m-%dT%H:%M}" == "2027-01-01T05:00"


def test_release_over_new_year_stands_in_both_years(product: Product) -> None:
    release = planned_release(product, "2028.1", "2027-12-13T07:00", "2028-01-24T06:00")
    before, after = year_of(product, 2027, NOW), year_of(product, 2028, NOW)

    assert (before.slots, before.beside) == ([None] * 4, [release])
    assert marks(before) == [
        ("notice acceptance", "2028.1", "2027-11-29T07:00"),
        ("change acceptance", "2028.1", "2027-12-13T07:00"),
        ("testing", "2028.1", "2027-12-13T07:00"),
        ("notice production", "2028.1", "2027-12-24T06:00"),
    ]
    assert (after.slots, after.beside) == ([release, None, None, None], [])
    assert marks(after) == [
        ("testing", "2028.1", "2027-12-13T07:00"),
        ("change production", "2028.1", "2028-01-24T06:00"),
    ]


def test_year_before_shows_the_notice_of_a_release_that_is_all_in_the_next(product: Product) -> None:
    release = planned_release(product, "2028.1", "2028-01-10T07:00", "2028-02-07T06:00")
    later = planned_release(product, "2028.2", "2028-05-10T07:00", "2028-06-07T06:00")
    year = year_of(product, 2027, NOW)
    assert year.beside == [release]
    assert marks(year) == [("notice acceptance", "2028.1", "2027-12-27T07:00")]
    assert year_of(product, 2028, NOW).slots == [release, later, None, None]


def test_strictest_agreement_reaches_into_the_year_before(product: Product) -> None:
    make_tenant(product, "strict", production_notice="P10M")
    planned_release(product, "2028.1", "2028-06-05T07:00", "2028-10-02T06:00")
    year = year_of(product, 2027, NOW)
    (mark,) = year.marks
    assert said(mark) == ("notice production", "2028.1", "2027-12-02T06:00")
    assert mark.told is not None
    assert (mark.told.tenants, mark.told.last_deadline) == (3, local("2028-09-02T06:00"))


@pytest.mark.parametrize(
    ("year", "found"),
    [
        (2026, ["notice maintenance", "change maintenance"]),
        (2027, ["change maintenance"]),
        (2028, []),
    ],
)
def test_maintenance_over_new_year_stands_in_both_years(product: Product, year: int, found: list[str]) -> None:
    planned_window(product, "2026-12-31T22:00", "2027-01-01T02:00")
    assert [said(mark)[0] for mark in year_of(product, year, NOW).marks] == found


def test_maintenance_that_nobody_notices_needs_no_notice(product: Product) -> None:
    planned_window(product, impact=Impact.NO_IMPACT)
    (mark,) = year_of(product, 2026, NOW).marks
    assert (said(mark)[0], mark.told) == ("change maintenance", None)


@both_databases
def test_notices_are_counted_as_they_go_on(product: Product) -> None:
    make_tenant(product, "nobody", contacts=0)
    planned_release(product)
    assert told(product, 2027, "acceptance") == Told(ACCEPTANCE_DEADLINE, ACCEPTANCE_DEADLINE, {NoticeState.PLANNED: 3})
    assert told(product, 2027, "acceptance").how_far is HowFar.PLANNED

    told_and_given(ACCEPTANCE_DEADLINE - timedelta(days=1))
    acceptance = told(product, 2027, "acceptance", ACCEPTANCE_DEADLINE)
    assert (acceptance.given, acceptance.tenants, acceptance.waits) == (2, 3, 1)
    assert acceptance.how_far is HowFar.PARTLY

    pass_of_the_clock(PRODUCTION_DEADLINE + timedelta(minutes=1))
    acceptance = told(product, 2027, "acceptance")
    assert (acceptance.given, acceptance.states[NoticeState.MISSED]) == (2, 1)
    assert acceptance.how_far is HowFar.MISSED


def test_notices_that_others_gave_are_not_to_come(product: Product) -> None:
    planned_release(product)
    standing = told(product, 2027, "acceptance").states[NoticeState.PLANNED]
    one = select(Notice.id).where(Notice.kind == Change.ACCEPTANCE).limit(1).scalar_subquery()
    db.session.execute(update(Notice).where(Notice.id == one).values(state=NoticeState.TAKEN_OVER))
    db.session.commit()
    acceptance = told(product, 2027, "acceptance")
    assert acceptance.states == {NoticeState.TAKEN_OVER: 1, NoticeState.PLANNED: standing - 1}
    assert acceptance.how_far is HowFar.PARTLY


def test_tenant_whose_missed_notice_was_waived_counts_once(product: Product) -> None:
    make_tenant(product, "nobody", contacts=0)
    release = planned_release(product)
    told_and_given(ACCEPTANCE_DEADLINE - timedelta(days=1))
    late = ACCEPTANCE_DEADLINE + timedelta(minutes=1)
    pass_of_the_clock(late)
    waive_missed(release, Change.ACCEPTANCE, Reason("Het kan niet anders", "It cannot be otherwise"), MANAGER, late)
    acceptance = told(product, 2027, "acceptance")
    assert acceptance.states == {NoticeState.COMPLETE: 2, NoticeState.PLANNED: 1}
    assert acceptance.how_far is HowFar.PARTLY


@both_databases
def test_tenant_that_was_missed_and_told_anew_counts_once(product: Product) -> None:
    release = planned_release(product)
    missed = ACCEPTANCE_DEADLINE + timedelta(minutes=1)
    db.session.execute(update(Notice).where(Notice.kind == Change.ACCEPTANCE).values(state=NoticeState.MISSED))
    db.session.commit()
    moved(release, "2027-02-22T06:00", "2027-03-29T06:00", now=missed)
    acceptance = told(product, 2027, "acceptance", missed)
    assert acceptance.states == PLANNED
    assert acceptance.how_far is HowFar.PLANNED


def test_postponed_release_is_told_by_the_date_that_it_had(product: Product) -> None:
    release = planned_release(product, "2026.4", "2026-12-08T07:00", "2026-12-29T06:00")
    told_and_given(NOW)
    moved(release, "2027-06-07T07:00", "2027-07-12T06:00")

    before = year_of(product, 2026, NOW)
    assert (before.slots, before.beside) == ([None] * 4, [release])
    assert marks(before) == [
        ("notice acceptance", "2026.4", "2026-12-08T07:00"),
        ("notice production", "2026.4", "2026-12-29T06:00"),
    ]
    assert [mark.told and (mark.told.moved, mark.told.states) for mark in before.marks] == [(True, PLANNED)] * 2
    after = year_of(product, 2027, NOW)
    assert [said(mark)[0] for mark in after.marks] == ["change acceptance", "testing", "change production"]


def test_what_is_called_off_leaves_its_slot_and_is_named(product: Product) -> None:
    release, window = planned_release(product), planned_window(product, "2027-01-12T22:00", "2027-01-13T02:00")
    told_and_given(NOW)
    cancel_release(release, MANAGER, NOW)
    cancel_maintenance(window, MANAGER, NOW)
    year = year_of(product, 2027, NOW)
    assert (year.slots, year.marks, year.called_off) == ([None] * 4, [], [release, window])
    assert year_of(product, 2026, NOW).called_off == []


def test_moved_maintenance_stands_where_it_is_now(product: Product) -> None:
    window, then = planned_window(product), NOW + timedelta(days=14)
    told_and_given(then)
    move_maintenance(window, local("2027-03-09T22:00"), local("2027-03-10T02:00"), PLANNER, then, revision=1)
    assert marks(year_of(product, 2026, NOW)) == [("notice maintenance", "M-1", "2026-12-15T22:00")]
    assert marks(year_of(product, 2027, NOW)) == [("change maintenance", "M-1", "2027-03-09T22:00")]


@both_databases
def test_own_dates_of_tenants_are_one_mark(product: Product, planned: World) -> None:
    release = planned_release(product)
    for tenant, at in ((planned.brug, "2027-03-01T06:00"), (planned.peelrand, "2027-04-05T06:00")):
        give_own_date(release, tenant, Change.PRODUCTION, local(at), "Eigen test", PLANNER, NOW)
    (mark,) = [one for one in year_of(product, 2027, NOW).marks if one.kind is MarkKind.OWN_DATES]
    assert said(mark) == ("own_dates production", "2027.1", "2027-03-01T06:00")
    assert mark.own is not None
    assert (mark.own.tenants, mark.until) == (2, local("2027-04-05T06:00"))


def test_own_date_after_new_year_stands_in_that_year(product: Product, planned: World) -> None:
    release = planned_release(product, "2027.1", "2027-11-01T07:00", "2027-12-06T06:00")
    give_own_date(release, planned.brug, Change.PRODUCTION, local("2028-01-17T06:00"), "Eigen test", PLANNER, NOW)
    year = year_of(product, 2028, NOW)
    assert (year.slots, year.beside) == ([None] * 4, [release])
    assert marks(year) == [("own_dates production", "2027.1", "2028-01-17T06:00")]


def test_change_that_nobody_must_hear_of_yet_has_the_deadline_of_the_sla(app: object) -> None:
    product = make_product()
    planned_release(product)
    assert told(product, 2027, "acceptance") == Told(ACCEPTANCE_DEADLINE, ACCEPTANCE_DEADLINE)
    # Afterwards nobody had to be told, and nothing was missed.
    later = ACCEPTANCE_DEADLINE + timedelta(minutes=1)
    assert "notice acceptance" not in [said(mark)[0] for mark in year_of(product, 2027, later).marks]


def test_year_is_of_one_product(product: Product) -> None:
    other = make_product("other", "Other")
    planned_release(other)
    planned_window(other)
    assert [year_of(product, year, NOW).marks for year in (2026, 2027)] == [[], []]


def test_year_costs_the_same_whatever_is_planned(product: Product) -> None:
    def cost() -> int:
        db.session.rollback()
        assert (product.slug, len(product.agreements)) == ("inconto", 1)
        with counted_queries() as statements:
            year_of(product, 2027, NOW)
        return len(statements)

    planned_release(product)
    planned_window(product, "2027-01-12T22:00", "2027-01-13T02:00")
    before = cost()
    for number in range(2, 5):
        planned_release(
            product, f"2027.{number}", f"2027-{number * 2:02d}-01T06:00", f"2027-{number * 2 + 1:02d}-01T06:00"
        )
        starts, ends = f"2027-{number:02d}-12T22:00", f"2027-{number:02d}-13T02:00"
        planned_window(product, starts, ends, reference=f"M-{number}")
    for number in range(20):
        make_tenant(product, f"tenant-{number}")
    pass_of_the_clock(NOW)
    assert (cost(), before <= 10) == (before, True)


def test_nothing_to_count_asks_nothing(product: Product) -> None:
    with counted_queries() as statements:
        assert notices_counted([], []) == {}
    assert statements == []
