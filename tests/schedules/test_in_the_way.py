"""What stands beside new dates for everybody: dates of tenants' own, other versions of theirs, service hours."""

from datetime import datetime

import pytest

from schedules.clashes import Clash, ClashKind
from schedules.ground import Ground
from schedules.in_the_way import in_the_way, in_the_way_of_some
from schedules.models import Release
from schedules.own_dates_beside import Fate, own_dates_beside
from schedules.proposing import proposed_dates, proposed_year
from schedules.rollouts import give_own_date
from schedules.waves import give_wave
from sla.terms import Change
from tenants.models import Tenant
from tests.planning import counted_queries, planned_release
from tests.world import NOW, PLANNER, World, both_databases, local, make_tenant


def own(release: Release, tenant: Tenant, at: str, kind: Change = Change.PRODUCTION) -> None:
    give_own_date(release, tenant, kind, local(at), "Vakantie", PLANNER, NOW)


@both_databases
def test_each_own_date_has_its_fate_beside_a_move(planned: World) -> None:
    release = planned_release(planned.product, production="2027-03-15T06:00")
    others = [make_tenant(planned.product, f"tenant-{number}") for number in range(4)]
    wave = give_wave(
        release, Change.PRODUCTION, [one.id for one in others[:2]], local("2027-03-08T06:00"), "Zorg", "x", PLANNER, NOW
    )
    own(release, planned.brug, "2027-02-08T06:00")
    own(release, planned.peelrand, "2027-04-12T06:00")
    own(release, others[2], "2027-04-05T06:00")
    # Both of its dates are its own: a move of everybody's does not come between them.
    own(release, others[3], "2027-02-08T06:00")
    own(release, others[3], "2027-01-19T06:00", Change.ACCEPTANCE)

    with counted_queries() as queries:
        asked = {Change.ACCEPTANCE: local("2027-02-01T06:00"), Change.PRODUCTION: local("2027-04-05T06:00")}
        found = own_dates_beside(release, asked, NOW)

    assert [(one.kind, one.planned_at, one.wave_id, one.tenants, one.name, one.fate) for one in found] == [
        (Change.ACCEPTANCE, local("2027-01-19T06:00"), None, 1, "Tenant 3", Fate.BEFORE),
        (Change.PRODUCTION, local("2027-02-08T06:00"), None, 1, "Zorggroep De Brug", Fate.HIT),
        (Change.PRODUCTION, local("2027-02-08T06:00"), None, 1, "Tenant 3", Fate.BEFORE),
        (Change.PRODUCTION, local("2027-03-08T06:00"), wave.id, 2, "Tenant 0", Fate.BEFORE),
        (Change.PRODUCTION, local("2027-04-05T06:00"), None, 1, "Tenant 2", Fate.SAME),
        (Change.PRODUCTION, local("2027-04-12T06:00"), None, 1, "Ziekenhuis Peelrand", Fate.AFTER),
    ]
    assert len([one for one in queries if "rollout" in one]) == 1
    # What has been is left out, and nothing is hit by dates that stay.
    late = own_dates_beside(release, {}, local("2027-02-10T06:00"))
    assert [one.fate for one in late] == [Fate.BEFORE, Fate.AFTER, Fate.AFTER]


def turned(ground: Ground, version: str, at: str, release: Release | None = None) -> list[Clash]:
    dates = {Change.PRODUCTION: local(at)}
    return [one for one in in_the_way(ground, version, dates, NOW, release) if one.kind is ClashKind.ORDER]


@both_databases
def test_everybodys_date_is_held_against_own_dates_for_other_versions(planned: World) -> None:
    first = planned_release(planned.product)
    own(first, planned.brug, "2027-04-12T06:00")
    own(first, planned.peelrand, "2027-04-19T06:00")
    ground = Ground.of(planned.product, NOW)
    (clash,) = turned(ground, "2027.2", "2027-04-12T06:00")
    # The farthest of their dates: the later version must come after that.
    assert (clash.other, clash.at, clash.tenants, clash.name, clash.is_lower) == (
        first,
        local("2027-04-19T06:00"),
        2,
        "Ziekenhuis Peelrand",
        True,
    )
    assert turned(ground, "2027.2", "2027-04-19T06:01") == []
    second = planned_release(planned.product, "2027.2", "2027-03-01T06:00", "2027-04-12T06:00")
    own(second, planned.peelrand, "2027-05-10T06:00")
    # It has a date of its own for the one that moves as well, and does not go along.
    (clash,) = turned(Ground.of(planned.product, NOW, release=second), "2027.2", "2027-04-12T06:00", second)
    assert (clash.tenants, clash.name) == (1, "Zorggroep De Brug")
    # Everybody's lower version that would come after the higher one that a tenant has early.
    early = make_tenant(planned.product, "early", name="Vroeg")
    own(second, early, "2027-04-05T06:00")
    (clash,) = turned(Ground.of(planned.product, NOW, release=first), "2027.1", "2027-04-06T06:00", first)
    assert (clash.other, clash.at, clash.name, clash.is_lower) == (second, local("2027-04-05T06:00"), "Vroeg", False)
    assert turned(ground, "nonsense", "2027-04-06T06:00") == []


@pytest.mark.parametrize(
    ("kind", "at", "expected"),
    [
        (Change.PRODUCTION, "2027-02-08T06:59", []),
        (Change.PRODUCTION, "2027-02-08T07:01", [ClashKind.SERVICE_HOURS]),
        (Change.PRODUCTION, "2027-02-08T19:59", [ClashKind.SERVICE_HOURS]),
        (Change.PRODUCTION, "2027-02-08T20:00", []),
        # Availability is promised of production (SLA 3.1).
        (Change.ACCEPTANCE, "2027-02-08T12:00", []),
    ],
)
def test_production_within_service_hours_is_said(
    planned: World, kind: Change, at: str, expected: list[ClashKind]
) -> None:
    moment: datetime = local(at)
    everybody = in_the_way(Ground.of(planned.product, NOW), "2027.1", {kind: moment}, NOW)
    assert [clash.kind for clash in everybody] == expected
    release = planned_release(planned.product)
    assert [
        clash.kind for clash in in_the_way_of_some(Ground.of(release.product, NOW, release=release), kind, moment)
    ] == expected


def test_dates_are_proposed_after_own_dates_of_lower_versions(planned: World) -> None:
    lower = planned_release(planned.product)
    own(lower, planned.brug, "2027-04-19T06:00")
    ground = Ground.of(planned.product, NOW)

    found = proposed_dates(ground, NOW, "2027.2")
    assert found is not None
    assert found.production_at == local("2027-04-20T06:00")
    laid = proposed_year(ground, 2027, 3, NOW)
    assert [one.version for one in laid] == ["2027.2", "2027.3", "2027.4"]
    assert laid[0].dates.production_at > local("2027-04-19T06:00")
    for one in [found, *(each.dates for each in laid)]:
        assert turned(ground, "2027.2", f"{one.production_at:%Y-%m-%dT%H:%M}") == []
