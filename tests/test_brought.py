"""Values of many rows, brought along in one parameter."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from outbox.models import OutboxMessage
from storage import brought, db
from tests.outbox.rows import queue
from tests.world import both_databases

WORDS = ["250 2.0.0 Ok: queued as 4Xx", "250", "", "\"quoted\" \\ and\n'so'", "Grüße, 北京, \U0001f4ec", "1e3", "null"]


@both_databases
@pytest.mark.parametrize("words", WORDS)
def test_brought_values_arrive_as_they_are(app: Flask, words: str) -> None:
    first, second, third = queue(3)
    line = brought("lines").c.value
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.id == line[0].as_integer())
        .values(attempts=line[1].as_integer(), reply=line[2].as_string())
    )
    table = OutboxMessage.__table__
    with db.engine.begin() as connection:
        connection.execute(statement, {"lines": [(first, 2, words), (third, 3, "other"), (third + 1, 4, "nobody's")]})
        rows = connection.execute(select(table.c.id, table.c.attempts, table.c.reply).order_by(table.c.id)).all()
    assert rows == [(first, 2, words), (second, 0, ""), (third, 3, "other")]


@both_databases
def test_brought_without_lines_changes_nothing(app: Flask) -> None:
    queue(1)
    line = brought("lines").c.value
    statement = update(OutboxMessage).where(OutboxMessage.id == line[0].as_integer()).values(attempts=7)
    with db.engine.begin() as connection:
        assert connection.execute(statement, {"lines": []}).rowcount == 0
