"""What machines are told: are we well, and how much waits."""

import json
from datetime import timedelta

import pytest
from flask import Flask

from announcements.services import announce_due
from outbox.delivery import beat
from outbox.models import MessageState
from tests.faces.pages import Reader
from tests.outbox.rows import queue
from tests.planning import planned_release
from tests.world import NOW, World

SECOND = timedelta(seconds=1)


def health(reader: Reader) -> tuple[int, dict[str, object]]:
    page = reader.get("/healthz")
    assert page.headers["Content-Type"] == "application/json"
    assert page.headers["Cache-Control"] == "no-store"
    answer: dict[str, object] = json.loads(page.body)
    return page.status, answer


NO_WORKER = "no worker was seen for a minute"
WAITS = "a mail has waited over five minutes"


@pytest.mark.parametrize(
    ("beat_ago", "problems"),
    [
        (None, [NO_WORKER]),
        (timedelta(0), []),
        (timedelta(minutes=1), []),
        (timedelta(minutes=1) + SECOND, [NO_WORKER]),
        (timedelta(days=30), [NO_WORKER]),
        # The clock of a worker may be ahead of ours.
        (-SECOND, []),
    ],
)
def test_health_follows_the_worker(anybody: Reader, beat_ago: timedelta | None, problems: list[str]) -> None:
    if beat_ago is not None:
        beat("worker", NOW - beat_ago)
    status = "unwell" if problems else "ok"
    assert health(anybody) == (503 if problems else 200, {"status": status, "problems": problems})


def test_one_worker_alive_is_enough(anybody: Reader) -> None:
    beat("dead", NOW - timedelta(days=1))
    beat("alive", NOW)
    assert health(anybody)[0] == 200


@pytest.mark.parametrize(
    ("due_ago", "state", "status"),
    [
        (timedelta(minutes=5), MessageState.QUEUED, 200),
        (timedelta(minutes=5) + SECOND, MessageState.QUEUED, 503),
        # What is sent, was refused or is for later does not wait.
        (timedelta(days=1), MessageState.SENT, 200),
        (timedelta(days=1), MessageState.FAILED, 200),
        (timedelta(days=1), MessageState.CANCELLED, 200),
        (-timedelta(days=1), MessageState.QUEUED, 200),
    ],
)
def test_health_follows_what_waits(anybody: Reader, due_ago: timedelta, state: MessageState, status: int) -> None:
    beat("worker", NOW)
    queue(next_attempt_at=NOW - due_ago, state=state)
    assert health(anybody)[0] == status
    assert health(anybody)[1]["problems"] == ([] if status == 200 else [WAITS])


def test_all_problems_are_told_at_once(anybody: Reader) -> None:
    queue(next_attempt_at=NOW - timedelta(hours=1))
    assert health(anybody) == (503, {"status": "unwell", "problems": [NO_WORKER, WAITS]})


def samples(reader: Reader) -> dict[str, float]:
    page = reader.get("/metrics")
    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found = (line.rsplit(" ", 1) for line in page.body.decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in found}


def test_metrics_count_notices_and_mails(anybody: Reader, planned: World) -> None:
    planned_release(planned.product)
    before = samples(anybody)
    assert before['announcements_notices{state="planned"}'] == 4
    assert before.get('announcements_mails{state="queued"}', 0) == 0
    announce_due(NOW + timedelta(days=36))
    after = samples(anybody)
    assert after['announcements_notices{state="announced"}'] == 2
    assert after['announcements_mails{state="queued"}'] == 3


def test_metrics_of_an_empty_product_are_read(anybody: Reader) -> None:
    assert sum(samples(anybody).values()) == 0


def test_numbers_name_no_customer(app: Flask, anybody: Reader, planned: World) -> None:
    planned_release(planned.product)
    queue(address="an@zorggroep-de-brug.example", reply="550 unknown an@zorggroep-de-brug.example")
    for path in ("/metrics", "/healthz"):
        body = anybody.get(path).body.decode().lower()
        assert not [word for word in ("brug", "peelrand", "inconto", "2027.1", "@") if word in body]


def test_machines_need_not_sign_in_and_get_no_cookie(anybody: Reader) -> None:
    for path in ("/metrics", "/healthz"):
        assert "Set-Cookie" not in anybody.get(path).headers
