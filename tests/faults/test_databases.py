"""Databases that are locked, full, restarted, copied while they are written, or changed by half a migration."""

import resource
import signal
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from time import sleep

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import inspect

from app import create_app
from evidence.chain import Happening, Kind, append, verify
from storage import db
from tests.conftest import FOR_TESTS, migrate, settings_for
from tests.faults.audit import rows
from tests.faults.ledger import LedgerServer
from tests.faults.ledger_server import BEFORE_DOT, DOT
from tests.faults.processes import Nursery, wait_until
from tests.faults.scene import Record, Scene
from tests.faults.speaker import database_locked
from tests.postgresql import PostgreSQL
from tests.world import NOW, both_databases

FIRST_SCHEMA = "93d8a46b5c99"


@pytest.mark.faults
@both_databases
@pytest.mark.parametrize("step", [BEFORE_DOT, DOT])
def test_database_that_is_locked_for_half_a_minute_repeats_nothing(scene: Scene, step: str) -> None:
    scene.queue(12)
    # Longer than a connection waits by itself.
    scene.server.order(step, "lock", database=scene.url, seconds=32, skip=3)
    scene.sends()
    scene.comes_to_rest()
    found = scene.audit()
    assert (found.violations, found.repeated, scene.states()) == ([], 0, {"sent": 12})


def test_disk_that_is_full_for_a_moment_repeats_nothing(scene: Scene) -> None:
    scene.queue(12)
    scene.server.order(DOT, "stop", skip=3)
    worker = scene.start()
    wait_until(lambda: scene.server.read().struck)
    # The database's log of changes may not grow: what a full disk does, without the need of one.
    size = (scene.folder / "test.db-wal").stat().st_size
    _soft, hard = resource.prlimit(worker.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (size, hard))
    worker.signal(signal.SIGCONT)
    sleep(2)
    assert worker.alive, worker.output()
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (hard, hard))
    assert worker.wait() == 0, worker.output()
    scene.comes_to_rest()
    found = scene.audit()
    assert (found.violations, found.repeated, scene.states()) == ([], 0, {"sent": 12})


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_postgresql_that_is_restarted_in_the_middle_repeats_nothing(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    server: LedgerServer,
    nursery: Nursery,
    record_property: Record,
    how: str,
) -> None:
    with PostgreSQL(tmp_path_factory.mktemp("restarted")) as database:
        database.create("restarted")
        url = database.url("restarted")
        migrate(url, tmp_path)
        app = create_app(settings_for(url, tmp_path), **FOR_TESTS)
        with app.app_context():
            scene = Scene(app, url, tmp_path, server, nursery, record_property)
            scene.queue(100)
            scene.server.order(DOT, "stop", skip=20)
            worker = scene.born(clock=NOW, flask=["worker"])
            wait_until(lambda: scene.server.read().struck)
            db.session.remove()
            db.engine.dispose()
            database.stop(how)
            worker.signal(signal.SIGCONT)
            # It meets a database that is not there, and then one that is starting.
            sleep(1)
            database.start()
            # Whatever it makes of that, the mail that was taken meanwhile must not be forgotten.
            wait_until(lambda: scene.states().get("sent", 0) > 20)
            worker.signal(signal.SIGTERM)
            worker.wait()
            scene.comes_to_rest()
            assert scene.states() == {"sent": 100}
            found = scene.audit()
            assert (found.violations, found.repeated) == ([], 0)
            db.session.remove()
            db.engine.dispose()


def test_backup_while_it_is_written_opens_and_verifies(scene: Scene) -> None:
    append([Happening(Kind.GIVEN, "clock", 1, {}) for _number in range(50)], NOW)
    db.session.commit()
    scene.queue(400)
    workers = [scene.start() for _number in range(2)]
    sent = []
    for number in range(3):
        wait_until(lambda number=number: len(scene.server.read().accepted) >= 1 + 60 * number)  # type: ignore[misc]
        copy = backed_up(scene, number)
        with create_app(settings_for(copy, scene.folder), **FOR_TESTS).app_context():
            states = {key: row.state.value for key, row in rows().items()}
            assert (len(states), verify()) == (400, [])
            sent.append({key for key, state in states.items() if state == "sent"})
            db.session.remove()
            db.engine.dispose()
    for worker in workers:
        worker.counts()
    scene.comes_to_rest()
    found = scene.audit()
    assert (found.violations, found.repeated, scene.states()) == ([], 0, {"sent": 400})
    # Each backup is one moment, with what had been taken by then.
    assert sent[0] <= sent[1] <= sent[2] <= set(scene.server.read().copies)


def backed_up(scene: Scene, number: int) -> str:
    """Make a copy of the database as `docs/running.md` says, and return its address."""
    copy = scene.folder / f"backup{number}.db"
    with closing(sqlite3.connect(scene.folder / "test.db")) as of, closing(sqlite3.connect(copy)) as to:
        of.backup(to)
        assert to.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return f"sqlite:///{copy}"


def test_old_backup_that_is_restored_resends_nothing_by_itself(scene: Scene) -> None:
    scene.queue(20)
    with closing(sqlite3.connect(scene.folder / "test.db")) as of, closing(sqlite3.connect(":memory:")) as kept:
        of.backup(kept)
        scene.now += scene.now - NOW
        scene.ticks()
        assert scene.states() == {"sent": 20}
        db.session.remove()
        db.engine.dispose()
        kept.backup(of)
    held = scene.born(clock=scene.now, flask=["outbox", "status"])
    assert held.wait() == 0, held.output()
    scene.ticks()
    found = scene.audit()
    assert (found.repeated, found.repeated_beyond) == (0, [])


@both_databases
def test_migration_that_is_killed_half_way_is_done_by_the_next_one(app: Flask, scene: Scene) -> None:
    scene.queue(6)
    flask_migrate.downgrade(revision=FIRST_SCHEMA)
    db.session.remove()
    db.engine.dispose()
    kills = 0
    for statement in count(1, 4):
        process = scene.born(call="flask_migrate:upgrade", dies_at=statement)
        if process.wait() == 0:
            break
        assert process.code == -signal.SIGKILL, process.output()
        kills += 1
    scene.record("kills", kills)
    assert kills > 5
    flask_migrate.check()
    assert [name for name in inspect(db.engine).get_table_names() if name.startswith("_alembic_tmp")] == []
    scene.remember()
    scene.comes_to_rest()
    found = scene.audit()
    assert (found.violations, found.repeated, scene.states()) == ([], 0, {"sent": 6})


def test_lock_of_the_tests_lets_nobody_write(scene: Scene) -> None:
    with closing(sqlite3.connect(scene.folder / "test.db", timeout=0)) as other:
        with database_locked(scene.url), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
