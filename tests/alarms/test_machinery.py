"""The mail server, the workers, and mails that were put aside: who keeps them running hears when they do not run."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from alarms.services import watch_from_outside
from outbox.delivery import beat
from outbox.heartbeats import leave
from outbox.holds import hold, release
from outbox.models import MessageState, OutboxMessage
from outbox.queries import heartbeats
from storage import db
from tests.alarms.watching import ME, alarms, mailed, standing, watched
from tests.outbox.rows import letter, queue
from tests.world import MANAGER, NOW, World, both_databases

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
OPERATOR = "operator@vendor.example"

AT_ONCE, IN_TEN_MINUTES, NEVER = timedelta(0), 10 * MINUTE, None


@both_databases
@pytest.mark.parametrize(
    ("reply", "raised_after"),
    [
        ("550 5.7.1 Relaying denied", AT_ONCE),
        ("530 5.7.0 Must issue a STARTTLS command first", AT_ONCE),
        ("mail.example:25: 535 5.7.8 Bad credentials", AT_ONCE),
        ("mail.example:25: Connection refused", IN_TEN_MINUTES),
        ("the mail server lost the connection again and again", IN_TEN_MINUTES),
        ("nothing was sent; after MAIL: Connection unexpectedly closed", IN_TEN_MINUTES),
        ("the built-in mailbox: No space left on device", IN_TEN_MINUTES),
        ("451 4.7.1 Greylisted, try again later", NEVER),
        ("552 5.2.2 Mailbox full", NEVER),
        ("it could not be rendered: KeyError('name')", NEVER),
        ("after the final dot: timed out; held, for a server may have taken it", NEVER),
        ("", NEVER),
    ],
)
def test_server_that_will_not_have_us_is_told_of(planned: World, reply: str, raised_after: timedelta | None) -> None:
    queue(3, reply=reply, attempts=1, next_attempt_at=NOW + timedelta(hours=1))
    watched(NOW)
    assert len(alarms()) == (raised_after == AT_ONCE)
    watched(NOW + 10 * MINUTE - SECOND)
    assert len(alarms()) == (raised_after == AT_ONCE)
    watched(NOW + 10 * MINUTE)
    assert len(alarms()) == (raised_after is not None)
    if raised_after is not None:
        assert (alarms()[0].facts["number"], alarms()[0].facts["reply"]) == (3, reply)
        assert len(mailed(OPERATOR)) == 1


def test_server_that_was_away_for_minutes_only_wakes_nobody(planned: World) -> None:
    [message] = queue(reply="mail.example:25: Connection refused")
    watched(NOW)
    watched(NOW + 9 * MINUTE)
    sent = update(OutboxMessage).where(OutboxMessage.id == message)
    db.session.execute(sent.values(state=MessageState.SENT, reply="250 Ok"))
    db.session.commit()
    watched(NOW + 9 * MINUTE + SECOND)
    # Away once more: it has ten minutes again.
    queue(of=letter(announcement_id=2), reply="mail.example:25: Connection refused", announcement_id=2)
    watched(NOW + 11 * MINUTE)

    assert (standing(), mailed()) == ([], [])


def test_mail_that_is_on_its_way_again_does_not_end_the_alarm(planned: World) -> None:
    [message] = queue(reply="550 5.7.1 Relaying denied")
    watched(NOW)
    for state, over in ((MessageState.CLAIMED, False), (MessageState.COMMITTING, False), (MessageState.SENT, True)):
        db.session.execute(update(OutboxMessage).where(OutboxMessage.id == message).values(state=state))
        db.session.commit()
        watched(NOW + MINUTE)
        assert standing() == [("mail_refused", 0, over)]


@both_databases
def test_mails_that_workers_were_lost_over_are_told_of(planned: World) -> None:
    queue(2, state=MessageState.FAILED, lost=3, reply="put aside: 3 workers were lost over it")
    queue(of=letter(announcement_id=2), state=MessageState.FAILED, reply="550 5.1.1 No such user", announcement_id=2)
    watched(NOW + MINUTE)
    watched(NOW + timedelta(days=7, seconds=1))

    assert standing() == [("put_aside", 0, True)]
    assert mailed(OPERATOR) == ["2 mails were put aside"]


@both_databases
@pytest.mark.parametrize(
    ("worker", "ago", "raised"),
    [
        ("there/7", MINUTE, False),
        ("there/7", MINUTE + SECOND, True),
        ("there/7", timedelta(days=1) - SECOND, True),
        ("there/7", timedelta(days=1), False),
        (ME, timedelta(hours=1), False),
        ("there/one tick", timedelta(hours=1), False),
    ],
)
def test_silent_worker_is_told_of_by_its_fellows(planned: World, worker: str, ago: timedelta, raised: bool) -> None:
    beat(worker, NOW - ago)
    watched(NOW)

    assert mailed(OPERATOR) == ([f"Worker {worker} is silent"] if raised else [])


def test_worker_that_left_in_order_is_not_missed(planned: World) -> None:
    beat("there/7", NOW)
    leave("there/7")
    watched(NOW + timedelta(hours=1))

    assert (heartbeats(), standing()) == ({}, [])


def test_worker_that_is_heard_again_ends_its_alarm(planned: World) -> None:
    beat("there/7", NOW)
    watched(NOW + 2 * MINUTE)
    beat("there/7", NOW + 3 * MINUTE)
    watched(NOW + 3 * MINUTE)

    assert mailed(OPERATOR) == ["Worker there/7 is silent", "Over: Worker there/7 is silent"]


def test_worker_that_never_came_back_is_forgotten_without_a_word(planned: World) -> None:
    beat("there/7", NOW)
    watched(NOW + 2 * MINUTE)
    watched(NOW + timedelta(days=1))

    assert (standing(), heartbeats()) == ([("worker_silent", 0, True)], {})
    assert mailed(OPERATOR) == ["Worker there/7 is silent"]


@both_databases
@pytest.mark.parametrize(
    ("signs", "missed"),
    [
        # Restarted in a container of another name: who began after the last sign of life is in its place.
        ({"old/7": (-60, -9), "new/7": (-8, 0)}, []),
        # It ran beside it already.
        ({"old/7": (-60, -9), "new/7": (-10, 0)}, ["old/7"]),
        ({"old/7": (-60, -9), "new/7": (-9, 0)}, ["old/7"]),
        # One for one: two were lost, and one came.
        ({"old/7": (-60, -9), "older/7": (-60, -8), "new/7": (-7, 0)}, ["older/7"]),
        ({"old/7": (-60, -9), "older/7": (-60, -8), "new/7": (-7, 0), "newer/7": (-6, 0)}, []),
        # The first that came stands for the first that was lost, the second for the second.
        ({"old/7": (-60, -9), "older/7": (-60, -5), "new/7": (-4, 0), "newer/7": (-6, 0)}, []),
        # One place, three times started and lost: it is the last of them that is missed.
        ({"old/7": (-60, -9), "new/7": (-8, -6), "newer/7": (-5, -3)}, ["newer/7"]),
        ({"old/7": (-60, -9), "new/7": (-8, -6), "newer/7": (-5, 0)}, []),
        # Of an older release, which wrote no beginning.
        ({"old/7": (None, -9), "new/7": (-8, 0)}, []),
        ({"old/7": (-60, -9), "new/7": (None, 0)}, ["old/7"]),
        ({"old/7": (-60, -9), "new/one tick": (None, 0)}, ["old/7"]),
        # Under a clock that was put back it began after its own last sign of life.
        ({"old/7": (60, -9), "new/7": (-10, 0)}, ["old/7"]),
    ],
)
def test_worker_in_whose_place_another_began_is_not_missed(
    planned: World, signs: dict[str, tuple[int | None, int]], missed: list[str]
) -> None:
    for worker, (since, last) in signs.items():
        beat(worker, NOW + last * MINUTE, None if since is None else NOW + since * MINUTE)
    for seconds in (0, 1):
        watched(NOW + seconds * SECOND)
        assert mailed(OPERATOR) == [f"Worker {worker} is silent" for worker in missed]
    assert [cause.facts["worker"] for cause in watch_from_outside(NOW) if "worker" in cause.facts] == missed


def test_place_is_taken_once_whoever_looks_and_whatever_ends(planned: World) -> None:
    for worker in ("old/7", "older/7"):
        beat(worker, NOW, NOW - timedelta(hours=1))
    beat("new/7", NOW + 2 * MINUTE, NOW + MINUTE)
    watched(NOW + 2 * MINUTE)
    # It writes its own beginning at every pass.
    beat("new/7", NOW + 3 * MINUTE, NOW + MINUTE)
    watched(NOW + 3 * MINUTE)
    assert sorted(heartbeats()) == ["new/7", "older/7"]
    # With it goes the place it took: that one is not missed again.
    leave("new/7")
    watched(NOW + 3 * MINUTE)
    assert mailed(OPERATOR) == ["Worker older/7 is silent"]


def test_worker_that_was_taken_for_lost_stands_for_nobody_when_it_is_heard_again(planned: World) -> None:
    beat("slow/7", NOW - 9 * MINUTE, NOW - timedelta(hours=1))
    beat("new/7", NOW, NOW - 8 * MINUTE)
    watched(NOW)
    beat("lost/7", NOW, NOW - timedelta(hours=1))
    beat("slow/7", NOW + 2 * MINUTE, NOW - timedelta(hours=1))
    beat("new/7", NOW + 2 * MINUTE, NOW - 8 * MINUTE)
    watched(NOW + 2 * MINUTE)

    assert mailed(OPERATOR) == ["Worker lost/7 is silent"]


@both_databases
def test_alarm_of_a_worker_is_over_when_another_is_started_in_its_place(planned: World) -> None:
    beat("old/7", NOW, NOW - timedelta(hours=1))
    watched(NOW + 2 * MINUTE)
    beat("new/7", NOW + 3 * MINUTE, NOW + 3 * MINUTE)
    watched(NOW + 3 * MINUTE)

    assert mailed(OPERATOR) == ["Worker old/7 is silent", "Over: Worker old/7 is silent"]
    assert list(heartbeats()) == ["new/7"]


@both_databases
def test_look_from_outside_sees_that_nobody_works(planned: World) -> None:
    queue(next_attempt_at=NOW - 5 * MINUTE - SECOND)
    for _time in range(2):
        assert [cause.subject for cause in watch_from_outside(NOW)] == ["worker:all", "mail:waits"]
    assert mailed(OPERATOR) == ["No worker is running", "Mail waits, and nothing sends it"]

    # A worker that comes up takes both back; that mail waits, once it does not.
    watched(NOW + SECOND)
    assert [over for _kind, _step, over in standing()] == [True, False]
    db.session.execute(update(OutboxMessage).values(state=MessageState.SENT))
    db.session.commit()
    watched(NOW + 2 * SECOND)
    assert [over for _kind, _step, over in standing()] == [True, True]


def test_look_from_outside_is_content_with_one_worker(planned: World) -> None:
    beat("there/one tick", NOW - MINUTE)
    queue(next_attempt_at=NOW - 5 * MINUTE)

    assert (watch_from_outside(NOW), standing()) == ([], [])
    assert [cause.subject for cause in watch_from_outside(NOW + SECOND)] == ["worker:all", "mail:waits"]


def test_look_from_outside_leaves_other_alarms_alone(planned: World) -> None:
    beat(ME, NOW)
    queue(reply="550 5.7.1 Relaying denied", next_attempt_at=NOW + MINUTE)
    watched(NOW)
    watch_from_outside(NOW)

    assert standing() == [("mail_refused", 0, False)]


def test_worker_that_is_busy_does_not_raise_that_mail_waits(planned: World) -> None:
    beat(ME, NOW)
    queue(next_attempt_at=NOW - timedelta(hours=1))
    watched(NOW)

    assert standing() == []


@both_databases
def test_outbox_that_is_held_is_told_of_until_it_is_released(planned: World) -> None:
    hold("the backup of yesterday was restored", MANAGER, NOW)
    watched(NOW)
    watched(NOW + MINUTE)
    (alarm,) = alarms()
    assert (alarm.kind.value, alarm.facts["why"]) == ("outbox_held", "the backup of yesterday was restored")
    assert mailed(OPERATOR) == ["The outbox is held: nothing is mailed"]
    release(MANAGER, NOW + 2 * MINUTE)
    watched(NOW + 2 * MINUTE)
    assert standing() == [("outbox_held", 0, True)]


def test_sign_of_life_from_the_future_hides_no_silence(planned: World) -> None:
    beat("elsewhere/7", NOW + timedelta(days=14))
    causes = watch_from_outside(NOW)
    assert "worker:all" in {cause.subject for cause in causes}
