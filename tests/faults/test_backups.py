"""Backups that are made while the database is written to, and old ones that are put back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from evidence.chain import Happening, Kind, append, verify
from evidence.models import Entry
from storage import db
from tests.conftest import FOR_TESTS, settings_for
from tests.faults.audit import rows
from tests.faults.backups import Backups, PostgreSQLBackups, SQLiteBackups
from tests.faults.ledger_server import RCPT
from tests.faults.processes import wait_until
from tests.faults.scene import MINUTE, Scene
from tests.world import NOW, both_databases_of_faults

MAILS = 400


@pytest.fixture
def backups(engine: str, database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Backups:
    if engine == "sqlite":
        return SQLiteBackups(database_url, tmp_path)
    return PostgreSQLBackups(database_url, tmp_path, request.getfixturevalue("postgresql"))


@both_databases_of_faults
def test_backup_while_it_is_written_opens_and_verifies(scene: Scene, backups: Backups) -> None:
    scene.queue(MAILS)
    sent, entries = [], [0]
    with growing_evidence(scene.app):
        workers = [scene.start() for _number in range(2)]
        for number in range(3):
            wait_until(lambda number=number: len(scene.server.read().accepted) >= 1 + 60 * number)  # type: ignore[misc]
            wait_until(lambda: written() > entries[-1])
            url = backups.opened(backups.make(f"backup{number}"))
            with create_app(settings_for(url, scene.folder), **FOR_TESTS).app_context():
                states = {key: row.state.value for key, row in rows().items()}
                assert (len(states), verify()) == (MAILS, [])
                sent.append({key for key, state in states.items() if state == "sent"})
                entries.append(written())
                db.session.remove()
                db.engine.dispose()
            verified = scene.born(environment=scene.environment | {"DATABASE_URL": url}, flask=["evidence", "verify"])
            assert verified.wait() == 0, verified.output()
        for worker in workers:
            worker.counts()
    scene.comes_to_rest()
    found = scene.audit()
    assert (found.violations, found.repeated, scene.states()) == ([], 0, {"sent": MAILS})
    # Each backup is one moment, with what had been taken and written by then.
    assert sent[0] <= sent[1] <= sent[2] <= set(scene.server.read().copies)
    assert entries == sorted(set(entries))


@both_databases_of_faults
def test_old_backup_that_is_restored_resends_nothing_by_itself(scene: Scene, backups: Backups) -> None:
    scene.queue(20)
    copy = backups.make("old")
    scene.ticks()
    assert scene.states() == {"sent": 20}
    backups.put_back(copy)
    assert scene.states() == {"queued": 20}
    for _pass in range(2):
        scene.now += MINUTE
        scene.ticks()
        assert outbox(scene, "status").startswith("The outbox is held since")
    found = scene.audit()
    assert (found.violations, found.repeated, scene.states()) == ([], 0, {"queued": 20})


@both_databases_of_faults
def test_old_backup_with_a_journal_repeats_nothing_when_it_is_released(
    scene: Scene, backups: Backups, tmp_path: Path
) -> None:
    with scene.journal(tmp_path) as settings:
        # Eleven of the twenty leave when the backup has been made, and one of them only after it was put back.
        scene.server.order(RCPT, "say", text="451 4.3.0 Later", to="reader1", times=0)
        scene.queue(20)
        scene.ticks(**settings)
        copy = backups.make("old")
        scene.server.forget()
        scene.server.order(RCPT, "say", text="451 4.3.0 Later", to="reader19@", times=0)
        scene.now += 2 * MINUTE
        scene.ticks(**settings)
        assert scene.states() == {"sent": 19, "queued": 1}
        scene.server.forget()
        backups.put_back(copy)
        assert scene.states() == {"sent": 9, "queued": 11}
        scene.now += MINUTE
        scene.ticks(**settings)
        assert outbox(scene, "status", **settings).startswith("The outbox is held since")
        assert scene.states() == {"sent": 19, "queued": 1}
        assert outbox(scene, "release", **settings) == "The outbox is released. Waiting: 1.\n"
        scene.now += timedelta(hours=1)
        scene.ticks(**settings)
        found = scene.audit(journal=True)
    assert (found.violations, found.repeated, scene.states()) == ([], 0, {"sent": 20})


def written() -> int:
    """How many entries the evidence has; ends the running transaction."""
    number = db.session.scalar(select(func.count(Entry.id))) or 0
    db.session.rollback()
    return number


def outbox(scene: Scene, *words: str, **settings: str) -> str:
    """What `flask outbox` says."""
    said = scene.born(environment=scene.environment | settings, clock=scene.now, flask=["outbox", *words])
    assert said.wait() == 0, said.output()
    return said.output()


@contextmanager
def growing_evidence(app: Flask) -> Iterator[None]:
    """Let entries be appended all the while, as a worker does that settles."""
    over = Event()

    def write() -> None:
        with app.app_context():
            while not over.wait(0.05):
                append([Happening(Kind.GIVEN, "clock", 1, {})], NOW)
                db.session.commit()
            db.session.remove()

    writer = Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()
