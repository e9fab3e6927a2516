"""A refusal offers a date, and that date is taken (SLA 3.3)."""

from datetime import date, datetime

import pytest

from schedules.errors import BreaksSLA
from schedules.judging import ReleasePlan, judge
from schedules.releases import schedule_release
from sla.breaches import Rule
from storage import db
from tenants.models import ServiceLevelAgreement
from tests.planning import LATER, plan_of, planned_release
from tests.world import NOW, PLANNER, World, local


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
