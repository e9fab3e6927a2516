"""Rows by many ids, with one parameter."""

import pytest
from flask import Flask
from sqlalchemy import select

from outbox.models import OutboxMessage
from storage import among, db
from tests.outbox.rows import queue
from tests.world import both_databases


@both_databases
@pytest.mark.parametrize("others", [0, 70_000])
def test_among_finds_rows_by_any_number_of_ids(app: Flask, others: int) -> None:
    first, _second, third = queue(3)
    wanted = [first, third, *range(1_000_000, 1_000_000 + others)]
    query = select(OutboxMessage.id).order_by(OutboxMessage.id)
    assert db.session.scalars(query.where(among(OutboxMessage.id, wanted))).all() == [first, third]
    assert db.session.scalars(query.where(among(OutboxMessage.id, []))).all() == []
    named = query.where(among(OutboxMessage.id, "them"))
    assert db.session.scalars(named, {"them": wanted}).all() == [first, third]


def test_among_is_found_by_the_key_on_sqlite(app: Flask) -> None:
    query = select(OutboxMessage.id).where(among(OutboxMessage.id, [1, 2]), OutboxMessage.owner == "somebody")
    said = str(query.compile(db.engine, compile_kwargs={"literal_binds": False}))
    with db.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", ("[1, 2]", "somebody")).all()
    assert "USING INTEGER PRIMARY KEY (rowid=?)" in plan[0][3]
