"""Requests are counted where every process sees it, a minute at a time."""

from datetime import timedelta

import pytest
from flask import Flask

from accounts.pace import count
from accounts.tokens import issue_token
from evidence.actors import Role
from tests.at_once import at_once
from tests.planning import counted_queries
from tests.world import ADMIN, NOW, World, both_databases


@pytest.fixture
def token_id(planned: World) -> int:
    return issue_token("pipeline", Role.OPERATOR, ADMIN, NOW)[0].id


@both_databases
def test_limit_is_reached_and_a_new_minute_begins_anew(token_id: int) -> None:
    paces = [count(token_id, 3, NOW + timedelta(seconds=second)) for second in range(5)]

    assert [pace.left for pace in paces] == [2, 1, 0, 0, 0]
    assert [pace.too_fast for pace in paces] == [False, False, False, True, True]
    assert [pace.seconds for pace in paces] == [60, 59, 58, 57, 56]
    assert count(token_id, 3, NOW + timedelta(seconds=60)).left == 2


@both_databases
def test_processes_count_together(app: Flask, token_id: int) -> None:
    def six() -> list[bool]:
        return [count(token_id, 20, NOW).too_fast for _time in range(6)]

    outcomes = at_once(app, [lambda: six] * 4)

    told = [too_fast for outcome in outcomes if isinstance(outcome, list) for too_fast in outcome]
    assert (told.count(False), told.count(True)) == (20, 4)


def test_clock_that_is_behind_gives_no_second_share(token_id: int) -> None:
    assert count(token_id, 1, NOW).too_fast is False
    assert count(token_id, 1, NOW - timedelta(seconds=30)).too_fast is True
    assert count(token_id, 1, NOW).too_fast is True


def test_counting_is_one_statement(token_id: int) -> None:
    with counted_queries() as queries:
        count(token_id, 3, NOW)
    assert len(queries) == 1


def test_one_token_does_not_slow_another(token_id: int) -> None:
    other = issue_token("other", Role.VIEWER, ADMIN, NOW)[0].id
    count(token_id, 1, NOW)

    assert count(other, 1, NOW).too_fast is False
