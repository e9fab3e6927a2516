"""Workers that are killed at random moments, again and again, until 300 mails are sent: how many are lost or repeated.

`FAULT_RUNS` says how many such runs there are of each kind.
"""

import os
import signal
from datetime import timedelta
from pathlib import Path
from random import Random
from time import sleep

import pytest

from outbox.models import FINAL, MessageState
from tests.faults.audit import in_flight, rows
from tests.faults.processes import Process, wait_until
from tests.faults.scene import Scene
from tests.world import NOW, both_databases

RUNS = int(os.environ.get("FAULT_RUNS", "20"))
MAILS, MOST_LIVES = 300, 80
# Longer than a lease, and than the hold that is set here: whoever comes next finds both at their end.
BETWEEN = timedelta(minutes=5)
# On a machine so slow that three lives go over one mail, it is the mail that is blamed.
PUT_ASIDE = "put aside: 3 workers were lost over it"

pytestmark = pytest.mark.faults


@both_databases
@pytest.mark.parametrize("run", range(RUNS))
def test_random_kills_lose_nothing_and_repeat_only_what_was_in_hand(scene: Scene, run: int) -> None:
    scene.record("kills", live_and_die(scene, Random(run), {}))  # noqa: S311
    found = scene.audit()
    assert (found.violations, unsent()) == ([], [])


@both_databases
@pytest.mark.parametrize("run", range(RUNS))
def test_random_kills_with_a_journal_repeat_nothing(scene: Scene, run: int, tmp_path: Path) -> None:
    with scene.journal(tmp_path) as journal:
        scene.record("kills", live_and_die(scene, Random(run), journal))  # noqa: S311
        found = scene.audit(journal=True)
    assert (found.violations, found.repeated, unsent()) == ([], 0, [])


def live_and_die(scene: Scene, random: Random, settings: dict[str, str]) -> int:
    """Let one or two workers send for a while, kill them, and so on until all is sent. Returns how many were killed."""
    scene.queue(MAILS, not_after=NOW + timedelta(days=30))
    environment = scene.environment | {"MAIL_HOLD": "60"} | settings
    kills = 0
    for _life in range(MOST_LIVES):
        scene.nursery.empty()
        workers = [
            scene.born(environment=environment, clock=scene.now, flask=["worker"]) for _ in range(random.choice([1, 2]))
        ]
        enough = scene.server.size + random.randrange(200, 20_000)
        while scene.server.size < enough and not at_rest(scene):
            pass
        if at_rest(scene):
            ended(workers)
        else:
            sleep(random.random() / 20)
            kills += killed(workers)
            scene.doubtful += in_flight()
        if all(row.state in FINAL for row in rows().values()):
            return kills
        scene.now += BETWEEN
    raise AssertionError(f"not at rest after {MOST_LIVES} lives: {scene.states()}")


def unsent() -> list[str]:
    """The last words about what was not sent, but for what was put aside."""
    left = [row.reply for row in rows().values() if row.state is not MessageState.SENT]
    return [reply for reply in left if not reply.endswith(PUT_ASIDE)]


def at_rest(scene: Scene) -> bool:
    """Whether the workers of this life have nothing left to do: all is sent, or held until later."""
    size = scene.server.size
    sleep(0.05)
    if scene.server.size != size:
        return False
    return not any(
        row.state not in FINAL and (row.state is not MessageState.UNCERTAIN or row.next_attempt_at <= scene.now)
        for row in rows().values()
    )


def killed(workers: list[Process]) -> int:
    """Kill them all at one moment, as when the machine fails."""
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for worker in workers:
            worker.signal(number)
    for worker in workers:
        worker.wait()
    return len(workers)


def ended(workers: list[Process]) -> None:
    for worker in workers:
        worker.signal(signal.SIGTERM)
    for worker in workers:
        wait_until(lambda one=worker: not one.alive)  # type: ignore[misc]
