"""What moves: put off, it keeps the notice given and is told at once; brought forward, it needs the full period."""

from datetime import timedelta

import pytest

from schedules.errors import BreaksSLA
from schedules.notices import NoticeState, Says
from sla.breaches import Rule
from sla.terms import Change
from tenants.products import ProductFacts, change_product
from tests.planning import (
    LATE,
    PRODUCTION_DEADLINE,
    TOLD,
    as_manager,
    moved,
    notices,
    pass_of_the_clock,
    planned_release,
    told_and_given,
)
from tests.schedules.moving import OLD, PUT_OFF, production, states
from tests.world import ADMIN, NOW, World, both_databases, local, make_tenant


@both_databases
def test_move_before_it_was_told_moves_the_duty_along(planned: World) -> None:
    release = planned_release(planned.product)

    moved(release, production=PUT_OFF)

    (found,) = notices(release, Change.PRODUCTION, planned.brug)
    deadline = local("2027-01-15T06:00")
    assert (found.says, found.state, found.planned_at) == (Says.PLANNED, NoticeState.PLANNED, local(PUT_OFF))
    assert (found.deadline_at, found.lapses_at, found.announce_at) == (deadline, deadline, deadline - timedelta(days=7))
    assert (release.revision, release.production_at) == (2, local(PUT_OFF))


@both_databases
def test_postponed_after_it_was_given_keeps_the_notice_and_is_told_by_the_old_start(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    given = production(release, planned.brug).given_at

    moved(release, production=PUT_OFF, now=LATE)

    first, second = notices(release, Change.PRODUCTION, planned.brug)
    assert (first.state, first.given_at, first.deadline_at) == (NoticeState.SUPERSEDED, given, PRODUCTION_DEADLINE)
    assert (second.says, second.state, second.revision) == (Says.MOVED, NoticeState.PLANNED, 2)
    assert (second.planned_at, second.previous_at) == (local(PUT_OFF), OLD)
    assert (second.announce_at, second.deadline_at, second.lapses_at) == (LATE, OLD, OLD)


@both_databases
def test_brought_forward_needs_the_full_period_again(planned: World) -> None:
    release = planned_release(planned.product, production="2027-04-12T06:00")
    told_and_given(local("2027-03-08T06:00"))

    with pytest.raises(BreaksSLA) as refusal:
        moved(release, production="2027-04-08T05:59", now=local("2027-03-08T06:00"))
    moved(release, production="2027-04-08T06:00", now=local("2027-03-08T06:00"))

    assert [breach.rule for breach in refusal.value.breaches] == [Rule.PRODUCTION_NOTICE]
    found = production(release, planned.brug)
    deadline = local("2027-03-08T06:00")
    assert (found.says, found.previous_at) == (Says.MOVED, local("2027-04-12T06:00"))
    assert (found.deadline_at, found.lapses_at, found.announce_at) == (deadline, deadline, deadline)


@pytest.mark.parametrize(
    ("sent", "breaches"),
    [pytest.param(True, [], id="given"), pytest.param(False, [Rule.PRODUCTION_NOTICE], id="only-queued")],
)
def test_postponed_needs_the_full_period_of_whoever_was_not_given_notice(
    planned: World, sent: bool, breaches: list[Rule]
) -> None:
    release = planned_release(planned.product)
    (told_and_given if sent else pass_of_the_clock)(local("2027-01-02T09:00"))

    found: list[Rule] = []
    try:
        moved(release, production="2027-02-09T06:00", now=local("2027-01-09T06:01"))
    except BreaksSLA as refusal:
        found = [breach.rule for breach in refusal.breaches]

    assert found == breaches


def test_postponed_while_its_mail_is_queued_has_its_deadline_anew(planned: World) -> None:
    release = planned_release(planned.product, production="2027-04-12T06:00")
    pass_of_the_clock(local("2027-03-08T06:00"))

    moved(release, production="2027-04-19T06:00", now=local("2027-03-08T07:00"))

    found = production(release, planned.brug)
    assert (found.says, found.deadline_at, found.lapses_at) == (Says.MOVED, *[local("2027-03-19T06:00")] * 2)


def test_postponed_restarts_the_period_where_the_product_says_so(planned: World) -> None:
    change_product(planned.product, ProductFacts("Inconto", restart_when_postponed=True), ADMIN, NOW)
    release = planned_release(planned.product)
    told_and_given(TOLD)

    with pytest.raises(BreaksSLA):
        moved(release, production=PUT_OFF, now=LATE)
    moved(release, production="2027-02-22T06:00", now=LATE)

    assert production(release, planned.brug).deadline_at == local("2027-01-22T06:00")


def test_move_of_production_leaves_acceptance_alone(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    before = [(one.id, one.state) for one in notices(release, Change.ACCEPTANCE)]

    moved(release, production=PUT_OFF, now=LATE)

    assert [(one.id, one.state) for one in notices(release, Change.ACCEPTANCE)] == before


def test_missed_stays_missed_and_a_new_date_is_told_as_new(planned: World) -> None:
    release = planned_release(planned.product)
    pass_of_the_clock(local("2027-01-09T06:00"))

    moved(release, production="2027-03-08T06:00", now=local("2027-01-09T07:00"))

    assert states(release, planned.brug) == [
        (Says.PLANNED, NoticeState.MISSED, OLD),
        (Says.PLANNED, NoticeState.PLANNED, local("2027-03-08T06:00")),
    ]
    assert production(release, planned.brug).deadline_at == local("2027-02-08T06:00")


def test_waiver_of_a_date_does_not_follow_to_a_date_in_time(planned: World) -> None:
    release = planned_release(planned.product)
    as_manager(release, "2026-12-08T06:00", "2026-12-22T06:00", "A leak must be closed")
    hurried = production(release, planned.brug)
    waived = (hurried.waiver_id, hurried.lapses_at)
    moved(release)

    found = production(release, planned.brug)
    assert waived == (release.waivers[0].id, local("2026-12-22T06:00"))
    assert (found.waiver_id, found.lapses_at) == (None, PRODUCTION_DEADLINE)


def test_joined_late_does_not_follow_to_a_date_in_time(planned: World) -> None:
    release = planned_release(planned.product)
    joined = local("2027-01-10T09:00")
    late = make_tenant(planned.product, "late", contacts=0, now=joined)
    pass_of_the_clock(joined)
    assert production(release, late).joined_late is True

    moved(release, production="2027-03-08T06:00", now=joined)

    found = production(release, late)
    deadline = local("2027-02-08T06:00")
    assert (found.joined_late, found.state, found.lapses_at) == (False, NoticeState.PLANNED, deadline)
