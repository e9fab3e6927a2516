"""With which release the versions that tenants run lose full support, as planners and contacts are told (SLA 4.2)."""

import pytest
from sqlalchemy import true

from schedules.checking import check_release
from schedules.losing_support import losing_support, versions_losing_support
from schedules.models import Release
from schedules.outlook import Asked, release_outlook
from schedules.release_cancelling import cancel_release
from schedules.running import report_version
from tenants.models import EnvironmentKind
from tests.planning import counted_queries, plan_of, planned_release
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, local, make_tenant

# All are planned at once, long ahead.
DATES = {
    "2026.2": ("2026-12-10T06:00", "2026-12-28T06:00"),
    "2026.3": ("2027-01-04T06:00", "2027-01-25T06:00"),
    "2026.4": ("2027-02-15T06:00", "2027-03-15T06:00"),
    "2027.1": ("2027-04-05T06:00", "2027-05-03T06:00"),
    "2027.2": ("2027-06-07T06:00", "2027-07-05T06:00"),
}
# The second release after its own ends the support of a version, and no other one does.
LOSING = {
    "2026.2": [],
    "2026.3": [],
    "2026.4": [("2026.2.1", 1), ("2026.2", 1)],
    "2027.1": [("2026.3", 2)],
    "2027.2": [],
}


@pytest.fixture
def ahead(planned: World) -> dict[str, Release]:
    """Five releases; tenants run the first two, and one what no release knows."""
    found = {version: planned_release(planned.product, version, *dates) for version, dates in DATES.items()}
    tenants = [planned.brug, planned.peelrand, *(make_tenant(planned.product, f"tenant-{number}") for number in (1, 2))]
    for tenant, version in zip(tenants, ("2026.2", "2026.3", "2026.2.1", "2026.3"), strict=True):
        report_version(tenant, EnvironmentKind.PRODUCTION, version, None, OPERATOR, NOW)
    other = make_tenant(planned.product, "trunk")
    report_version(other, EnvironmentKind.PRODUCTION, "trunk", None, OPERATOR, NOW)
    return found


def test_each_of_several_releases_ahead_names_its_own(ahead: dict[str, Release]) -> None:
    for version, release in ahead.items():
        assert versions_losing_support(release.product, version) == LOSING[version], version


def test_planners_are_told_of_the_tenants_who_are_mailed(ahead: dict[str, Release]) -> None:
    for version, release in ahead.items():
        mailed = list(losing_support(release, true()).values())
        assert {one: mailed.count(one) for one in mailed} == dict(LOSING[version]), version


def test_release_that_is_not_planned_yet_comes_between(planned: World, ahead: dict[str, Release]) -> None:
    cancel_release(ahead["2027.1"], MANAGER, NOW)
    assert losing_support(ahead["2027.1"], true()) == {}
    assert versions_losing_support(planned.product, "2027.2") == [("2026.3", 2)]
    again = Asked("2027.1", local("2027-04-12T06:00"), local("2027-05-10T06:00"))
    assert release_outlook(planned.product, again, NOW).losing == [("2026.3", 2)]
    found = check_release(planned.product, plan_of("2027.1", "2027-04-12T06:00", "2027-05-10T06:00"), PLANNER, NOW)
    assert found.losing == [("2026.3", ["tenant-2", "ziekenhuis-peelrand"])]
    assert versions_losing_support(planned.product, "2027.3") == []
    # Without both its dates nothing is known of when it would come.
    assert release_outlook(planned.product, Asked("2027.1"), NOW).losing == []


def test_many_tenants_cost_no_more_queries(planned: World, ahead: dict[str, Release]) -> None:
    for number in range(10):
        tenant = make_tenant(planned.product, f"more-{number}")
        report_version(tenant, EnvironmentKind.PRODUCTION, f"2026.3.{number}", None, OPERATOR, NOW)
    # The first reads what the session does not hold yet.
    assert versions_losing_support(planned.product, "2027.2") == []
    with counted_queries() as statements:
        assert len(versions_losing_support(planned.product, "2027.1")) == 11
    assert len(statements) == 2
