"""Databases that are locked, restarted, or changed by half a migration."""

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
from storage import db
from tests.conftest import FOR_TESTS, migrate, settings_for
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
