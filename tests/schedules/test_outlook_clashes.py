"""What stands in the way of a plan."""

from sqlalchemy import select

from schedules.clashes import ClashKind
from schedules.models import MaintenanceWindow
from schedules.outlook import Asked, AskedWindow, release_outlook, window_outlook
from schedules.progress import extend_maintenance, finish_maintenance, start_maintenance
from sla.terms import Change
from storage import db
from tenants.models import EnvironmentKind, Product
from tests.planning import (
    ACCEPTANCE,
    PRODUCTION,
    frozen,
    planned_release,
    planned_window,
)
from tests.world import NOW, OPERATOR, World, local

ASKED = Asked("2027.1", local(ACCEPTANCE), local(PRODUCTION))


def kinds(product: Product, acceptance: str, production: str) -> list[tuple[ClashKind, Change]]:
    found = release_outlook(product, Asked("2027.9", local(acceptance), local(production)), NOW)
    return [(clash.kind, clash.ours) for clash in found.clashes]


def test_weekends_holidays_and_freezes_stand_in_the_way(planned: World) -> None:
    frozen(planned.product, "2027-04-20", "2027-04-30")
    assert kinds(planned.product, "2027-03-26T06:00", "2027-04-17T06:00") == [
        (ClashKind.HOLIDAY, Change.ACCEPTANCE),
        (ClashKind.WEEKEND, Change.PRODUCTION),
    ]
    assert kinds(planned.product, "2027-03-29T06:00", "2027-04-27T06:00") == [
        (ClashKind.HOLIDAY, Change.ACCEPTANCE),
        (ClashKind.FREEZE, Change.PRODUCTION),
        (ClashKind.HOLIDAY, Change.PRODUCTION),
    ]


def test_other_releases_and_maintenance_stand_in_the_way(planned: World) -> None:
    planned_release(planned.product, "2027.1", "2027-03-01T06:00", "2027-03-15T06:00")
    planned_window(planned.product, "2027-04-12T05:00", "2027-04-12T06:30")
    # On the day of the other's production, which is when its test ends; maintenance of production in the same hour.
    assert kinds(planned.product, "2027-03-15T07:00", "2027-04-12T06:00") == [
        (ClashKind.UPDATE, Change.ACCEPTANCE),
        (ClashKind.MAINTENANCE, Change.PRODUCTION),
    ]
    assert kinds(planned.product, "2027-03-02T06:00", "2027-04-13T06:00") == [(ClashKind.TEST, Change.ACCEPTANCE)]
    # The window touches production alone.
    assert kinds(planned.product, "2027-04-12T06:00", "2027-05-11T06:00") == []
    # An update takes an hour.
    assert kinds(planned.product, "2027-03-22T06:00", "2027-04-12T03:59") == []
    assert kinds(planned.product, "2027-03-22T06:00", "2027-04-12T04:01") == [
        (ClashKind.MAINTENANCE, Change.PRODUCTION)
    ]


def test_other_release_that_comes_to_be_tested_meanwhile_stands_in_the_way(planned: World) -> None:
    planned_release(planned.product, "2027.1", "2027-02-01T06:00", "2027-02-16T06:00")
    third = planned_release(planned.product, "2027.2", "2027-03-01T06:00", "2027-03-16T06:00")
    found = release_outlook(planned.product, Asked("2027.9", local("2027-02-18T06:00"), local("2027-03-22T06:00")), NOW)
    assert [(clash.kind, clash.ours, clash.at, clash.other) for clash in found.clashes] == [
        (ClashKind.TEST, Change.PRODUCTION, third.acceptance_at, third)
    ]
    # Another that comes at the very end, or at the very beginning, meets an update and no test.
    at_the_end, together = (ClashKind.UPDATE, Change.PRODUCTION), (ClashKind.UPDATE, Change.ACCEPTANCE)
    assert kinds(planned.product, "2027-02-17T06:00", "2027-03-01T06:00") == [at_the_end]
    assert kinds(planned.product, "2027-03-01T06:00", "2027-03-17T06:00") == [together]


def test_release_does_not_stand_in_its_own_way(planned: World) -> None:
    release = planned_release(planned.product)
    found = release_outlook(planned.product, ASKED, NOW, release=release)
    assert (found.clashes, found.slots_left) == ([], 3)
    window = planned_window(planned.product)
    asked = AskedWindow(window.starts_at, window.ends_at)
    assert window_outlook(planned.product, asked, NOW, window=window).clashes == []


def test_maintenance_that_is_done_stands_in_nobodys_way(planned: World) -> None:
    window = planned_window(planned.product)
    others = AskedWindow(local("2026-12-16T01:00"), local("2026-12-16T05:00"))
    ends = local("2026-12-16T00:30")
    start_maintenance(window, OPERATOR, window.starts_at)
    extend_maintenance(window, local("2026-12-16T04:00"), "", "", OPERATOR, ends)

    def kinds() -> list[ClashKind]:
        return [one.kind for one in window_outlook(planned.product, others, ends).clashes]

    before = kinds()
    finish_maintenance(window, OPERATOR, ends)

    assert (before, kinds()) == ([ClashKind.MAINTENANCE], [])
    assert db.session.scalars(select(MaintenanceWindow.lasts_until)).one() == window.lasts_until == ends


def test_maintenance_meets_updates_of_its_days_and_other_maintenance(planned: World) -> None:
    planned_release(planned.product, "2027.1", "2027-03-01T06:00", "2027-03-16T06:00")
    planned_window(planned.product, "2027-03-15T23:00", "2027-03-16T01:00")
    asked = AskedWindow(local("2027-03-15T22:00"), local("2027-03-16T02:00"), frozenset({EnvironmentKind.PRODUCTION}))
    found = window_outlook(planned.product, asked, NOW)
    assert [(clash.kind, clash.theirs) for clash in found.clashes] == [
        (ClashKind.UPDATE, Change.PRODUCTION),
        (ClashKind.MAINTENANCE, None),
    ]
    quiet = AskedWindow(asked.starts_at, asked.ends_at, frozenset({EnvironmentKind.ACCEPTANCE}))
    assert window_outlook(planned.product, quiet, NOW).clashes == []
