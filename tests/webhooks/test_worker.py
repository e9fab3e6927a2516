"""Webhooks have a thread of their own in the worker, and raise an alarm when they fail for a day."""

import json
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from flask import Flask

from entrypoints.settings import WrongSetting, read_settings
from entrypoints.tick import send_webhooks, tick
from outbox.hold_models import OutboxHold
from storage import db
from tests.alarms.watching import mailed, standing, watched
from tests.outbox.rows import letter, queue, use
from tests.smtp_server import SMTPServer
from tests.webhooks.listening import Receiver, deliveries, endpoint, happened, states
from tests.world import MANAGER, NOW, World, both_databases
from webhooks.delivery import deliver_due
from webhooks.services import switch_off


@both_databases
def test_slow_receiver_keeps_no_mail_waiting(app: Flask, receiver: Receiver, planned: World) -> None:
    now = datetime.now(UTC)
    endpoint(receiver.url())
    happened(planned.brug, now=now)
    asked = Event()

    def hang() -> None:
        asked.set()
        receiver.over.wait(60)

    def webhooks() -> None:
        with app.app_context():
            send_webhooks("worker")

    receiver.first = hang
    with SMTPServer() as server:
        use(app, server)
        queue(3, of=letter(created_at=now), created_at=now, next_attempt_at=now, not_after=now + timedelta(days=1))
        other = Thread(target=webhooks)
        other.start()
        assert asked.wait(30)
        assert (tick("worker")["sent"], states()) == (3, ["sending"])
        receiver.over.set()
        other.join(30)
    assert states() == ["delivered"]


def test_tick_command_sends_webhooks_too(app: Flask, receiver: Receiver, planned: World) -> None:
    endpoint(receiver.url())
    happened(planned.brug)
    result = app.test_cli_runner().invoke(args=["tick"])
    counts = json.loads(result.output.splitlines()[-1])
    assert {name: number for name, number in counts.items() if "webhook" in name} == {
        "webhooks_delivered": 1,
        "webhooks_retried": 0,
        "webhooks_failed": 0,
    }


def test_nothing_is_sent_while_the_outbox_is_held(receiver: Receiver, planned: World) -> None:
    endpoint(receiver.url())
    happened(planned.brug)
    db.session.add(OutboxHold(since=NOW, why="restored", held_by="clock", back_to=NOW))
    db.session.commit()
    assert (send_webhooks("worker"), receiver.came) == ({}, [])


@both_databases
def test_webhook_that_fails_for_a_day_raises_one_alarm(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url(path="/a-secret-of-theirs"))
    happened(planned.brug)
    receiver.status = 500
    deliver_due(NOW, "worker")
    watched(NOW + timedelta(hours=23))
    before = standing()
    watched(NOW + timedelta(hours=25))
    watched(NOW + timedelta(hours=26))

    assert (before, standing()) == ([], [("webhook_fails", 0, False)])
    assert mailed("manager@vendor.example") == ["The webhook to 127.0.0.1 fails"]
    switch_off(hook, MANAGER, NOW)
    watched(NOW + timedelta(hours=27))
    assert standing() == [("webhook_fails", 0, True)]


def test_webhook_that_answers_again_ends_its_alarm(receiver: Receiver, planned: World) -> None:
    endpoint(receiver.url())
    happened(planned.brug)
    receiver.status = 500
    deliver_due(NOW, "worker")
    watched(NOW + timedelta(hours=25))
    receiver.status = 200
    deliver_due(NOW + timedelta(hours=25), "worker")
    watched(NOW + timedelta(hours=25, minutes=1))
    assert (standing(), deliveries()[0].status) == ([("webhook_fails", 0, True)], 200)


@pytest.mark.parametrize("value", ["10.0.0.0/33", "intranet"])
def test_wrong_network_stops_the_start(value: str) -> None:
    with pytest.raises(WrongSetting, match="WEBHOOK_ALLOW_PRIVATE"):
        read_settings(_env_file=None, WEBHOOK_ALLOW_PRIVATE=value)
