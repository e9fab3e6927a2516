"""What is offered where tenants cannot have a date keeps every promise, meets nothing, and is near to it (SLA 3.3)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.good_days import DAY
from schedules.models import Release
from schedules.outlook import Asked, release_outlook
from schedules.own_date_judging import judge_own_dates
from schedules.own_date_offering import OwnDateOffer
from schedules.own_date_outlook import OwnDateOutlook, own_date_outlook
from schedules.rollouts import give_own_date
from schedules.standing import Known, holds, holds_from
from schedules.waves import tenants_among
from sla.terms import Change
from storage import db
from tenants.models import Tenant
from tests.planning import ACCEPTANCE, counted_queries, frozen, planned_release, told_and_given
from tests.world import NOW, PLANNER, World, local, make_tenant

# Everybody was told of Monday 8 February, a week ahead of it; a month's notice anew would reach into March.
TOLD_AT = local("2027-01-02T09:00")
LATE = local("2027-02-01T12:00")
PLANNED = "2027-02-08T06:00"
NEXT = ("2027.2", "2027-04-12T06:00", "2027-05-10T06:00")

notices = st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=4)


@given(told=notices, asked=st.integers(-1, 6), restart=st.booleans())
def test_first_date_that_a_notice_holds_for(told: list[tuple[int, bool]], asked: int, restart: bool) -> None:
    known = [Known(NOW + day * DAY, is_given, announced=True) for day, is_given in told]
    found, at = holds_from(known, restart=restart), NOW + asked * DAY
    expected = found is not None and (at == found if restart else at >= found)
    assert holds(known, at, restart=restart) is expected


def told_release(world: World) -> Release:
    release = planned_release(world.product)
    told_and_given(TOLD_AT)
    return release


def outlook(
    release: Release, tenants: Sequence[Tenant], at: str, now: datetime = LATE, kind: Change = Change.PRODUCTION
) -> OwnDateOutlook:
    return own_date_outlook(release, kind, tenants, local(at), now)


def offered(release: Release, tenants: Sequence[Tenant], at: str, **more: object) -> tuple[datetime, bool, bool]:
    """What is offered; pressed, it says that nothing is broken and nothing stands in the way."""
    found = outlook(release, tenants, at, **more)  # type: ignore[arg-type]
    assert found.offer is not None
    offer = found.offer
    pressed = outlook(release, tenants, offer.planned_at.isoformat()[:16] + "+00:00", **more)  # type: ignore[arg-type]
    assert pressed.verdict is not None
    assert (pressed.verdict.objections, pressed.clashes, pressed.offer) == ([], [], None)
    return offer.planned_at, offer.is_clear, offer.is_earlier


def test_notice_that_was_given_is_not_asked_for_anew(planned: World) -> None:
    release = told_release(planned)
    # A day too early. The date that it has is possible, and nothing that it needs to be offered.
    (objection,) = judge_own_dates(
        release, Change.PRODUCTION, [planned.brug], local("2027-02-07T06:00"), LATE
    ).objections
    assert objection.earliest == local(PLANNED)
    assert [breach.earliest for breach in objection.breaches] == [local(PLANNED)]
    assert offered(release, [planned.brug], "2027-02-07T06:00") == (local("2027-02-09T06:00"), True, False)
    frozen(planned.product, "2027-02-09", "2027-02-12")
    assert offered(release, [planned.brug], "2027-02-07T06:00") == (local("2027-02-15T06:00"), True, False)


def test_of_many_whoever_was_told_nothing_is_given_the_whole_notice(planned: World) -> None:
    release = told_release(planned)
    late = make_tenant(planned.product, "late", now=LATE)
    both = [planned.brug, late]
    verdict = judge_own_dates(release, Change.PRODUCTION, both, local("2027-02-07T06:00"), LATE)
    assert [(one.slug, one.earliest) for one in verdict.objections] == [
        ("zorggroep-de-brug", local(PLANNED)),
        ("late", local("2027-03-01T12:15")),
    ]
    assert offered(release, both, "2027-02-07T06:00") == (local("2027-03-02T06:00"), True, False)


def test_where_postponing_asks_for_notice_anew_only_the_date_itself_holds(planned: World) -> None:
    planned.product.restart_when_postponed = True
    db.session.commit()
    release = told_release(planned)
    (objection,) = judge_own_dates(
        release, Change.PRODUCTION, [planned.brug], local("2027-02-07T06:00"), LATE
    ).objections
    assert objection.earliest == local(PLANNED)
    assert offered(release, [planned.brug], "2027-02-07T06:00") == (local("2027-03-02T06:00"), True, False)


def test_before_a_later_version_the_last_good_day_is_offered(planned: World) -> None:
    release = planned_release(planned.product)
    planned_release(planned.product, *NEXT)
    both = [planned.brug, planned.peelrand]
    verdict = judge_own_dates(release, Change.PRODUCTION, both, local("2027-06-20T06:00"), NOW)
    assert [(one.earliest, one.latest) for one in verdict.objections] == [(None, local("2027-05-10T05:59"))] * 2
    assert verdict.never == []
    # The days before it are a weekend, and Ascension Day with it.
    assert offered(release, both, "2027-06-20T06:00", now=NOW) == (local("2027-05-07T06:00"), True, True)


def test_where_everything_is_frozen_the_first_that_keeps_every_promise_is_offered(planned: World) -> None:
    release = planned_release(planned.product)
    planned_release(planned.product, *NEXT)
    frozen(planned.product, "2026-11-23", "2027-06-30")
    found = outlook(release, [planned.brug], "2027-01-25T06:00", NOW).offer
    assert found == OwnDateOffer(local("2027-02-01T06:00"), is_clear=False, is_earlier=False, is_for_others=False)
    found = outlook(release, [planned.brug], "2027-06-20T06:00", NOW).offer
    assert found == OwnDateOffer(local("2027-05-09T06:00"), is_clear=False, is_earlier=True, is_for_others=False)


def test_where_no_date_would_do_for_some_the_others_are_offered_one(planned: World) -> None:
    release = planned_release(planned.product)
    strict = make_tenant(planned.product, "strict", acceptance_notice="P3M")
    found = outlook(release, [planned.brug, strict], "2026-12-01T06:00", NOW, Change.ACCEPTANCE).offer
    assert found == OwnDateOffer(local("2026-12-08T06:00"), is_clear=True, is_earlier=False, is_for_others=True)
    assert outlook(release, [strict], "2026-12-01T06:00", NOW, Change.ACCEPTANCE).offer is None
    assert outlook(release, [planned.brug], ACCEPTANCE, NOW, Change.ACCEPTANCE).offer is None


@pytest.mark.parametrize("at", ["2027-02-07T06:00", "2028-06-20T06:00", "2099-06-20T06:00"])
def test_offer_asks_as_much_for_many(planned: World, at: str) -> None:
    release = told_release(planned)
    planned_release(planned.product, *NEXT)
    numbers = []
    for many in (1, 30):
        tenants = [make_tenant(planned.product, f"t-{many}-{number}", contacts=0) for number in range(many)]
        ids = [tenant.id for tenant in tenants]
        with counted_queries() as queries:
            found = outlook(release, tenants_among(release, ids), at)
        assert found.offer is not None
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("days", range(-6, 60, 7))
def test_no_good_day_lies_between(planned: World, days: int) -> None:
    """Held against every day from the one asked for on."""
    release = told_release(planned)
    late = make_tenant(planned.product, "late", now=LATE)
    frozen(planned.product, "2027-02-17", "2027-02-19")
    give_own_date(release, planned.peelrand, Change.PRODUCTION, local("2027-02-10T06:00"), "x", PLANNER, LATE)
    asked = local("2027-02-08T06:00") + days * DAY
    for tenants in ([planned.brug], [planned.peelrand], [planned.brug, late]):
        found = own_date_outlook(release, Change.PRODUCTION, tenants, asked, LATE)
        if found.offer is None:
            continue
        at = asked
        while at < found.offer.planned_at:
            one = own_date_outlook(release, Change.PRODUCTION, tenants, at, LATE + timedelta(minutes=15))
            has_it = tenants == [planned.brug] and at == release.production_at
            has_it |= tenants == [planned.peelrand] and at == local("2027-02-10T06:00")
            assert one.verdict is not None
            assert one.verdict.objections or one.clashes or has_it, at
            at += DAY


def test_deadline_of_who_was_given_notice_is_not_said_to_have_passed(planned: World) -> None:
    release = told_release(planned)
    late = make_tenant(planned.product, "late", now=LATE)
    kept, mixed = (
        outlook(release, some, "2027-03-15T06:00").deadline for some in ([planned.brug], [planned.brug, late])
    )
    assert kept is not None
    assert (kept.holding, kept.is_for_nobody) == (1, True)
    assert mixed is not None
    assert (mixed.holding, mixed.is_for_nobody, mixed.by_sla) == (1, False, local("2027-02-15T06:00"))


def test_deadline_of_a_move_is_for_those_whose_notice_does_not_hold(planned: World) -> None:
    release = told_release(planned)
    asked = Asked("", local(ACCEPTANCE), local("2027-03-01T06:00"))
    _acceptance, production = release_outlook(planned.product, asked, LATE, release=release).deadlines
    assert (production.holding, production.is_for_nobody) == (2, True)
    make_tenant(planned.product, "strict", now=LATE, production_notice="P2M")
    _acceptance, production = release_outlook(planned.product, asked, LATE, release=release).deadlines
    assert (production.holding, production.is_for_nobody) == (2, False)
    assert [(one.period, one.tenants) for one in production.stricter] == [("P2M", 1)]
    forward = Asked("", local(ACCEPTANCE), local("2027-02-05T06:00"))
    _acceptance, production = release_outlook(planned.product, forward, LATE, release=release).deadlines
    assert (production.holding, production.is_for_nobody) == (0, False)
