"""A release is planned within the promises, or refused with the clause and the date that would do (SLA 3.3)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from evidence.actors import NotAllowed
from schedules.errors import BreaksSLA, VersionExists
from schedules.models import Release
from schedules.notices import Notice, NoticeState
from schedules.releases import schedule_release
from sla.breaches import Breach, Rule
from sla.terms import Change
from storage import Refused, db
from tests.planning import ACCEPTANCE_DEADLINE, LATER, PRODUCTION_DEADLINE, notices, plan_of, planned_release
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local


@both_databases
def test_schedule_release_makes_a_duty_for_every_tenant_and_environment(planned: World) -> None:
    release = planned_release(planned.product)

    found = [
        (one.tenant_id, one.kind, one.state, one.planned_at, one.deadline_at, one.announce_at, one.lapses_at)
        for one in notices(release)
    ]
    week = timedelta(days=7)
    assert found == [
        (tenant.id, kind, NoticeState.PLANNED, planned_at, deadline, deadline - week, deadline)
        for tenant in (planned.brug, planned.peelrand)
        for kind, planned_at, deadline in (
            (Change.ACCEPTANCE, local("2027-01-18T06:00"), ACCEPTANCE_DEADLINE),
            (Change.PRODUCTION, local("2027-02-08T06:00"), PRODUCTION_DEADLINE),
        )
    ]
    assert (release.year, release.slot, release.planned_by) == (2027, 1, PLANNER.name)
    assert {(one.period, one.clause) for one in notices(release, Change.PRODUCTION)} == {("P1M", "SLA 3.3")}


@pytest.mark.parametrize(
    ("acceptance", "production", "expected"),
    [
        pytest.param(
            "2026-12-01T06:00",
            "2027-01-18T06:00",
            [Breach(Rule.ACCEPTANCE_NOTICE, "SLA 3.3", "2026-12-01T06:00:00+01:00", "P2W", local("2026-12-07T10:15"))],
            id="acceptance",
        ),
        pytest.param(
            "2026-12-08T06:00",
            "2026-12-22T06:00",
            [Breach(Rule.PRODUCTION_NOTICE, "SLA 3.3", "2026-12-22T06:00:00+01:00", "P1M", local("2026-12-23T10:15"))],
            id="production",
        ),
        pytest.param(
            "2027-01-18T06:00",
            "2027-02-01T05:59",
            [Breach(Rule.TEST_PERIOD, "", "2027-02-01T05:59:00+01:00", "P2W", local("2027-02-01T06:00"))],
            id="test-period",
        ),
        pytest.param(
            "2026-12-01T06:00",
            "2026-12-10T06:00",
            [
                Breach(
                    Rule.ACCEPTANCE_NOTICE, "SLA 3.3", "2026-12-01T06:00:00+01:00", "P2W", local("2026-12-07T10:15")
                ),
                Breach(
                    Rule.PRODUCTION_NOTICE, "SLA 3.3", "2026-12-10T06:00:00+01:00", "P1M", local("2026-12-23T10:15")
                ),
                Breach(Rule.TEST_PERIOD, "", "2026-12-10T06:00:00+01:00", "P2W", local("2026-12-23T10:15")),
            ],
            id="all-at-once",
        ),
    ],
)
def test_schedule_release_is_refused_with_clause_given_required_and_earliest(
    planned: World, acceptance: str, production: str, expected: list[Breach]
) -> None:
    with pytest.raises(BreaksSLA) as refusal:
        planned_release(planned.product, acceptance=acceptance, production=production)

    assert refusal.value.breaches == expected
    assert db.session.scalar(select(func.count(Release.id))) == 0
    assert db.session.scalar(select(func.count(Notice.id))) == 0


def test_schedule_release_is_in_time_up_to_the_very_last_moment(planned: World) -> None:
    release = planned_release(planned.product, acceptance="2026-12-07T10:00", production="2026-12-23T10:00")

    assert [one.deadline_at for one in notices(release, tenant=planned.brug)] == [NOW, NOW]
    with pytest.raises(BreaksSLA):
        planned_release(planned.product, "2027.2", "2026-12-07T09:59", "2027-02-08T06:00")


@pytest.mark.parametrize(
    ("version", "acceptance", "production", "field"),
    [
        pytest.param("", "2027-01-18T06:00", "2027-02-08T06:00", "version", id="no-version"),
        pytest.param("spring", "2027-01-18T06:00", "2027-02-08T06:00", "version", id="words"),
        pytest.param("2027.1.1.1.1", "2027-01-18T06:00", "2027-02-08T06:00", "version", id="five-numbers"),
        pytest.param("2026.4", "2027-01-18T06:00", "2027-06-08T06:00", "version", id="lower-than-the-one-before"),
        pytest.param("2027.05", "2027-01-18T06:00", "2027-06-08T06:00", "version", id="same-in-other-writing"),
        pytest.param("2027.9", "2026-11-23T10:00", "2027-06-08T06:00", "acceptance_at", id="acceptance-passed"),
        pytest.param("2027.9", "2026-11-01T10:00", "2026-11-02T06:00", "acceptance_at", id="both-passed"),
        pytest.param("2027.9", "2027-06-08T06:00", "2027-06-08T06:00", "production_at", id="at-the-same-moment"),
        pytest.param("2027.9", "2027-07-08T06:00", "2027-06-08T06:00", "production_at", id="production-first"),
    ],
)
def test_schedule_release_refuses_nonsense_at_its_field(
    planned: World, version: str, acceptance: str, production: str, field: str
) -> None:
    planned_release(planned.product, "2027.5", "2027-02-01T06:00", "2027-03-08T06:00")

    with pytest.raises(Refused) as refusal:
        planned_release(planned.product, version, acceptance, production)

    assert refusal.value.field == field
    assert db.session.scalar(select(func.count(Release.id))) == 1


def test_schedule_release_refuses_a_version_that_exists(planned: World) -> None:
    planned_release(planned.product)

    with pytest.raises(VersionExists):
        planned_release(planned.product, "2027.1", "2027-05-03T06:00", "2027-06-08T06:00")


def test_release_that_would_overtake_its_predecessor_is_refused_whoever_signs(planned: World) -> None:
    planned_release(planned.product, "2027.5", "2027-02-01T06:00", "2027-03-08T06:00")
    overtaking = plan_of("2027.6", "2027-01-04T07:00", "2027-03-08T06:00", "Just once")

    with pytest.raises(BreaksSLA) as refusal:
        schedule_release(planned.product, overtaking, MANAGER, NOW)
    release = planned_release(planned.product, "2027.6", "2027-01-04T07:00", "2027-03-09T06:00", now=LATER)

    assert refusal.value.breaches == [
        Breach(Rule.VERSION_ORDER, "", "2027.6", "after 2027.5", local("2027-03-09T06:00"))
    ]
    assert release.production_at == local("2027-03-09T06:00")


def test_schedule_release_is_not_for_operators(planned: World) -> None:
    with pytest.raises(NotAllowed):
        planned_release(planned.product, by=OPERATOR)
