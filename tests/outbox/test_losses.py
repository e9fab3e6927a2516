"""Workers that are killed, stopped or late. Real processes, real kills; only the clock is given."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from subprocess import Popen

import pytest
from flask import Flask

from outbox.delivery import deliver_due
from outbox.leases import LEASE, Lease
from outbox.losses import take_back
from outbox.models import MessageState
from outbox.rounds import Settlement
from tests import smtp_server
from tests.outbox import worker
from tests.outbox.rows import letter, queue, row, states, use
from tests.outbox.test_delivery import NOTHING
from tests.smtp_server import SMTPServer
from tests.world import NOW, both_databases

HOLD = timedelta(minutes=10)
AFTER = NOW + LEASE + timedelta(seconds=30)


@pytest.fixture
def server(app: Flask) -> Iterator[SMTPServer]:
    with SMTPServer() as running:
        use(app, running)
        yield running


@both_databases
def test_two_workers_send_every_mail_once(server: SMTPServer, database_url: str, tmp_path: Path) -> None:
    messages = queue(200)
    workers = [worker.start(database_url, tmp_path, server.port, NOW) for _number in range(2)]
    counts = [worker.counts(one) for one in workers]
    copies = Counter(taken.recipient for taken in server.taken)
    assert copies == {f"reader{number}@brug.example": 1 for number in range(1, 201)}
    assert sum(one["sent"] for one in counts) == 200
    assert {row(one).state for one in messages} == {MessageState.SENT}
    assert len({row(one).reply for one in messages}) == 200


@both_databases
def test_four_threads_send_every_mail_once(server: SMTPServer, app: Flask) -> None:
    def work(number: int) -> dict[str, int]:
        with app.app_context():
            return deliver_due(NOW, f"worker {number}")

    queue(300)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(work, range(4)))
    assert sum(one["sent"] for one in counts) == len(server.taken) == 300
    assert len(set(server.recipients())) == 300


def killed(server: SMTPServer, step: str, start: Callable[[], Popen[str]]) -> None:
    """Run a worker until it comes to a step for the third time, and kill it there before it hears the answer."""
    running = start()
    server.once(step, *[smtp_server.wait(0)] * 2, smtp_server.doing(lambda: os.kill(running.pid, signal.SIGKILL)))
    running.communicate(timeout=60)
    assert running.returncode == -signal.SIGKILL


@both_databases
def test_kill_before_the_dot_loses_nothing_and_repeats_nothing(
    server: SMTPServer, database_url: str, tmp_path: Path
) -> None:
    messages = queue(6)
    killed(server, smtp_server.RCPT, lambda: worker.start(database_url, tmp_path, server.port, NOW))
    assert states(*messages) == ["sent", "sent", *["claimed"] * 4]
    assert deliver_due(NOW, "worker 2") == NOTHING
    assert deliver_due(AFTER, "worker 2") == NOTHING | {"taken_back": 4, "sent": 4}
    assert states(*messages) == ["sent"] * 6
    assert [row(one).lost for one in messages] == [0, 0, 1, 0, 0, 0]
    assert server.recipients() == [f"reader{number}@brug.example" for number in range(1, 7)]


@both_databases
def test_kill_after_the_dot_is_doubtful_and_says_so(server: SMTPServer, database_url: str, tmp_path: Path) -> None:
    messages = queue(6)
    killed(server, smtp_server.DOT, lambda: worker.start(database_url, tmp_path, server.port, NOW))
    assert states(*messages) == ["sent", "sent", "committing", *["claimed"] * 3]
    assert deliver_due(AFTER, "worker 2") == NOTHING | {"taken_back": 3, "held": 1, "sent": 3}
    doubtful = row(messages[2])
    assert (doubtful.state, doubtful.next_attempt_at) == (MessageState.UNCERTAIN, AFTER + HOLD)
    assert doubtful.reply == "the worker was lost at the final dot; held, for a server may have taken it"
    assert len(server.taken) == 6
    assert deliver_due(AFTER + HOLD / 2, "worker 2") == NOTHING
    assert deliver_due(AFTER + HOLD, "worker 2") == NOTHING | {"sent_again": 1, "sent": 1}
    copies = [taken.mail["Message-ID"] for taken in server.taken if taken.recipient == doubtful.address]
    assert copies == [doubtful.message_id] * 2
    assert states(*messages) == ["sent"] * 6


def test_worker_that_slept_over_its_lease_holds_the_dot_back(server: SMTPServer, app: Flask) -> None:
    def meanwhile() -> None:
        with app.app_context():
            take_back(AFTER, HOLD)

    (message,) = queue()
    server.once(smtp_server.DATA, smtp_server.doing(meanwhile))
    # It finds the row in the queue again, and claims it as anyone may.
    assert deliver_due(NOW, "worker 1") == NOTHING | {"withdrawn": 1, "sent": 1}
    assert (states(message), len(server.taken)) == (["sent"], 1)


def test_worker_that_slept_at_the_dot_still_brings_the_proof(server: SMTPServer, app: Flask) -> None:
    seen: list[list[str]] = []

    def meanwhile() -> None:
        with app.app_context():
            take_back(AFTER, HOLD)
            seen.append(states(message))

    (message,) = queue()
    server.once(smtp_server.DOT, smtp_server.doing(meanwhile))
    assert deliver_due(NOW, "worker 1") == NOTHING | {"sent": 1}
    assert (seen, states(message)) == ([["uncertain"]], ["sent"])
    assert row(message).reply == "250 2.0.0 Ok: queued as 000001"


def test_row_that_three_workers_were_lost_over_is_put_aside(server: SMTPServer) -> None:
    killer, other = queue(2)
    now = NOW
    # Once suspected it is claimed alone: no other row is ever blamed with it.
    for lost, claimed in [(1, [killer, other]), (2, [killer]), (3, [killer])]:
        assert [one.id for one in Lease("worker").claim(now)] == claimed
        now += LEASE + timedelta(seconds=1)
        assert take_back(now, HOLD) == {"taken_back": len(claimed), "held": 0, "put_aside": int(lost == 3)}
    assert (row(other).lost, states(other)) == (0, ["queued"])
    assert deliver_due(now, "worker 2") == NOTHING | {"sent": 1}
    assert states(killer, other) == ["failed", "sent"]
    assert row(killer).reply == "put aside: 3 workers were lost over it"


def test_deadline_nearer_than_the_hold_is_a_reason_to_repeat_at_once(server: SMTPServer) -> None:
    (message,) = queue(not_after=AFTER + HOLD / 2)
    lease = Lease("worker")
    lease.claim(NOW)
    assert lease.close_round([message], [], NOW) == ({message}, set(), set())
    assert take_back(AFTER, HOLD) == {"taken_back": 0, "held": 1, "put_aside": 0}
    kept = row(message)
    assert (kept.state, kept.owner) == (MessageState.QUEUED, None)
    assert kept.reply.startswith("the worker was lost at the final dot; a server may have taken it, but the deadline")


def test_lease_is_renewed_for_rows_that_wait(app: Flask) -> None:
    first, second = queue(2)
    lease = Lease("worker")
    lease.claim(NOW)
    assert not lease.renew([first, second], NOW + timedelta(seconds=10))
    assert lease.renew([second], NOW + LEASE / 2)
    assert (row(first).lease_until, row(second).lease_until) == (NOW + LEASE, NOW + LEASE * 1.5)


def test_one_worker_does_not_settle_for_another(app: Flask) -> None:
    (message,) = queue(of=letter())
    Lease("worker").claim(NOW)
    stranger = Lease("worker")
    assert stranger.close_round([message], [], NOW) == (set(), set(), set())
    assert stranger.close_round([], [Settlement(message, MessageState.SENT, 1, "250 Ok")], NOW) == (set(), set(), set())
    stranger.give_back([message])
    assert states(message) == ["claimed"]
