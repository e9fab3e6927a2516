"""Workers that are killed, stopped and told to end, at every step of a mail."""

import signal

import pytest

from outbox.queries import heartbeats
from storage import db
from tests.alarms.watching import standing
from tests.faults.ledger_server import BEFORE_DOT, BODY, CONNECT, DATA, DOT, EHLO, MAIL, RCPT, REPLY
from tests.faults.processes import wait_until
from tests.faults.scene import MINUTE, Scene
from tests.world import NOW, both_databases

STEPS = [CONNECT, EHLO, MAIL, RCPT, DATA, BODY, BEFORE_DOT, DOT, REPLY]
ONCE_A_CONNECTION = {CONNECT, EHLO}


@both_databases
@pytest.mark.parametrize("step", STEPS)
def test_kill_at_a_step_loses_nothing(scene: Scene, step: str) -> None:
    scene.queue(12)
    scene.server.order(step, "kill", skip=0 if step in ONCE_A_CONNECTION else 3)
    scene.dies(scene.start())
    scene.comes_to_rest()
    found = scene.audit()
    assert found.violations == []
    assert scene.states() == {"sent": 12}
    assert scene.server.read().struck == 1


@both_databases
def test_kill_between_the_reply_and_our_commit_repeats_what_was_in_hand(scene: Scene) -> None:
    scene.queue(12)
    scene.server.order(DOT, "kill unwritten", database=scene.url, skip=3)
    # One connection: over another it may have something to write, and would wait for the lock before it reads this.
    scene.dies(scene.start(MAIL_CONNECTIONS=1))
    assert scene.doubtful.total() > 0
    scene.comes_to_rest()
    found = scene.audit()
    assert found.violations == []
    assert scene.states() == {"sent": 12}
    # The kill came when a server had answered: that mail at least is there twice, and no worker could know.
    assert found.repeated > 0


@both_databases
@pytest.mark.parametrize("step", [RCPT, BEFORE_DOT, DOT])
def test_worker_that_sleeps_longer_than_its_lease_repeats_nothing(scene: Scene, step: str) -> None:
    scene.queue(6)
    scene.server.order(step, "stop", skip=2)
    sleeper = scene.start()
    wait_until(lambda: scene.server.read().struck)
    scene.now += 3 * MINUTE
    scene.sends()
    sleeper.signal(signal.SIGCONT)
    assert sleeper.wait() == 0, sleeper.output()
    scene.comes_to_rest()
    found = scene.audit()
    assert found.violations == []
    assert (found.repeated, scene.states()) == (0, {"sent": 6})


@both_databases
def test_worker_told_to_end_in_the_middle_of_a_mail_ends_it_and_gives_the_rest_back(scene: Scene) -> None:
    scene.queue(60)
    scene.server.order(DATA, "term", skip=5)
    # A mail is slow enough that the others are still waiting.
    scene.server.order(DOT, "wait", seconds=0.05, times=0)
    worker = scene.born(clock=scene.now, flask=["worker"])
    assert worker.wait() == 0, worker.output()
    left = scene.states()
    assert (set(left), left["sent"] >= 6) == ({"sent", "queued"}, True)
    scene.server.forget()
    assert scene.sends()["sent"] == left["queued"]
    found = scene.audit()
    assert (found.violations, found.repeated) == ([], 0)


@both_databases
@pytest.mark.parametrize("step", [RCPT, DOT])
def test_row_over_which_three_workers_are_killed_keeps_no_other_waiting(scene: Scene, step: str) -> None:
    scene.queue(6)
    scene.server.order(step, "kill", to="reader3@", times=3)
    for _number in range(12):
        worker = scene.start()
        if worker.wait() < 0:
            scene.dies(worker)
        scene.now += 15 * MINUTE
        if scene.server.read().struck == 3:
            break
    scene.comes_to_rest()
    found = scene.audit()
    assert found.violations == []
    assert scene.states()["sent"] >= 5


@both_databases
def test_worker_that_is_killed_and_started_anew_is_not_missed(scene: Scene) -> None:
    def seen() -> set[str]:
        names = set(heartbeats())
        db.session.rollback()
        return names

    killed = scene.born(clock=NOW, flask=["worker"])
    wait_until(seen)
    (old,) = seen()
    killed.kill()
    anew = scene.born(clock=NOW + 3 * MINUTE, flask=["worker"])
    wait_until(lambda: old not in seen())
    anew.signal(signal.SIGTERM)
    assert anew.wait() == 0, anew.output()
    assert (seen(), standing()) == (set(), [])
