"""A release is planned within the promises, or refused with the clause and the date that would do (SLA 3.3)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor, NotAllowed
from schedules.errors import BreaksSLA, VersionExists, YearIsFull
from schedules.judging import ReleasePlan, judge
from schedules.models import Release, Waiver
from schedules.notices import Notice, NoticeState
from schedules.releases import cancel_release, schedule_release
from sla.breaches import Breach, Rule
from sla.terms import Change
from storage import Refused, db
from tenants.models import ServiceLevelAgreement
from tests.planning import (
    ACCEPTANCE_DEADLINE,
    PRODUCTION_DEADLINE,
    notices,
    plan_of,
    planned_release,
    the_notice,
)
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local, make_tenant

LATER = NOW + timedelta(minutes=10)


def fill_year(world: World, year: int, number: int = 4) -> list[Release]:
    """Releases of a year, three months apart."""
    return [
        planned_release(
            world.product, f"{year}.{one}", f"{year}-{3 * one - 2:02d}-04T06:00", f"{year}-{3 * one - 1:02d}-08T06:00"
        )
        for one in range(1, number + 1)
    ]


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


@pytest.mark.parametrize("now", [NOW, LATER], ids=["at-once", "ten-minutes-later"])
@pytest.mark.parametrize(
    ("acceptance", "production", "offered"),
    [
        pytest.param("2026-12-01T06:00", "2026-12-10T06:00", ("2026-12-08T06:00", "2026-12-24T06:00"), id="both"),
        pytest.param("2026-12-01T06:00", "2027-01-18T06:00", ("2026-12-08T06:00", "2027-01-18T06:00"), id="one"),
        pytest.param("2026-12-01T23:00", "2026-12-10T23:00", ("2026-12-07T23:00", "2026-12-23T23:00"), id="evening"),
        pytest.param("2026-12-07T10:05", "2027-01-18T06:00", ("2026-12-07T10:05", "2027-01-18T06:00"), id="in-time"),
        pytest.param("2026-12-31T02:00", "2027-01-05T02:00", ("2026-12-31T02:00", "2027-01-14T02:00"), id="test"),
    ],
)
def test_dates_on_offer_are_accepted(
    planned: World, acceptance: str, production: str, offered: tuple[str, str], now: datetime
) -> None:
    asked = plan_of(acceptance=acceptance, production=production)
    if (acceptance, production) == offered:
        # Just in time now, and no longer so when the form comes back: what is offered allows for that.
        offered = ("2026-12-08T10:05", production)

    verdict = judge(planned.product, asked, NOW)
    release = schedule_release(planned.product, plan_of(acceptance=offered[0], production=offered[1]), PLANNER, now)

    assert (verdict.acceptance_at, verdict.production_at) == (local(offered[0]), local(offered[1]))
    assert (release.acceptance_at, release.production_at) == (local(offered[0]), local(offered[1]))


@pytest.mark.parametrize("now", [NOW, LATER], ids=["at-once", "ten-minutes-later"])
@pytest.mark.parametrize(
    ("acceptance", "production"),
    [
        pytest.param("2026-12-01T06:00", "2027-01-18T06:00", id="acceptance"),
        pytest.param("2026-12-08T06:00", "2026-12-22T06:00", id="production"),
        pytest.param("2027-01-18T06:00", "2027-01-25T06:00", id="test-period"),
        pytest.param("2026-12-01T06:00", "2026-12-10T06:00", id="all-at-once"),
    ],
)
def test_earliest_of_every_breach_is_accepted(planned: World, acceptance: str, production: str, now: datetime) -> None:
    asked = plan_of(acceptance=acceptance, production=production)
    earliest = {breach.rule: breach.earliest for breach in judge(planned.product, asked, NOW).breaches}
    acceptance_at = earliest.get(Rule.ACCEPTANCE_NOTICE) or asked.acceptance_at
    production_at = earliest.get(Rule.PRODUCTION_NOTICE) or earliest.get(Rule.TEST_PERIOD) or asked.production_at

    release = schedule_release(
        planned.product,
        ReleasePlan("2027.1", acceptance_at, production_at),
        PLANNER,
        now,
    )

    assert (release.acceptance_at, release.production_at) == (acceptance_at, production_at)


def test_date_on_offer_lies_in_a_year_with_room(planned: World) -> None:
    # Asked in a year with room, the notice leads into one that is full.
    fill_year(planned, 2027)

    verdict = judge(
        planned.product, plan_of("2026.9", "2026-12-18T06:00", "2026-12-31T06:00"), local("2026-12-03T06:00")
    )

    assert verdict.production_at == local("2028-01-01T06:00")
    assert {breach.earliest for breach in verdict.breaches if breach.rule is Rule.PRODUCTION_NOTICE} == {
        local("2028-01-01T06:00")
    }


def test_date_on_offer_suits_the_terms_of_its_own_day(planned: World) -> None:
    planned.product.agreements.append(
        ServiceLevelAgreement(effective_on=date(2026, 12, 24), production_notice="P3M", product_id=planned.product.id)
    )
    db.session.commit()

    verdict = judge(planned.product, plan_of(acceptance="2026-12-08T06:00", production="2026-12-22T06:00"), NOW)
    release = schedule_release(
        planned.product, ReleasePlan("2027.1", verdict.acceptance_at, verdict.production_at), PLANNER, LATER
    )

    assert release.production_at == local("2027-02-24T06:00")


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


def test_schedule_release_offers_a_date_after_the_version_before(planned: World) -> None:
    planned_release(planned.product, "2027.5", "2027-02-01T06:00", "2027-03-08T06:00")

    with pytest.raises(BreaksSLA) as refusal:
        planned_release(planned.product, "2027.6", "2026-12-18T06:00", "2027-01-20T06:00")

    assert [(one.rule, one.clause, one.given, one.required, one.earliest) for one in refusal.value.breaches] == [
        (Rule.VERSION_ORDER, "", "2027.6", "after 2027.5", local("2027-03-09T06:00"))
    ]
    planned_release(planned.product, "2027.6", "2026-12-18T06:00", "2027-03-09T06:00")


def test_schedule_release_too_early_offers_what_suits_notice_and_order(planned: World) -> None:
    planned_release(planned.product, "2027.5", "2027-02-01T06:00", "2027-03-08T06:00")

    with pytest.raises(BreaksSLA) as refusal:
        planned_release(planned.product, "2027.6", "2026-12-18T06:00", "2026-12-20T06:00")

    late = [one for one in refusal.value.breaches if one.rule is not Rule.ACCEPTANCE_NOTICE]
    assert {one.rule for one in late} == {Rule.PRODUCTION_NOTICE, Rule.TEST_PERIOD, Rule.VERSION_ORDER}
    assert {one.earliest for one in late} == {local("2027-03-09T06:00")}


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


@both_databases
def test_fifth_release_of_a_year_is_refused_and_offered_the_next_year(planned: World) -> None:
    fill_year(planned, 2027)
    fifth = plan_of("2027.5", "2027-11-20T06:00", "2027-12-20T06:00")

    with pytest.raises(YearIsFull) as refusal:
        schedule_release(planned.product, fifth, MANAGER, NOW)

    assert refusal.value.breaches == [
        Breach(Rule.RELEASE_BUDGET, "SLA 3.3", "5 in 2027", "4 a year", local("2028-01-01T06:00"))
    ]
    offered = plan_of("2027.5", "2027-11-20T06:00", "2028-01-01T06:00")
    assert schedule_release(planned.product, offered, PLANNER, LATER).year == 2028


def test_release_counts_in_the_local_year_of_production(planned: World) -> None:
    late = planned_release(planned.product, "2026.9", "2026-12-10T06:00", "2026-12-31T23:59")
    new_year = schedule_release(
        planned.product,
        ReleasePlan("2027.1", local("2026-12-10T07:00"), datetime(2026, 12, 31, 23, 30, tzinfo=UTC)),
        PLANNER,
        NOW,
    )

    # Half past eleven in London is half past twelve in Amsterdam.
    assert (late.year, new_year.year) == (2026, 2027)


@both_databases
def test_full_year_is_that_of_the_local_calendar(planned: World) -> None:
    fill_year(planned, 2027)

    inside = datetime(2027, 12, 31, 22, 59, tzinfo=UTC)
    with pytest.raises(YearIsFull):
        schedule_release(planned.product, ReleasePlan("2027.9", local("2027-11-20T06:00"), inside), PLANNER, NOW)

    outside = datetime(2027, 12, 31, 23, 30, tzinfo=UTC)
    release = schedule_release(planned.product, ReleasePlan("2027.9", local("2027-11-20T06:00"), outside), PLANNER, NOW)
    assert (release.year, release.slot) == (2028, 1)


@both_databases
@pytest.mark.parametrize("slot", [0, 1, 5, None], ids=["below", "taken", "fifth", "none"])
def test_slots_of_a_year_are_guarded_by_the_database(planned: World, slot: int | None) -> None:
    release = planned_release(planned.product)
    copy = {column.name: getattr(release, column.name) for column in Release.__table__.columns if column.name != "id"}

    with pytest.raises(IntegrityError):
        db.session.execute(insert(Release).values(copy | {"version": "2027.9", "slot": slot}))
    db.session.rollback()

    assert db.session.scalar(select(func.count(Release.id))) == 1


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


def test_fifth_release_is_never_waived(planned: World) -> None:
    fill_year(planned, 2027)

    with pytest.raises(YearIsFull):
        planned_release(
            planned.product, "2027.5", "2027-11-20T06:00", "2027-12-20T06:00", by=MANAGER, reason="Just once"
        )

    assert db.session.scalar(select(func.count(Waiver.id))) == 0


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


def test_cancel_release_before_production_frees_its_slot(planned: World) -> None:
    first, *_others = fill_year(planned, 2027)
    cancel_release(first, MANAGER, NOW)

    again = planned_release(planned.product, "2027.1", "2027-01-18T06:00", "2027-02-15T06:00")

    assert (first.slot, first.cancelled_at, first.cancelled_by, again.slot) == (None, NOW, MANAGER.name, 1)


@pytest.mark.parametrize(
    ("now", "by", "error"),
    [
        pytest.param(local("2027-02-08T06:00"), MANAGER, Refused, id="on-production"),
        pytest.param(local("2027-02-09T06:00"), MANAGER, Refused, id="after-production"),
        pytest.param(NOW, PLANNER, NotAllowed, id="by-a-planner"),
    ],
)
def test_cancel_release_is_refused(planned: World, now: datetime, by: Actor, error: type[Exception]) -> None:
    release = planned_release(planned.product)

    with pytest.raises(error):
        cancel_release(release, by, now)

    assert (release.slot, release.cancelled_at) == (1, None)


def test_cancel_release_is_refused_the_second_time(planned: World) -> None:
    release = planned_release(planned.product)
    cancel_release(release, MANAGER, NOW)

    with pytest.raises(Refused):
        cancel_release(release, MANAGER, LATER)
    assert release.cancelled_at == NOW
