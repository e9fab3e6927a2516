"""Reads that several faces share: right, and no dearer for three rows than for one."""

from collections.abc import Callable

import pytest

from schedules.duty_groups import duties_ahead, notice_summary
from schedules.models import Release
from schedules.notices import NoticeState, Says
from schedules.queries import next_production, notices_of_tenant, releases, releases_of_year, told_notices, windows
from schedules.release_cancelling import cancel_release
from schedules.running import report_version
from schedules.support import support_picture, versions_running
from sla.terms import Change
from sla.versions import Support
from storage import db
from tenants.models import EnvironmentKind
from tests.planning import (
    PRODUCTION_DEADLINE,
    counted_queries,
    pass_of_the_clock,
    planned_release,
    planned_window,
    told_and_given,
)
from tests.world import MANAGER, NOW, OPERATOR, World, both_databases, local, make_tenant

KIND = EnvironmentKind.PRODUCTION


def year_of_releases(world: World) -> list[Release]:
    return [
        planned_release(
            world.product, f"2027.{one}", f"2027-{3 * one - 2:02d}-04T06:00", f"2027-{3 * one - 1:02d}-08T06:00"
        )
        for one in range(1, 4)
    ]


def test_releases_of_year_show_the_free_slots(planned: World) -> None:
    first, second, third = year_of_releases(planned)
    cancel_release(second, MANAGER, NOW)

    assert releases_of_year(planned.product, 2027) == [first, third, None, None]
    assert releases_of_year(planned.product, 2028) == [None, None, None, None]
    assert releases(planned.product) == [third, second, first]


def test_next_production_passes_over_what_is_cancelled(planned: World) -> None:
    first, second, _third = year_of_releases(planned)
    cancel_release(first, MANAGER, NOW)

    assert next_production(planned.product, NOW) == second
    assert next_production(planned.product, local("2028-01-01T00:00")) is None


@pytest.mark.parametrize(
    ("at", "current", "previous", "statuses"),
    [
        pytest.param(
            "2027-02-08T05:59",
            None,
            None,
            [Support.AHEAD, Support.AHEAD, Support.AHEAD, Support.UNKNOWN],
            id="before-the-first",
        ),
        pytest.param(
            "2027-02-08T06:00",
            "2027.1",
            None,
            [Support.CURRENT, Support.AHEAD, Support.AHEAD, Support.UNKNOWN],
            id="as-the-first-comes",
        ),
        pytest.param(
            "2027-12-01T06:00",
            "2027.3",
            "2027.2",
            [Support.UPDATE_FIRST, Support.PREVIOUS, Support.CURRENT, Support.UNKNOWN],
            id="after-the-third",
        ),
    ],
)
def test_support_picture_is_that_of_the_moment(
    planned: World, at: str, current: str | None, previous: str | None, statuses: list[Support]
) -> None:
    year_of_releases(planned)

    picture = support_picture(planned.product, local(at))

    assert (picture.current, picture.previous) == (current, previous)
    assert [picture.status(version) for version in ("2027.1", "2027.2.4", "2027.3", "trunk")] == statuses


def test_versions_running_begin_with_the_newest(planned: World) -> None:
    for slug, version in (("ten", "2026.10"), ("nine", "2026.9"), ("trunk", "trunk"), ("nine-too", "2026.9")):
        report_version(make_tenant(planned.product, slug), KIND, version, None, OPERATOR, NOW)

    assert versions_running(planned.product, KIND) == [("2026.10", 1), ("2026.9", 2), ("trunk", 1), (None, 2)]


def test_duties_ahead_group_the_tenants_of_a_change(planned: World) -> None:
    release = planned_release(planned.product)
    window = planned_window(planned.product, tenants=("ziekenhuis-peelrand",))

    found = [
        (group.change, group.kind, group.says, group.missed, group.tenants) for group in duties_ahead(planned.product)
    ]

    assert found == [
        (window, Change.MAINTENANCE, Says.PLANNED, False, 1),
        (release, Change.ACCEPTANCE, Says.PLANNED, False, 2),
        (release, Change.PRODUCTION, Says.PLANNED, False, 2),
    ]
    assert duties_ahead(planned.product)[-1].deadline_at == PRODUCTION_DEADLINE


def test_duties_ahead_show_what_was_missed(planned: World) -> None:
    planned_release(planned.product)
    pass_of_the_clock(local("2027-01-05T06:00"))

    found = [(group.kind, group.missed, group.tenants) for group in duties_ahead(planned.product)]

    assert found == [(Change.ACCEPTANCE, True, 2)]


def test_notice_summary_leaves_out_what_was_replaced(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(local("2027-01-02T09:00"))
    cancel_release(release, MANAGER, local("2027-01-02T10:00"))

    found = [(row.kind, row.says, row.state, row.tenants) for row in notice_summary(release)]

    assert found == [
        (Change.ACCEPTANCE, Says.CANCELLED, NoticeState.PLANNED, 2),
        (Change.PRODUCTION, Says.CANCELLED, NoticeState.PLANNED, 2),
    ]


def test_told_notices_are_a_tenants_own(planned: World) -> None:
    planned_window(planned.product, tenants=("ziekenhuis-peelrand",))
    told_and_given(local("2026-12-02T09:00"))

    assert [one.tenant_id for one in told_notices(planned.peelrand, NOW)] == [planned.peelrand.id]
    assert told_notices(planned.brug, NOW) == []


Read = Callable[[World], object]


@both_databases
@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda world: releases_of_year(world.product, 2027), id="year"),
        pytest.param(lambda world: releases(world.product), id="releases"),
        pytest.param(lambda world: windows(world.product), id="windows"),
        pytest.param(lambda world: duties_ahead(world.product), id="duties"),
        pytest.param(lambda world: versions_running(world.product, KIND), id="versions"),
        pytest.param(lambda world: support_picture(world.product, NOW), id="support"),
        pytest.param(lambda world: notices_of_tenant(world.brug), id="notices-of-tenant"),
        pytest.param(lambda world: told_notices(world.brug, NOW), id="told"),
        pytest.param(lambda world: notice_summary(releases(world.product)[-1]), id="summary"),
    ],
)
def test_lists_ask_the_same_number_of_queries_for_one_row_and_for_three(planned: World, read: Read) -> None:
    numbers = []
    for rows in ([1], [2, 3]):
        for one in rows:
            planned_release(planned.product, f"2027.{one}", f"2027-{one:02d}-04T06:00", f"2027-{one:02d}-25T06:00")
            planned_window(planned.product, reference=f"M-{one}")
            report_version(make_tenant(planned.product, f"tenant-{one}"), KIND, f"2027.{one}", None, OPERATOR, NOW)
        told_and_given(local("2026-12-14T09:00"))
        db.session.expire_all()
        assert (planned.product.name, planned.brug.name) == ("Inconto", "Zorggroep De Brug")
        with counted_queries() as queries:
            read(planned)
        numbers.append(len(queries))

    assert numbers[0] == numbers[1] > 0
