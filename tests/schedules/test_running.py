"""What tenants run: acceptance on its date, production as reported, and what broke its promise (SLA 3.3, 4.2)."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from announcements.settling import settle, watch_deadlines
from evidence.actors import NotAllowed
from schedules.models import Release
from schedules.notices import NoticeState
from schedules.recording import record_acceptance
from schedules.release_cancelling import cancel_release
from schedules.running import report_version
from sla.terms import Change
from storage import Refused, db
from tenants.installed import history
from tenants.installed import running as running_now
from tenants.models import EnvironmentKind, Installation, Source, Tenant
from tests.at_once import Act, at_once
from tests.planning import (
    ACCEPTANCE,
    PRODUCTION,
    TOLD,
    moved,
    pass_of_the_clock,
    planned_release,
    send,
    the_notice,
    told_and_given,
)
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local

ACCEPTED = local(ACCEPTANCE)
REACHED = local(PRODUCTION)


def report(
    tenant: Tenant,
    version: str = "2027.1",
    at: datetime | None = None,
    kind: EnvironmentKind = EnvironmentKind.PRODUCTION,
    now: datetime = REACHED,
) -> Installation | None:
    return report_version(tenant, kind, version, at, OPERATOR, now)


def runs(tenant: Tenant, kind: EnvironmentKind = EnvironmentKind.ACCEPTANCE) -> str | None:
    row = running_now(tenant)[kind]
    return row.version if row else None


def breaches(tenant: Tenant) -> list[tuple[str, str]]:
    """What a tenant ran in production, the first first, and how it broke its promise."""
    rows = [row for kind, row in history(tenant) if kind is EnvironmentKind.PRODUCTION]
    return [(row.version, row.breach) for row in reversed(rows)]


def given_release(world: World) -> Release:
    """A release of which everybody was given notice in time."""
    release = planned_release(world.product)
    told_and_given(TOLD)
    return release


@both_databases
def test_acceptance_is_recorded_on_its_date(planned: World) -> None:
    given_release(planned)
    report(planned.brug, "2026.4", kind=EnvironmentKind.ACCEPTANCE, now=NOW)
    early = record_acceptance(ACCEPTED - timedelta(seconds=1))
    then = record_acceptance(ACCEPTED)
    again = record_acceptance(ACCEPTED)

    row = running_now(planned.brug)[EnvironmentKind.ACCEPTANCE]
    assert (early, then, again) == (0, 2, 0)
    assert row is not None
    assert (row.version, row.installed_at, row.source, row.reported_by, row.told_at) == (
        "2027.1",
        ACCEPTED,
        Source.PLAN,
        "clock",
        None,
    )
    assert [(one.version, one.replaced_at) for _kind, one in history(planned.brug)] == [
        ("2027.1", None),
        ("2026.4", ACCEPTED),
    ]
    assert runs(planned.brug, EnvironmentKind.PRODUCTION) is None


@both_databases
def test_acceptance_is_not_recorded_where_its_notice_was_missed(planned: World) -> None:
    release = planned_release(planned.product)
    pass_of_the_clock(TOLD)
    send(planned.brug, TOLD)
    settle(TOLD)
    pass_of_the_clock(local("2027-01-05T06:00"))
    record_acceptance(ACCEPTED)

    assert the_notice(release, Change.ACCEPTANCE, planned.peelrand).state is NoticeState.MISSED
    assert (runs(planned.brug), runs(planned.peelrand)) == ("2027.1", None)


def test_acceptance_waits_until_it_is_known_who_was_missed(planned: World) -> None:
    # The worker was down over the deadline and over the date itself.
    planned_release(planned.product)
    now = ACCEPTED + timedelta(hours=1)

    first = record_acceptance(now)
    watch_deadlines(now)
    second = record_acceptance(now)

    assert (first, second) == (0, 0)
    assert runs(planned.brug) is None
    assert db.session.scalars(select(Release.acceptance_recorded_at)).one() == now


def test_acceptance_is_recorded_where_a_missed_date_was_put_off_and_told_in_time(planned: World) -> None:
    release = planned_release(planned.product)
    pass_of_the_clock(local("2027-01-05T06:00"))
    moved(release, "2027-02-01T06:00", "2027-03-08T06:00", now=local("2027-01-05T07:00"))
    told_and_given(local("2027-01-15T06:00"))

    assert record_acceptance(local("2027-02-01T06:00")) == 2
    assert runs(planned.brug) == "2027.1"


@pytest.mark.parametrize(
    ("version", "at", "expected"),
    [
        pytest.param("2027.1.1", "2027-01-18T07:00", "2027.1.1", id="reported-since"),
        pytest.param("2026.4", "2027-01-18T07:00", "2026.4", id="set-back-since"),
        pytest.param("2027.1", "2027-01-17T07:00", "2027.1", id="there-already"),
        pytest.param("2027.1.2", "2027-01-17T07:00", "2027.1.2", id="patched-already"),
        pytest.param("2027.2", "2027-01-17T07:00", "2027.2", id="newer"),
        pytest.param("2026.4.7", "2027-01-17T07:00", "2027.1", id="older-patch"),
        pytest.param("trunk", "2027-01-17T07:00", "2027.1", id="no-version"),
    ],
)
def test_acceptance_is_recorded_unless_a_pipeline_said_otherwise(
    planned: World, version: str, at: str, expected: str
) -> None:
    given_release(planned)
    report(planned.brug, version, local(at), EnvironmentKind.ACCEPTANCE, local("2027-01-18T08:00"))

    record_acceptance(local("2027-01-18T08:00"))

    assert (runs(planned.brug), runs(planned.peelrand)) == (expected, "2027.1")


def test_acceptance_of_a_version_of_three_numbers_is_recorded_once(planned: World) -> None:
    planned_release(planned.product, "2027.1.0")
    told_and_given(TOLD)
    report(planned.brug, "2027.1.0", local("2027-01-17T07:00"), EnvironmentKind.ACCEPTANCE, ACCEPTED)

    record_acceptance(ACCEPTED)

    assert [one.version for _kind, one in history(planned.brug)] == ["2027.1.0"]


def test_acceptance_of_a_cancelled_release_is_not_recorded(planned: World) -> None:
    release = given_release(planned)
    cancel_release(release, MANAGER, TOLD)

    assert record_acceptance(ACCEPTED) == 0


@both_databases
def test_acceptance_is_recorded_once_by_two_workers(app: Flask, planned: World) -> None:
    given_release(planned)

    def worker() -> Act:
        return lambda: record_acceptance(ACCEPTED)

    outcomes = at_once(app, [worker, worker])

    assert sorted(map(str, outcomes)) == ["0", "2"]
    assert [one.version for _kind, one in history(planned.brug)] == ["2027.1"]


@pytest.mark.parametrize(
    ("at", "breach"),
    [
        pytest.param(PRODUCTION, "", id="on-its-date"),
        pytest.param("2027-02-08T05:59:59", "early", id="a-second-early"),
        pytest.param("2027-03-08T06:00", "", id="later"),
    ],
)
def test_production_is_recorded_as_reported(planned: World, at: str, breach: str) -> None:
    given_release(planned)

    report(planned.brug, at=local(at), now=local(at))

    assert breaches(planned.brug) == [("2027.1", breach)]


@pytest.mark.parametrize(
    ("passed", "now", "breach"),
    [
        pytest.param("2027-01-09T06:00", REACHED, "missed", id="missed"),
        pytest.param(None, local("2026-12-20T06:00"), "unannounced", id="unannounced"),
        pytest.param("2027-01-02T09:00", local("2027-01-03T06:00"), "early", id="announced-but-early"),
    ],
)
def test_production_without_the_notice_promised_is_a_breach(
    planned: World, passed: str | None, now: datetime, breach: str
) -> None:
    planned_release(planned.product)
    if passed:
        pass_of_the_clock(local(passed))

    report(planned.brug, now=now)

    assert breaches(planned.brug) == [("2027.1", breach)]
    assert runs(planned.brug, EnvironmentKind.PRODUCTION) == "2027.1"


def test_production_before_the_date_that_readers_were_told_is_early(planned: World) -> None:
    release = given_release(planned)
    moved(release, production="2027-02-15T06:00", now=local("2027-01-20T09:00"))
    told_and_given(local("2027-01-20T09:00"))

    report(planned.brug, now=REACHED)

    assert breaches(planned.brug) == [("2027.1", "early")]


def test_first_patch_of_a_release_needs_the_notice_of_that_release(planned: World) -> None:
    planned_release(planned.product)
    pass_of_the_clock(local("2027-01-09T06:00"))
    report(planned.brug, "2026.4.2", now=NOW)

    report(planned.brug, "2027.1.1", now=REACHED)
    report(planned.brug, "2027.1.2", now=REACHED + timedelta(days=1))

    assert breaches(planned.brug) == [("2026.4.2", ""), ("2027.1.1", "missed"), ("2027.1.2", "")]


def test_version_that_no_release_knows_is_kept_as_said(planned: World) -> None:
    row = report(planned.brug, "  trunk-42 ", now=NOW)

    assert row is not None
    assert (row.version, row.breach, row.told_at) == ("trunk-42", "", NOW)


def test_report_of_what_is_known_is_no_news(planned: World) -> None:
    report(planned.brug, "2026.4", now=NOW)

    assert report(planned.brug, "2026.4", now=REACHED) is None


@pytest.mark.parametrize(
    ("version", "at", "field"),
    [
        pytest.param(" ", None, "version", id="nothing"),
        pytest.param("1" * 41, None, "version", id="too-long"),
        pytest.param("2026.4", NOW + timedelta(minutes=5, seconds=1), "installed_at", id="to-come"),
    ],
)
def test_report_refuses_nonsense_at_its_field(planned: World, version: str, at: datetime | None, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        report(planned.brug, version, at, now=NOW)

    assert refusal.value.field == field
    assert history(planned.brug) == []


def test_report_allows_for_clocks_that_differ(planned: World) -> None:
    row = report(planned.brug, "2026.4", NOW + timedelta(minutes=5), now=NOW)

    assert row is not None
    assert row.installed_at == NOW + timedelta(minutes=5)


def test_report_is_not_for_planners(planned: World) -> None:
    with pytest.raises(NotAllowed):
        report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.4", None, PLANNER, NOW)


@both_databases
def test_two_pipelines_that_report_at_once_leave_one_version_running(app: Flask, planned: World) -> None:
    tenant_id = planned.brug.id

    def pipeline(version: str, at: datetime) -> Act:
        tenant = db.session.get_one(Tenant, tenant_id)
        assert tenant.product_id > 0
        return lambda: report(tenant, version, at, now=NOW) is not None

    earlier = NOW - timedelta(minutes=1)
    outcomes = at_once(app, [lambda: pipeline("2026.4", NOW), lambda: pipeline("2026.3", earlier)])

    assert outcomes == [True, True]
    assert [(one.version, one.replaced_at) for _kind, one in history(planned.brug)] == [
        ("2026.4", None),
        ("2026.3", NOW),
    ]
