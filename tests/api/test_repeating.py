"""The same request twice is done once, also at the same moment, also when its process died in between."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update

from accounts.kept_answers import forget_old
from accounts.token_models import KeptAnswer
from announcements.models import Bulletin
from evidence.actors import Role
from schedules.models import Release
from storage import db
from tests.api.asking import EARLY, PLAN, RELEASES, URGENT
from tests.api.conftest import Answer, Program, program
from tests.at_once import at_once
from tests.world import NOW, World, both_databases


def count(kind: type[Release] | type[KeptAnswer] | type[Bulletin]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


@both_databases
def test_second_request_gets_the_first_ones_answer(manager: Program) -> None:
    first, second = manager.post(RELEASES, PLAN, key="one"), manager.post(RELEASES, PLAN, key="one")

    assert (first.status, second.status) == (201, 201)
    assert first.body == second.body
    for name in ("ETag", "Location", "Content-Type"):
        assert first.headers[name] == second.headers[name]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert count(Release) == 1


@both_databases
def test_same_requests_at_once_are_done_once(app: Flask, manager: Program) -> None:
    found = at_once(app, [lambda: lambda: manager.post("/announcements", URGENT, key="one")] * 6)
    answers = [one for one in found if isinstance(one, Answer)]

    assert len(answers) == 6
    assert count(Bulletin) == 1
    assert {answer.status for answer in answers} <= {201, 409}
    done = [answer for answer in answers if answer.status == 201]
    assert len({answer.body for answer in done}) == 1
    # Whoever came between the work and its answer is told to ask again, and then gets it.
    assert manager.post("/announcements", URGENT, key="one").body == done[0].body


def test_key_of_another_request_is_refused(manager: Program) -> None:
    manager.post(RELEASES, PLAN, key="one")

    for answer in (
        manager.post(RELEASES, PLAN | {"version": "2027.2"}, key="one"),
        manager.post(f"{RELEASES}/check", PLAN, key="one"),
    ):
        assert answer.problem[0] == 422
        assert list(answer.wrong) == ["Idempotency-Key"]
    assert count(Release) == 1


def test_what_was_refused_may_be_sent_again(manager: Program) -> None:
    assert manager.post(RELEASES, EARLY, key="one").status == 422
    assert count(KeptAnswer) == 0

    assert manager.post(RELEASES, PLAN, key="one").status == 201


def test_another_token_has_keys_of_its_own(app: Flask, manager: Program) -> None:
    manager.post(f"{RELEASES}/check", PLAN, key="one")

    answer = program(app, Role.PLANNER).post(f"{RELEASES}/check", EARLY, key="one")

    assert (answer.status, answer.json["keeps_promises"]) == (200, False)


@both_databases
def test_work_whose_answer_was_lost_is_not_done_again(manager: Program) -> None:
    manager.post(RELEASES, PLAN, key="one")
    # As where the process was killed between the two.
    db.session.execute(update(KeptAnswer).values(status=None, body=None))
    db.session.commit()

    answer = manager.post(RELEASES, PLAN, key="one")

    assert answer.problem[0] == 409
    assert count(Release) == 1


@both_databases
def test_answers_are_kept_for_two_days(manager: Program, clock: time_machine.Traveller) -> None:
    manager.post(f"{RELEASES}/check", PLAN, key="old")
    for hours, forgotten in ((25, 0), (49, 1)):
        clock.move_to(NOW + timedelta(hours=hours))
        manager.post(f"{RELEASES}/check", PLAN, key=f"after {hours}")
        assert forget_old(NOW + timedelta(hours=hours)) == forgotten
    assert manager.post(f"{RELEASES}/check", PLAN, key="old").headers.get("Idempotency-Replayed") is None


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\x01"])
def test_keys_are_plain_and_short(manager: Program, key: str) -> None:
    answer = manager.post(RELEASES, PLAN, key=key)

    assert answer.problem == (422, "An Idempotency-Key has 1 to 255 plain characters, such as a UUID.")
    assert count(Release) == 0


def test_without_a_key_each_request_stands_alone(manager: Program, planned: World) -> None:
    assert [manager.post(RELEASES, PLAN).status for _time in range(2)] == [201, 409]
    assert count(KeptAnswer) == 0
