"""What moves: put off, it keeps the notice given and is told at once; brought forward, it needs the full period."""

from datetime import datetime, timedelta

import pytest

from evidence.actors import NotAllowed
from schedules.errors import BreaksSLA, ChangedMeanwhile, YearIsFull
from schedules.models import Release
from schedules.notices import Notice, NoticeState, Says
from schedules.queries import told_notices
from schedules.releases import cancel_release, move_release
from sla.breaches import Rule
from sla.terms import Change
from storage import Refused
from tenants.models import Tenant
from tenants.services import ProductFacts, change_product
from tests.planning import (
    ACCEPTANCE,
    PRODUCTION,
    PRODUCTION_DEADLINE,
    as_manager,
    moved,
    notices,
    pass_of_the_clock,
    planned_release,
    queued_mails,
    the_notice,
    told_and_given,
)
from tests.world import ADMIN, MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local, make_tenant

# Production was announced on New Year's Day; these lie after its deadline and before it.
TOLD = local("2027-01-02T09:00")
LATE = local("2027-01-20T09:00")
OLD = local(PRODUCTION)
PUT_OFF = "2027-02-15T06:00"
FURTHER = "2027-02-22T06:00"


def production(release: Release, tenant: Tenant) -> Notice:
    return the_notice(release, Change.PRODUCTION, tenant)


def shown(tenant: Tenant, now: datetime) -> list[tuple[Change, Says, datetime]]:
    """What the portal and the feed of a tenant show."""
    return [(one.kind, one.says, one.planned_at) for one in told_notices(tenant, now)]


def states(release: Release, tenant: Tenant) -> list[tuple[Says, NoticeState, datetime]]:
    return [(one.says, one.state, one.planned_at) for one in notices(release, Change.PRODUCTION, tenant)]


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


def test_portal_and_feed_keep_the_old_date_until_the_move_is_announced(planned: World) -> None:
    release = planned_release(planned.product)
    before = shown(planned.brug, NOW)
    told_and_given(TOLD)
    announced = shown(planned.brug, TOLD)
    moved(release, production=PUT_OFF, now=LATE)
    between = shown(planned.brug, TOLD)
    pass_of_the_clock(LATE)

    acceptance = (Change.ACCEPTANCE, Says.PLANNED, local(ACCEPTANCE))
    assert before == []
    assert announced == between == [acceptance, (Change.PRODUCTION, Says.PLANNED, OLD)]
    assert shown(planned.brug, TOLD) == [acceptance, (Change.PRODUCTION, Says.MOVED, local(PUT_OFF))]
    assert shown(planned.peelrand, TOLD) == shown(planned.brug, TOLD)


def test_portal_forgets_the_old_date_when_the_new_one_has_passed(planned: World) -> None:
    release = planned_release(planned.product, production="2027-04-12T06:00")
    told_and_given(local("2027-03-08T06:00"))
    as_manager(release, ACCEPTANCE, "2027-03-15T06:00", "A leak must be closed", now=local("2027-03-09T06:00"))
    told_and_given(local("2027-03-09T06:01"))

    # It was told for April, and took place in March.
    assert shown(planned.brug, local("2027-03-20T06:00")) == []


def test_portal_shows_the_first_change_first(planned: World) -> None:
    planned_release(planned.product, "2027.2", "2027-04-05T06:00", "2027-05-10T06:00")
    planned_release(planned.product, "2027.1")
    told_and_given(local("2027-01-01T06:00"))
    told_and_given(local("2027-04-05T06:00"))

    dates = [one.planned_at for one in told_notices(planned.brug, NOW)]
    assert dates == [local(text) for text in (ACCEPTANCE, PRODUCTION, "2027-05-10T06:00")]


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


@both_databases
def test_moved_twice_before_it_was_told_tells_the_date_that_readers_know(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)

    moved(release, production=PUT_OFF, now=LATE)
    moved(release, production=FURTHER, now=LATE)

    assert states(release, planned.brug) == [
        (Says.PLANNED, NoticeState.SUPERSEDED, OLD),
        (Says.MOVED, NoticeState.PLANNED, local(FURTHER)),
    ]
    found = production(release, planned.brug)
    assert (found.previous_at, found.deadline_at, found.revision) == (OLD, OLD, 2)


@both_databases
def test_moved_nearer_but_not_before_what_readers_know_is_still_postponed(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)

    moved(release, production=FURTHER, now=LATE)
    moved(release, production=PUT_OFF, now=LATE)

    found = production(release, planned.brug)
    assert (found.planned_at, found.previous_at, found.deadline_at) == (local(PUT_OFF), OLD, OLD)


@both_databases
def test_moved_back_before_it_was_told_mails_nobody(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    as_given = states(release, planned.brug)

    moved(release, production=PUT_OFF, now=LATE)
    moved(release, now=LATE)
    pass_of_the_clock(LATE)

    assert as_given == [(Says.PLANNED, NoticeState.COMPLETE, OLD)]
    assert states(release, planned.brug) == as_given
    assert queued_mails() == []


def test_moved_back_restores_what_was_only_queued(planned: World) -> None:
    release = planned_release(planned.product, production="2027-04-12T06:00")
    pass_of_the_clock(local("2027-03-08T06:00"))

    moved(release, production="2027-04-19T06:00", now=local("2027-03-08T07:00"))
    moved(release, production="2027-04-12T06:00", now=local("2027-03-08T07:01"))

    assert states(release, planned.brug) == [(Says.PLANNED, NoticeState.ANNOUNCED, local("2027-04-12T06:00"))]


def test_moved_again_after_it_was_told_tells_the_date_before(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    moved(release, production=PUT_OFF, now=LATE)
    told_and_given(LATE)
    moved(release, production=FURTHER, now=LATE + timedelta(hours=1))

    assert states(release, planned.brug) == [
        (Says.PLANNED, NoticeState.SUPERSEDED, OLD),
        (Says.MOVED, NoticeState.SUPERSEDED, local(PUT_OFF)),
        (Says.MOVED, NoticeState.PLANNED, local(FURTHER)),
    ]
    assert production(release, planned.brug).previous_at == local(PUT_OFF)


@both_databases
def test_moved_again_while_the_first_move_is_queued_keeps_the_notice_given(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    moved(release, production=PUT_OFF, now=LATE)
    pass_of_the_clock(LATE)

    moved(release, production=FURTHER, now=LATE + timedelta(hours=1))

    found = production(release, planned.brug)
    assert (found.previous_at, found.deadline_at, found.lapses_at) == (local(PUT_OFF),) * 3


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


@pytest.mark.parametrize(
    ("acceptance", "production_at", "now", "field"),
    [
        pytest.param("2027-01-25T06:00", PRODUCTION, "2027-01-18T06:00", "acceptance_at", id="acceptance-came"),
        pytest.param(ACCEPTANCE, "2027-03-08T06:00", "2027-02-08T06:00", "production_at", id="production-came"),
        pytest.param(ACCEPTANCE, "2026-11-20T06:00", "2026-11-23T10:00", "production_at", id="into-the-past"),
        pytest.param(ACCEPTANCE, "2027-01-17T06:00", "2026-11-23T10:00", "production_at", id="before-acceptance"),
    ],
)
def test_move_is_refused_at_its_field(
    planned: World, acceptance: str, production_at: str, now: str, field: str
) -> None:
    release = planned_release(planned.product)

    with pytest.raises(Refused) as refusal:
        moved(release, acceptance, production_at, now=local(now))

    assert refusal.value.field == field
    assert (release.acceptance_at, release.production_at) == (local(ACCEPTANCE), OLD)


def test_move_of_production_alone_is_possible_once_acceptance_came(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)

    moved(release, production=PUT_OFF, now=local("2027-01-18T06:00"))

    assert release.production_at == local(PUT_OFF)


def test_move_to_the_same_dates_changes_nothing(planned: World) -> None:
    release = planned_release(planned.product)
    before = [(one.id, one.state, one.revision) for one in notices(release)]

    moved(release)

    assert release.revision == 1
    assert [(one.id, one.state, one.revision) for one in notices(release)] == before


def test_move_is_refused_to_whoever_looked_before_the_last_change(planned: World) -> None:
    release = planned_release(planned.product)
    moved(release, production=PUT_OFF)

    with pytest.raises(ChangedMeanwhile):
        move_release(release, local(ACCEPTANCE), local(FURTHER), PLANNER, NOW, revision=1)
    assert release.production_at == local(PUT_OFF)


def test_move_of_a_cancelled_release_is_refused(planned: World) -> None:
    release = planned_release(planned.product)
    cancel_release(release, MANAGER, NOW)

    with pytest.raises(Refused):
        moved(release, production=PUT_OFF)


def test_move_is_not_for_operators(planned: World) -> None:
    release = planned_release(planned.product)

    with pytest.raises(NotAllowed):
        moved(release, production=PUT_OFF, by=OPERATOR)


@both_databases
def test_move_into_another_year_takes_a_slot_there(planned: World) -> None:
    for one in range(1, 5):
        planned_release(planned.product, f"2028.{one}", f"2028-{one:02d}-04T06:00", f"2028-{one:02d}-25T06:00")
    release = planned_release(planned.product, "2027.4", "2027-11-15T06:00", "2027-12-20T06:00")

    with pytest.raises(YearIsFull):
        moved(release, "2027-11-15T06:00", "2028-01-03T06:00")
    assert (release.year, release.slot) == (2027, 1)

    cancel_release(release, MANAGER, NOW)
    other = planned_release(planned.product, "2027.4", "2027-11-15T06:00", "2027-12-20T06:00")
    moved(other, "2026-12-20T06:00", "2026-12-31T23:59", by=MANAGER, reason="Sooner is better")
    assert (other.year, other.slot) == (2026, 1)


@both_databases
def test_taken_over_and_postponed_keeps_the_notice_however_often(planned: World) -> None:
    release = planned_release(planned.product)
    for notice in notices(release):
        notice.state = NoticeState.TAKEN_OVER
    release.imported = True
    assert shown(planned.brug, NOW)[-1] == (Change.PRODUCTION, Says.PLANNED, OLD)

    moved(release, production=PUT_OFF, now=LATE)
    # The portal keeps the old date, as the readers were told it by others.
    assert shown(planned.brug, NOW)[-1] == (Change.PRODUCTION, Says.PLANNED, OLD)
    moved(release, production=FURTHER, now=LATE)

    found = production(release, planned.brug)
    assert (found.says, found.previous_at, found.deadline_at) == (Says.MOVED, OLD, OLD)
