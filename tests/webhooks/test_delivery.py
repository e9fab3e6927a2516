"""What happened arrives once in normal work, at least once in any case, and in the end it is given up."""

import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from threading import Event as Signal
from threading import Timer

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from standardwebhooks import Webhook, WebhookVerificationError

from evidence.chain import Happening, Kind, append
from evidence.models import Entry
from outbox.leases import LEASE
from storage import db
from tests.at_once import Act, at_once
from tests.webhooks import worker
from tests.webhooks.listening import Receiver, deliveries, endpoint, happened, states
from tests.world import MANAGER, NOW, World, both_databases
from webhooks import delivery, posting
from webhooks.claims import claim, settle, take_back
from webhooks.delivery import deliver_due
from webhooks.models import DeliveryState, EventType, Problem, WebhookEndpoint, WebhookEvent
from webhooks.posting import Answer
from webhooks.publishing import Event, publish
from webhooks.retries import MOST_ATTEMPTS, next_attempt
from webhooks.services import GRACE, Scope, remove_endpoint, renew_secret, secret, send_again, switch_off, switch_on

NOTHING = {"delivered": 0, "retried": 0, "failed": 0}
AFTER = NOW + LEASE + timedelta(seconds=30)


def the(hook: WebhookEndpoint) -> WebhookEndpoint:
    """The endpoint as the database has it now."""
    db.session.rollback()
    return db.session.get_one(WebhookEndpoint, hook.id, populate_existing=True)


@both_databases
def test_event_arrives_signed_and_the_library_verifies_it(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url())
    key = secret(hook)
    happened(planned.brug)

    assert deliver_due(NOW, "worker") == NOTHING | {"delivered": 1}
    (came,) = receiver.came
    with time_machine.travel(NOW, tick=False):
        event = Webhook(key).verify(came.body, came.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(key).verify(came.body.replace(b"brug", b"dam"), came.headers)
    assert event == {
        "type": "notice.given",
        "timestamp": "2026-11-23T09:00:00+00:00",
        "data": {"tenant": "zorggroep-de-brug", "number": 1},
    }
    assert (came.path, came.headers["content-type"], came.headers["host"]) == (
        "/hook",
        "application/json",
        f"127.0.0.1:{receiver.port}",
    )
    (row,) = deliveries()
    assert (row.state, row.attempts, row.status, row.owner) == (DeliveryState.DELIVERED, 1, 204, None)
    assert (deliver_due(AFTER, "worker"), len(receiver.came)) == (NOTHING, 1)


def test_both_secrets_sign_for_a_day(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url())
    before = secret(hook)
    renew_secret(hook, MANAGER, NOW)
    since = secret(hook)
    at = [NOW, NOW + GRACE - timedelta(seconds=1), NOW + GRACE]
    for moment in at:
        happened(planned.brug, now=moment)
        deliver_due(moment, "worker")

    def signs(key: str, number: int) -> bool:
        with time_machine.travel(at[number], tick=False):
            try:
                Webhook(key).verify(receiver.came[number].body, receiver.came[number].headers)
            except WebhookVerificationError:
                return False
        return True

    assert before != since
    assert [(signs(before, number), signs(since, number)) for number in range(3)] == [
        (True, True),
        (True, True),
        (False, True),
    ]


@both_databases
def test_failed_attempt_is_repeated_with_the_same_id_and_the_same_words(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url())
    happened(planned.brug)
    receiver.status, receiver.reply = 503, b"We are \x00being moved."
    assert deliver_due(NOW, "worker") == NOTHING | {"retried": 1}
    (row,) = deliveries()
    assert (row.state, row.status, row.reply) == (DeliveryState.QUEUED, 503, "We are being moved.")
    assert timedelta(seconds=5) <= row.next_attempt_at - NOW < timedelta(seconds=10)
    since = the(hook).failing_since
    assert since is not None

    receiver.status = 200
    assert deliver_due(NOW + timedelta(seconds=1), "worker") == NOTHING
    assert deliver_due(NOW + timedelta(minutes=1), "worker") == NOTHING | {"delivered": 1}
    first, second = receiver.came
    assert (first.id, first.body) == (second.id, second.body)
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 60
    assert the(hook).failing_since is None


def test_pauses_grow_over_three_days_until_it_is_given_up(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url())
    happened(planned.brug)
    receiver.status = 500
    moment, ends = NOW, []
    for attempt in range(1, MOST_ATTEMPTS + 1):
        ends.append(deliver_due(moment, "worker"))
        moment = (next_attempt(attempt, moment) or moment) + timedelta(seconds=30)

    assert ends == [NOTHING | {"retried": 1}] * 9 + [NOTHING | {"failed": 1}]
    assert timedelta(days=3) < moment - NOW < timedelta(days=4)
    assert states() == ["failed"]
    assert deliver_due(moment + timedelta(days=2), "worker") == NOTHING

    receiver.status = 200
    (row,) = deliveries()
    send_again(row, MANAGER, moment)
    assert deliver_due(moment, "worker") == NOTHING | {"delivered": 1}
    assert len({request.id for request in receiver.came}) == 1
    assert the(hook).failing_since is None


@both_databases
def test_receiver_that_is_gone_is_switched_off(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url())
    happened(planned.brug, number=2)
    receiver.status = 410

    assert deliver_due(NOW, "worker") == NOTHING | {"failed": 1}
    assert (the(hook).off_at is not None, the(hook).off_by) == (True, "clock")
    assert deliver_due(AFTER, "worker") == NOTHING
    happened(planned.brug)
    assert (states(), len(receiver.came)) == (["failed", "queued"], 1)
    kinds = db.session.scalars(select(Entry.kind).order_by(Entry.id)).all()
    assert kinds[-2:] == ["webhook_added", "webhook_off"]

    receiver.status = 200
    switch_on(the(hook), MANAGER, NOW)
    assert deliver_due(AFTER, "worker") == NOTHING | {"delivered": 1}


def test_endpoint_that_is_switched_off_hears_nothing_of_that_time(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url())
    switch_off(hook, MANAGER, NOW)
    happened(planned.brug)
    switch_on(hook, MANAGER, NOW)
    assert (deliver_due(NOW, "worker"), deliveries()) == (NOTHING, [])
    # Nobody heard it, so it is not written at all.
    assert db.session.scalars(select(WebhookEvent)).all() == []


def test_endpoint_that_fails_is_left_alone_and_the_others_get_theirs(receiver: Receiver, planned: World) -> None:
    with Receiver() as broken:
        broken.status = 500
        endpoint(broken.url())
        endpoint(receiver.url())
        happened(planned.brug, number=20)
        assert deliver_due(NOW, "worker") == {"delivered": 20, "retried": 1, "failed": 0}
        assert (len(broken.came), len(receiver.came)) == (1, 20)
    assert [request.event["data"]["number"] for request in receiver.came] == list(range(1, 21))


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


def drip(receiver: Receiver, handler: BaseHTTPRequestHandler) -> None:
    """An answer that never ends, a byte at a time."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not receiver.over.wait(0.02):
        handler.wfile.write(b"a")
        handler.wfile.flush()


@pytest.mark.parametrize("how", ["silence", "drip"])
def test_receiver_that_takes_for_ever_is_left(
    receiver: Receiver, planned: World, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(posting, "TOTAL", 0.5)
    endpoint(receiver.url())
    happened(planned.brug)
    receiver.instead = (lambda one: drip(receiver, one)) if how == "drip" else (lambda _one: receiver.over.wait(60))
    # What would free a pass that hangs all the same, so that the test fails and does not wait.
    rescue = Timer(20, receiver.over.set)
    rescue.start()
    assert deliver_due(NOW, "worker") == NOTHING | {"retried": 1}
    assert not receiver.over.is_set()
    rescue.cancel()
    (row,) = deliveries()
    assert (row.problem, row.status) == (Problem.SLOW, None)


def test_long_answer_is_read_for_its_beginning_only(receiver: Receiver, planned: World) -> None:
    endpoint(receiver.url())
    happened(planned.brug)
    receiver.status, receiver.reply = 200, b"x" * 10_000_000
    deliver_due(NOW, "worker")
    (row,) = deliveries()
    assert (row.state, row.reply) == (DeliveryState.DELIVERED, "x" * posting.KEPT)


@pytest.mark.parametrize("size", ["-1", "-5", "7fffffffffffffff", "x"])
def test_receiver_does_not_say_how_much_of_its_answer_is_read(receiver: Receiver, planned: World, size: str) -> None:
    def chunked(asked: BaseHTTPRequestHandler) -> None:
        head = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\n"
        asked.wfile.write(head.encode() + b"x" * 1_000_000)

    endpoint(receiver.url())
    happened(planned.brug)
    receiver.instead = chunked
    assert deliver_due(NOW, "worker") == NOTHING | {"delivered": 1}
    (row,) = deliveries()
    assert (row.state, row.status, row.reply) == (DeliveryState.DELIVERED, 200, "")


def test_attempt_that_fails_beyond_expectation_counts_as_one(
    receiver: Receiver, planned: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_arguments: object) -> Answer:
        raise RuntimeError("nobody thought of this")

    endpoint(receiver.url())
    happened(planned.brug)
    monkeypatch.setattr(delivery, "post", never)
    assert deliver_due(NOW, "worker") == NOTHING | {"retried": 1}
    (row,) = deliveries()
    assert (row.state, row.problem, row.attempts) == (DeliveryState.QUEUED, Problem.BROKEN, 1)


def test_redirect_is_not_followed(receiver: Receiver, planned: World) -> None:
    endpoint(receiver.url())
    happened(planned.brug)
    with Receiver() as elsewhere:
        receiver.status, receiver.headers = 307, {"Location": elsewhere.url()}
        assert deliver_due(NOW, "worker") == NOTHING | {"retried": 1}
        assert elsewhere.connections == 0
    (row,) = deliveries()
    assert (row.status, row.problem) == (307, Problem.REDIRECTED)


def test_receiver_that_is_not_there_is_tried_again(app: Flask, receiver: Receiver, planned: World) -> None:
    with Receiver() as gone:
        url = gone.url()
    endpoint(url)
    endpoint(receiver.url())
    happened(planned.brug)
    receiver.instead = lambda one: one.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
    assert deliver_due(NOW, "worker") == NOTHING | {"retried": 2}
    assert [row.problem for row in deliveries()] == [Problem.UNREACHABLE, Problem.BROKEN]


def test_events_of_long_ago_are_forgotten_but_for_those_that_wait(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url())
    happened(planned.brug)
    deliver_due(NOW, "worker")
    happened(planned.brug)
    switch_off(hook, MANAGER, NOW)
    deliver_due(NOW + timedelta(days=89), "worker")
    before = states()
    deliver_due(NOW + timedelta(days=91), "worker")
    assert (before, states()) == (["delivered", "queued"], ["queued"])


def test_tenants_endpoint_hears_of_its_own_tenant_only(receiver: Receiver, planned: World) -> None:
    endpoint(receiver.url(path="/brug"), Scope(tenant=planned.brug))
    endpoint(receiver.url(path="/product"), Scope(product=planned.product), ("notice.given",))
    endpoint(receiver.url(path="/other"), events=("notice.missed",))
    happened(planned.brug)
    happened(planned.peelrand)
    deliver_due(NOW, "worker")
    heard = sorted((request.path, request.event["data"]["tenant"]) for request in receiver.came)
    assert heard == [
        ("/brug", "zorggroep-de-brug"),
        ("/product", "ziekenhuis-peelrand"),
        ("/product", "zorggroep-de-brug"),
    ]


@both_databases
def test_endpoint_is_removed_while_it_is_told(receiver: Receiver, planned: World, app: Flask) -> None:
    number = endpoint(receiver.url()).id
    product, tenant = planned.product.id, planned.brug.id
    happened(planned.brug, number=20)

    def remove() -> Act:
        hook = db.session.get_one(WebhookEndpoint, number)
        return lambda: remove_endpoint(hook, MANAGER, NOW)

    def tell() -> Act:
        events = [Event(EventType.NOTICE_GIVEN, product, tenant, {})] * 20

        def act() -> None:
            publish(events, NOW)
            append([Happening(Kind.GIVEN, "clock", tenant)], NOW)
            db.session.commit()

        return act

    def deliver() -> Act:
        return lambda: deliver_due(NOW, "worker")

    outcomes = at_once(app, [remove, tell, tell, deliver, deliver])
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert (deliveries(), db.session.scalars(select(WebhookEndpoint)).all()) == ([], [])
