"""What is cancelled: nobody hears of it who was not told; whoever was told hears that it is off."""

from datetime import datetime, timedelta

import pytest

from evidence.actors import Actor, NotAllowed
from schedules.errors import ChangedMeanwhile
from schedules.maintenance import cancel_maintenance
from schedules.notices import NoticeState, Says
from schedules.queries import told_notices
from schedules.release_cancelling import cancel_release
from sla.terms import Change
from storage import Refused
from tests.planning import (
    ACCEPTANCE,
    LATE,
    LATER,
    PRODUCTION,
    TOLD,
    moved,
    notices,
    pass_of_the_clock,
    planned_release,
    planned_window,
    told_and_given,
)
from tests.schedules.moving import states
from tests.world import MANAGER, NOW, PLANNER, World, both_databases, local


@both_databases
def test_cancelled_before_it_was_told_leaves_nothing_to_tell(planned: World) -> None:
    release = planned_release(planned.product)

    cancel_release(release, MANAGER, NOW)
    pass_of_the_clock(local("2027-01-02T09:00"))

    assert {one.state for one in notices(release)} == {NoticeState.CANCELLED}
    assert {one.says for one in notices(release)} == {Says.PLANNED}
    assert told_notices(planned.brug, NOW) == []


@both_databases
def test_cancelled_after_it_was_told_is_a_duty_to_tell_at_once(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)

    cancel_release(release, MANAGER, TOLD + timedelta(hours=1))

    assert states(release, planned.brug) == [
        (Says.PLANNED, NoticeState.SUPERSEDED, local(PRODUCTION)),
        (Says.CANCELLED, NoticeState.PLANNED, local(PRODUCTION)),
    ]
    duty = notices(release, Change.PRODUCTION, planned.brug)[-1]
    assert (duty.announce_at, duty.lapses_at) == (TOLD + timedelta(hours=1), local(PRODUCTION))


def test_portal_shows_it_off_once_that_is_announced(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    cancel_release(release, MANAGER, TOLD)
    between = [one.says for one in told_notices(planned.brug, TOLD)]
    pass_of_the_clock(TOLD)

    assert between == [Says.PLANNED, Says.PLANNED]
    assert [one.says for one in told_notices(planned.brug, TOLD)] == [Says.CANCELLED, Says.CANCELLED]


def test_cancelled_once_acceptance_came_leaves_that_as_it_was(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)

    cancel_release(release, MANAGER, LATE)

    assert states(release, planned.brug, Change.ACCEPTANCE) == [(Says.PLANNED, NoticeState.COMPLETE, local(ACCEPTANCE))]
    assert [says for says, *_rest in states(release, planned.brug)] == [Says.PLANNED, Says.CANCELLED]


def test_cancelled_while_a_move_was_not_told_says_the_date_that_readers_know(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    moved(release, production="2027-02-15T06:00", now=LATE)

    cancel_release(release, MANAGER, LATE)

    assert states(release, planned.brug) == [
        (Says.PLANNED, NoticeState.SUPERSEDED, local(PRODUCTION)),
        (Says.MOVED, NoticeState.CANCELLED, local("2027-02-15T06:00")),
        (Says.CANCELLED, NoticeState.PLANNED, local(PRODUCTION)),
    ]


@pytest.mark.parametrize(
    ("announced", "expected"),
    [pytest.param(True, [Says.PLANNED, Says.CANCELLED], id="seen"), pytest.param(False, [Says.PLANNED], id="unseen")],
)
def test_cancelled_after_it_was_missed_is_told_to_whoever_saw_it_on_the_portal(
    planned: World, announced: bool, expected: list[Says]
) -> None:
    release = planned_release(planned.product)
    if announced:
        # In the outbox, and never sent.
        pass_of_the_clock(TOLD)
    pass_of_the_clock(LATE)

    cancel_release(release, MANAGER, LATE)

    found = states(release, planned.brug)
    assert [says for says, *_rest in found] == expected
    assert found[0][1] is NoticeState.MISSED


def test_cancelled_stays_cancelled_when_duties_are_kept_up(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    cancel_release(release, MANAGER, TOLD)
    before = states(release, planned.brug)
    planned.product.plan_revision += 1

    pass_of_the_clock(TOLD - timedelta(days=30))

    assert states(release, planned.brug) == before


def test_state_that_was_not_read_is_not_cancelled(planned: World) -> None:
    release, window = planned_release(planned.product), planned_window(planned.product)
    with pytest.raises(ChangedMeanwhile):
        cancel_release(release, MANAGER, NOW, revision=release.revision - 1)
    with pytest.raises(ChangedMeanwhile):
        cancel_maintenance(window, MANAGER, NOW, revision=window.revision - 1)
    cancel_release(release, MANAGER, NOW, revision=release.revision)
    cancel_maintenance(window, MANAGER, NOW, revision=window.revision)

    assert (release.cancelled_at, window.cancelled_at) == (NOW, NOW)


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
