"""Planners who come at the same moment: the yearly budget holds, whatever the timing (SLA 3.3)."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from announcements.services import announce_due
from schedules.errors import ChangedMeanwhile, VersionExists, YearIsFull
from schedules.judging import ReleasePlan
from schedules.models import Release
from schedules.notices import Notice
from schedules.recording import record_acceptance
from schedules.release_cancelling import cancel_release
from schedules.releases import move_release, schedule_release
from schedules.running import report_version
from schedules.withdrawing import withdraw_release
from schedules.year_planning import judged_together, schedule_releases
from sla.breaches import Rule
from storage import Refused, db
from tenants.models import Environment, EnvironmentKind, Installation, Product, Tenant
from tests.at_once import Act, Prepared, at_once
from tests.planning import ACCEPTANCE_DEADLINE, plan_of, planned_release, told_and_given
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local

ROUNDS = 10


def planner(product_id: int, version: str, acceptance: str, production: str) -> Prepared:
    def prepare() -> Act:
        product = db.session.get_one(Product, product_id)
        plan = plan_of(version, acceptance, production)
        return lambda: schedule_release(product, plan, PLANNER, NOW)

    return prepare


@both_databases
@pytest.mark.parametrize("together", [True, False], ids=["same-day", "a-month-apart"])
def test_two_planners_of_the_fourth_and_fifth_release_get_one_refusal(
    app: Flask, planned: World, together: bool
) -> None:
    for year in range(2028, 2028 + ROUNDS):
        for one in range(1, 4):
            planned_release(
                planned.product, f"{year}.{one}", f"{year}-{one:02d}-04T06:00", f"{year}-{one:02d}-25T06:00"
            )
        other = f"{year}-11-15T07:00" if together else f"{year}-12-15T06:00"

        outcomes = at_once(
            app,
            [
                planner(planned.product.id, f"{year}.4", f"{year}-10-04T06:00", f"{year}-11-15T06:00"),
                planner(planned.product.id, f"{year}.5", f"{year}-10-04T06:00", other),
            ],
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Release", "YearIsFull"]
        (refusal,) = [outcome for outcome in outcomes if isinstance(outcome, YearIsFull)]
        assert [breach.rule for breach in refusal.breaches] == [Rule.RELEASE_BUDGET]
        slots = db.session.scalars(select(Release.slot).where(Release.year == year).order_by(Release.slot)).all()
        assert slots == [1, 2, 3, 4]


@both_databases
def test_same_plan_five_times_at_once_is_one_release(app: Flask, planned: World) -> None:
    plan = ("2027.1", "2027-01-18T06:00", "2027-02-08T06:00")

    outcomes = at_once(app, [planner(planned.product.id, *plan)] * 5)

    assert sum(isinstance(outcome, VersionExists) for outcome in outcomes) == 4
    assert db.session.scalar(select(func.count(Release.id))) == 1
    assert db.session.scalar(select(func.count(Notice.id))) == 4


@both_databases
def test_two_planners_who_move_one_release_get_one_refusal(app: Flask, planned: World) -> None:
    release_id = planned_release(planned.product).id

    def mover(production: str) -> Prepared:
        def prepare() -> Act:
            release = db.session.get_one(Release, release_id)
            acceptance_at, production_at, revision = release.acceptance_at, local(production), release.revision
            return lambda: move_release(release, acceptance_at, production_at, PLANNER, NOW, revision=revision)

        return prepare

    outcomes = at_once(app, [mover("2027-02-15T06:00"), mover("2027-02-22T06:00")])

    assert sum(isinstance(outcome, ChangedMeanwhile) for outcome in outcomes) == 1
    assert db.session.get_one(Release, release_id).revision == 2


@both_databases
def test_pipeline_that_reports_while_acceptance_is_recorded_is_heard(app: Flask, planned: World) -> None:
    """Neither has a history to lock yet: one of the two would break the rule that one version runs at a time."""
    release = planned_release(planned.product)
    told_and_given(ACCEPTANCE_DEADLINE - timedelta(days=1))
    now = release.acceptance_at + timedelta(minutes=1)
    tenant_id = planned.brug.id

    def recording() -> Act:
        return lambda: record_acceptance(now)

    def reporting() -> Act:
        tenant = db.session.get_one(Tenant, tenant_id)
        return lambda: report_version(tenant, EnvironmentKind.ACCEPTANCE, "2027.1", now, OPERATOR, now)

    outcomes = at_once(app, [recording, reporting, reporting])

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    environment = select(Environment.id).where(
        Environment.tenant_id == tenant_id, Environment.kind == EnvironmentKind.ACCEPTANCE
    )
    running = select(Installation.version).where(
        Installation.environment_id.in_(environment), Installation.replaced_at.is_(None)
    )
    assert db.session.scalars(running).all() == ["2027.1"]


@both_databases
def test_two_planners_of_a_whole_year_get_one_year(app: Flask, planned: World) -> None:
    product_id = planned.product.id

    def prepare() -> Act:
        product = db.session.get_one(Product, product_id)
        plans = [
            plan_of(f"2029.{one}", f"2029-{2 * one:02d}-05T06:00", f"2029-{2 * one:02d}-26T06:00")
            for one in range(1, 5)
        ]
        return lambda: schedule_releases(product, plans, PLANNER, NOW)

    outcomes = at_once(app, [prepare, prepare])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["VersionExists", "list"]
    assert db.session.scalars(select(Release.slot).order_by(Release.slot)).all() == [1, 2, 3, 4]
    assert db.session.scalar(select(func.count()).select_from(Notice)) == 16


@both_databases
def test_year_that_is_checked_while_somebody_plans_it_is_judged_beside_what_stands(app: Flask, planned: World) -> None:
    product_id = planned.product.id
    for year in range(2028, 2028 + ROUNDS):
        dates = f"{year}.1", f"{year}-01-17T06:00", f"{year}-02-07T06:00"
        plan = plan_of(*dates)

        def checking(plan: ReleasePlan = plan) -> Act:
            product = db.session.get_one(Product, product_id)
            return lambda: judged_together(product, [plan], PLANNER, NOW)

        laid, judged = at_once(app, [planner(product_id, *dates), checking])

        assert isinstance(laid, Release)
        assert isinstance(judged, list)
        (one,) = judged
        assert one.is_good or isinstance(one.refused, VersionExists)
        assert db.session.scalar(select(func.count(Release.id)).where(Release.year == year)) == 1


@both_databases
def test_plan_that_is_announced_while_it_is_taken_back_is_one_or_the_other(app: Flask, planned: World) -> None:
    for round_of in range(ROUNDS):
        release = planned_release(planned.product, f"20{30 + round_of}.1", "2027-01-18T06:00", "2027-02-08T06:00")
        release_id = release.id
        due_at = ACCEPTANCE_DEADLINE - timedelta(days=1)

        def take_back(release_id: int = release_id, due_at: datetime = due_at) -> Act:
            row = db.session.get_one(Release, release_id)
            return lambda: withdraw_release(row, PLANNER, due_at)

        def announce(due_at: datetime = due_at) -> Act:
            return lambda: announce_due(due_at)

        outcomes = at_once(app, [take_back, announce])
        db.session.expire_all()
        told = db.session.scalar(
            select(func.count())
            .select_from(Notice)
            .where(Notice.release_id == release_id, Notice.announced_at.is_not(None))
        )
        row = db.session.get_one(Release, release_id)
        if row.cancelled_at is not None:
            assert (outcomes[0], told) == (None, 0)
        else:
            assert isinstance(outcomes[0], Refused)
            assert told
            cancel_release(row, MANAGER, due_at)
