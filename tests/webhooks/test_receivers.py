"""Receivers that take for ever, say too much, lead elsewhere, or are not there."""

from http.server import BaseHTTPRequestHandler
from threading import Timer

import pytest
from flask import Flask

from tests.webhooks.delivering import NOTHING, drip
from tests.webhooks.listening import Receiver, deliveries, endpoint, happened
from tests.world import NOW, World
from webhooks import delivery, posting
from webhooks.delivery import deliver_due
from webhooks.models import DeliveryState, Problem
from webhooks.posting import Answer


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
