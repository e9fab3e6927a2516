"""The chain holds what happened, and shows every way of tampering with it."""

import json

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from evidence.chain import GENESIS, Fault, Happening, Head, Kind, append, digest, head, verify
from evidence.models import Entry
from storage import db
from tests.at_once import at_once
from tests.world import NOW, both_databases

GUARDS = {
    "sqlite": [
        "DROP TRIGGER evidence_entry_not_changed",
        "DROP TRIGGER evidence_entry_not_removed",
        "DROP TRIGGER evidence_entry_not_replaced",
    ],
    "postgresql": ["ALTER TABLE evidence_entry DISABLE TRIGGER USER"],
}


def recorded(number: int = 5) -> Head:
    """A chain of some entries."""
    end = append([Happening(Kind.GIVEN, "clock", tenant, {"notice": tenant}) for tenant in range(1, number + 1)], NOW)
    db.session.commit()
    return end


def unguarded(engine: str) -> None:
    """What somebody with the database's own keys can do."""
    for statement in GUARDS[engine]:
        db.session.execute(text(statement))
    db.session.commit()


def forged(number: int, previous: str, facts: str = "{}") -> dict[str, object]:
    """A row whose own hash is right."""
    return {
        "id": number,
        "happened_at": NOW,
        "actor": "clock",
        "kind": "given",
        "tenant_id": 1,
        "facts": facts,
        "previous": previous,
        "hash": digest(number, NOW, "clock", "given", 1, facts, previous),
    }


@both_databases
def test_chain_holds_what_was_appended(app: Flask) -> None:
    end = recorded()

    rows = db.session.scalars(select(Entry).order_by(Entry.id)).all()
    assert [row.id for row in rows] == [1, 2, 3, 4, 5]
    assert [json.loads(row.facts)["notice"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row.previous for row in rows] == [GENESIS, *[row.hash for row in rows[:-1]]]
    assert head() == end == Head(5, rows[-1].hash)
    assert verify() == []
    assert verify(end) == []


def test_chain_that_is_empty_holds(app: Flask) -> None:
    assert verify() == []
    assert verify(head()) == []


@both_databases
@pytest.mark.parametrize(
    "statement",
    [
        update(Entry).where(Entry.id == 2).values(actor="somebody"),
        delete(Entry).where(Entry.id == 2),
        delete(Entry),
    ],
    ids=["change", "delete", "empty"],
)
def test_database_refuses_to_rewrite(app: Flask, statement: object) -> None:
    recorded()

    with pytest.raises(DBAPIError, match="evidence is never"):
        db.session.execute(statement)  # type: ignore[call-overload]
    db.session.rollback()
    assert verify() == []


def test_sqlite_refuses_to_replace(app: Flask) -> None:
    recorded()

    with pytest.raises(DBAPIError, match="evidence is never replaced"):
        db.session.execute(insert(Entry).prefix_with("OR REPLACE"), forged(2, GENESIS))
    db.session.rollback()


@pytest.mark.parametrize("engine", ["postgresql"])
def test_postgresql_refuses_to_truncate(app: Flask) -> None:
    recorded()

    with pytest.raises(DBAPIError, match="evidence is never"):
        db.session.execute(text("TRUNCATE evidence_entry"))
    db.session.rollback()


@both_databases
@pytest.mark.parametrize("column", ["happened_at", "actor", "kind", "tenant_id", "facts", "previous", "hash"])
def test_verify_finds_a_row_that_was_changed(app: Flask, engine: str, column: str) -> None:
    recorded()
    unguarded(engine)
    changed = {"happened_at": NOW.replace(year=2025), "tenant_id": None}.get(column, "other")
    db.session.execute(update(Entry).where(Entry.id == 3).values({column: changed}))
    db.session.commit()

    wrong = {fault.id for fault in verify()}
    # The entry after it no longer follows where its hash was changed.
    assert wrong == ({3, 4} if column == "hash" else {3})


@both_databases
def test_verify_finds_a_row_that_was_deleted(app: Flask, engine: str) -> None:
    recorded()
    unguarded(engine)
    db.session.execute(delete(Entry).where(Entry.id == 3))
    db.session.commit()

    assert verify() == [
        Fault(4, "before it 3 is missing"),
        Fault(4, "it does not follow the entry before it"),
    ]


@both_databases
def test_verify_finds_a_first_row_that_was_deleted(app: Flask, engine: str) -> None:
    recorded()
    unguarded(engine)
    db.session.execute(delete(Entry).where(Entry.id == 1))
    db.session.commit()

    assert [fault.id for fault in verify()] == [2, 2]


@both_databases
def test_verify_finds_a_row_that_was_replaced_by_one_whose_hash_is_right(app: Flask, engine: str) -> None:
    recorded()
    unguarded(engine)
    before = db.session.scalars(select(Entry.hash).where(Entry.id == 2)).one()
    db.session.execute(delete(Entry).where(Entry.id == 3))
    db.session.execute(insert(Entry), forged(3, before))
    db.session.commit()

    assert verify() == [Fault(4, "it does not follow the entry before it")]


@both_databases
def test_verify_finds_a_row_that_was_inserted(app: Flask, engine: str) -> None:
    recorded()
    unguarded(engine)
    db.session.execute(insert(Entry), forged(0, GENESIS))
    db.session.commit()

    assert {fault.id for fault in verify()} == {0, 1}


@both_databases
def test_verify_finds_an_end_that_was_cut_off_only_against_a_head_kept_outside(app: Flask, engine: str) -> None:
    kept = recorded()
    unguarded(engine)
    db.session.execute(delete(Entry).where(Entry.id > 3))
    db.session.commit()

    assert verify() == []
    assert verify(kept) == [Fault(5, "it is missing: the end was cut off")]


@both_databases
def test_verify_finds_a_chain_made_anew_only_against_a_head_kept_outside(app: Flask, engine: str) -> None:
    kept = recorded()
    unguarded(engine)
    db.session.execute(delete(Entry))
    append([Happening(Kind.GIVEN, "clock", 9, {})] * 6, NOW)
    db.session.commit()

    assert verify() == []
    assert verify(kept) == [Fault(5, "it is not the entry that was kept outside")]


@both_databases
def test_two_who_append_at_once_make_one_chain(app: Flask) -> None:
    def append_some() -> None:
        for _time in range(10):
            append([Happening(Kind.GIVEN, "clock", 1, {})], NOW)
            db.session.commit()

    assert at_once(app, [lambda: append_some] * 3) == [None, None, None]

    assert db.session.scalar(select(func.count()).select_from(Entry)) == 30
    assert verify() == []


def test_nothing_is_on_record_of_what_was_rolled_back(app: Flask) -> None:
    append([Happening(Kind.GIVEN, "clock", 1, {})], NOW)
    db.session.rollback()

    assert head() == Head(0, GENESIS)


@pytest.mark.parametrize("written", ["", "5", "five:" + "0" * 64, "5:abc", ":" + "0" * 64])
def test_head_refuses_nonsense(written: str) -> None:
    with pytest.raises(ValueError, match="is not a head"):
        Head.parse(written)


def test_head_is_read_as_it_is_written() -> None:
    assert Head.parse(str(Head(5, "a" * 64))) == Head(5, "a" * 64)
