"""What moves again, or back, is told by what its readers know."""

from datetime import timedelta

from schedules.notices import NoticeState, Says
from sla.terms import Change
from tests.planning import LATE, TOLD, moved, notices, pass_of_the_clock, planned_release, queued_mails, told_and_given
from tests.schedules.moving import FURTHER, OLD, PUT_OFF, production, shown, states
from tests.world import NOW, World, both_databases, local


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
