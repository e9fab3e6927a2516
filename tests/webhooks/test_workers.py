"""What happened arrives once in normal work, at least once in any case."""

import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Signal

import pytest
from flask import Flask

from outbox.leases import LEASE
from tests.webhooks import worker
from tests.webhooks.delivering import AFTER, NOTHING, the
from tests.webhooks.listening import Receiver, deliveries, endpoint, happened, states
from tests.world import NOW, World, both_databases
from webhooks import delivery
from webhooks.claims import claim, settle, take_back
from webhooks.delivery import deliver_due
from webhooks.models import DeliveryState, Problem
from webhooks.posting import Answer
from webhooks.retries import MOST_ATTEMPTS


@both_databases
def test_two_workers_deliver_every_event_once(receiver: Receiver, planned: World, database_url: str) -> None:
    endpoint(receiver.url())
    endpoint(receiver.url(path="/other"))
    happened(planned.brug, number=50)
    workers = [worker.start(database_url, NOW) for _number in range(2)]
    counts = [worker.counts(one) for one in workers]

    assert sum(one["delivered"] for one in counts) == 100
    assert set(Counter((request.path, request.id) for request in receiver.came).values()) == {1}
    assert len(receiver.came) == 100
    assert set(states()) == {"delivered"}


@both_databases
def test_four_threads_deliver_every_event_once(receiver: Receiver, planned: World, app: Flask) -> None:
    def work(number: int) -> dict[str, int]:
        with app.app_context():
            return deliver_due(NOW, f"worker {number}")

    endpoint(receiver.url())
    happened(planned.brug, number=60)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(work, range(4)))
    assert sum(one["delivered"] for one in counts) == len(receiver.came) == 60
    assert len({request.id for request in receiver.came}) == 60


@both_databases
def test_killed_between_sending_and_marking_it_is_sent_again_under_the_same_id(
    receiver: Receiver, planned: World, database_url: str
) -> None:
    endpoint(receiver.url())
    happened(planned.brug)
    running = worker.start(database_url, NOW)
    receiver.first = lambda: os.kill(running.pid, signal.SIGKILL)
    running.communicate(timeout=60)
    assert (running.returncode, states()) == (-signal.SIGKILL, ["sending"])

    receiver.first = lambda: None
    # The lease still holds: it may only be slow.
    assert worker.counts(worker.start(database_url, NOW + timedelta(seconds=30))) == NOTHING
    assert worker.counts(worker.start(database_url, AFTER)) == NOTHING | {"delivered": 1}
    first, second = receiver.came
    assert (first.id, first.body) == (second.id, second.body)
    (row,) = deliveries()
    assert (row.state, row.attempts) == (DeliveryState.DELIVERED, 2)


def test_killed_before_it_sent_it_is_sent_once(receiver: Receiver, planned: World) -> None:
    # Before the last commit: reading it begins a transaction, and on SQLite that keeps every worker waiting.
    number = endpoint(receiver.url()).id
    happened(planned.brug)
    assert claim(number, "worker that is lost", NOW) is not None
    assert deliver_due(NOW + timedelta(seconds=30), "worker") == NOTHING
    assert deliver_due(AFTER, "worker") == NOTHING | {"delivered": 1}
    assert len(receiver.came) == 1


def test_event_that_kills_its_workers_is_given_up(receiver: Receiver, planned: World) -> None:
    # Before the last commit: reading it begins a transaction, and on SQLite that keeps every worker waiting.
    number = endpoint(receiver.url()).id
    happened(planned.brug)
    moment = NOW
    for _attempt in range(MOST_ATTEMPTS):
        assert claim(number, "worker that is lost", moment) is not None
        moment += LEASE + timedelta(seconds=1)
        take_back(moment)
    (row,) = deliveries()
    assert (row.state, row.problem, receiver.came) == (DeliveryState.FAILED, Problem.LOST, [])


@both_databases
def test_worker_that_was_asleep_changes_nothing_of_what_another_did(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url())
    number = hook.id
    happened(planned.brug)
    late = claim(number, "worker that sleeps", NOW)
    assert late is not None
    assert deliver_due(AFTER, "worker") == NOTHING | {"delivered": 1}
    assert settle(late, "worker that sleeps", Answer(status=500), AFTER) is None
    assert (states(), the(hook).failing_since) == (["delivered"], None)


def test_pass_ends_when_it_is_told_to_stop(receiver: Receiver, planned: World) -> None:
    stop = Signal()
    endpoint(receiver.url())
    happened(planned.brug, number=5)
    receiver.first = stop.set
    assert deliver_due(NOW, "worker", stop) == NOTHING | {"delivered": 1}
    assert states() == ["delivered"] + ["queued"] * 4


def test_pass_ends_when_its_time_is_over(receiver: Receiver, planned: World, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint(receiver.url())
    happened(planned.brug, number=5)
    receiver.first = lambda: monkeypatch.setattr(delivery, "BUDGET", -1.0)
    assert deliver_due(NOW, "worker") == NOTHING | {"delivered": 1}
