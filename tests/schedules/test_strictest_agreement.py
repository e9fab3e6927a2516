"""Deadlines by the agreement of each tenant, and what a manager may waive (SLA 3.3)."""

from datetime import datetime

import pytest
from sqlalchemy import func, select

from evidence.actors import Actor, NotAllowed
from schedules.errors import BreaksSLA
from schedules.judging import judge
from schedules.models import Release, Waiver
from sla.terms import Change
from storage import Refused, db
from tests.planning import notices, plan_of, planned_release, the_notice
from tests.world import MANAGER, NOW, PLANNER, World, both_databases, local, make_tenant


@pytest.mark.parametrize(
    ("acceptance", "production", "kind", "deadline"),
    [
        # The clock skips 02:30 on 28 March: the earlier instant, which the clock shows as 01:30.
        pytest.param("2027-04-01T06:00", "2027-04-28T02:30", Change.PRODUCTION, "2027-03-28T01:30+01:00", id="missing"),
        # It shows 02:30 twice on 31 October: the first.
        pytest.param("2027-11-14T02:30", "2027-12-20T06:00", Change.ACCEPTANCE, "2027-10-31T02:30+02:00", id="double"),
        pytest.param(
            "2027-03-01T06:00", "2027-03-31T02:00", Change.PRODUCTION, "2027-02-28T02:00+01:00", id="31-march"
        ),
        pytest.param("2028-03-01T06:00", "2028-03-31T02:00", Change.PRODUCTION, "2028-02-29T02:00+01:00", id="leap"),
        pytest.param("2027-04-04T09:00", "2027-05-20T06:00", Change.ACCEPTANCE, "2027-03-21T09:00+01:00", id="summer"),
        pytest.param(
            "2026-12-20T06:00", "2027-01-15T06:00", Change.PRODUCTION, "2026-12-15T06:00+01:00", id="new-year"
        ),
    ],
)
def test_deadline_is_counted_back_on_the_local_calendar(
    planned: World, acceptance: str, production: str, kind: Change, deadline: str
) -> None:
    release = planned_release(planned.product, acceptance=acceptance, production=production)

    assert the_notice(release, kind, planned.brug).deadline_at == datetime.fromisoformat(deadline)


@pytest.mark.parametrize(
    ("by", "reason", "error"),
    [
        pytest.param(MANAGER, "", BreaksSLA, id="manager-without-a-reason"),
        pytest.param(MANAGER, " \n\u200b ", BreaksSLA, id="manager-with-an-unseen-reason"),
        pytest.param(PLANNER, "A leak must be closed", NotAllowed, id="planner-with-a-reason"),
        pytest.param(PLANNER, "", BreaksSLA, id="planner-without-a-reason"),
        pytest.param(MANAGER, "a" * 1001, Refused, id="endless-reason"),
    ],
)
def test_waiver_needs_a_manager_and_a_reason(planned: World, by: Actor, reason: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        planned_release(
            planned.product, acceptance="2026-12-01T06:00", production="2026-12-15T06:00", by=by, reason=reason
        )

    assert db.session.scalar(select(func.count(Release.id))) == 0


@both_databases
def test_waiver_lets_a_breach_pass_and_stays(planned: World) -> None:
    release = planned_release(
        planned.product,
        acceptance="2026-12-01T06:00",
        production="2026-12-10T06:00",
        by=MANAGER,
        reason=" A leak\nmust be closed ",
    )

    waivers = [
        (one.rule, one.clause, one.given, one.required, one.reason("nl"), one.waived_by, one.waived_at)
        for one in db.session.scalars(select(Waiver).order_by(Waiver.id))
    ]
    reason = ("A leak must be closed", MANAGER.name, NOW)
    assert waivers == [
        ("acceptance_notice", "SLA 3.3", "2026-12-01T06:00:00+01:00", "P2W", *reason),
        ("production_notice", "SLA 3.3", "2026-12-10T06:00:00+01:00", "P1M", *reason),
        ("test_period", "", "2026-12-10T06:00:00+01:00", "P2W", *reason),
    ]
    assert {(one.waiver_id is not None, one.announce_at, one.lapses_at) for one in notices(release)} == {
        (True, NOW, local("2026-12-01T06:00")),
        (True, NOW, local("2026-12-10T06:00")),
    }


def test_waiver_marks_only_the_tenants_whose_promise_it_breaks(planned: World) -> None:
    strict = make_tenant(planned.product, "strict", production_notice="P10W")

    release = planned_release(planned.product, by=MANAGER, now=local("2026-12-07T09:00"), reason="The law changes")

    marked = {one.tenant_id: one.waiver_id is not None for one in notices(release, Change.PRODUCTION)}
    assert marked == {planned.brug.id: False, planned.peelrand.id: False, strict.id: True}
    assert [one.rule for one in release.waivers] == ["production_notice"]


@pytest.mark.parametrize(
    ("notice", "breaks"), [("P6W", [("P6W", "the signed agreement (SLA 0)")]), ("P1W", [])], ids=["strict", "loose"]
)
def test_date_for_all_must_suit_the_strictest_agreement(
    planned: World, notice: str, breaks: list[tuple[str, str]]
) -> None:
    make_tenant(planned.product, "own-agreement", production_notice=notice)

    verdict = judge(planned.product, plan_of(acceptance="2026-12-08T06:00", production="2026-12-24T06:00"), NOW)

    assert [(breach.required, breach.clause) for breach in verdict.breaches] == breaks


@pytest.mark.parametrize(
    ("notice", "deadline", "clause"),
    [
        ("P6W", "2026-12-28T06:00", "the signed agreement (SLA 0)"),
        ("P1W", "2027-02-01T06:00", "the signed agreement (SLA 0)"),
        ("", "2027-01-08T06:00", "SLA 3.3"),
    ],
    ids=["stricter", "looser", "none"],
)
def test_deadline_is_that_of_the_tenants_agreement(planned: World, notice: str, deadline: str, clause: str) -> None:
    tenant = make_tenant(planned.product, "own-agreement", production_notice=notice)

    release = planned_release(planned.product)

    found = the_notice(release, Change.PRODUCTION, tenant)
    assert (found.deadline_at, found.clause) == (local(deadline), clause)
