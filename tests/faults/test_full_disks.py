"""Disks on which there is no room: for a moment, and until a person makes some."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest

from app import create_app
from entrypoints.commands.worker import EVERY
from outbox.leases import LEASE
from storage import db
from tests.conftest import FOR_TESTS, migrate, settings_for
from tests.faults.audit import in_flight
from tests.faults.ledger import LedgerServer
from tests.faults.ledger_server import DOT
from tests.faults.processes import PATIENCE, Nursery, wait_until
from tests.faults.scene import HOLD, MINUTE, Record, Scene
from tests.faults.small_disk import SmallDisk, small_disk
from tests.postgresql import PostgreSQL
from tests.world import NOW, both_databases

MAILS = 400
# A new PostgreSQL needs a hundred for itself.
MEGABYTES = {"sqlite": 8, "postgresql": 160}


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


@pytest.mark.faults
@both_databases
def test_small_disk_that_is_full_until_a_person_makes_room(small: Scene, disk: SmallDisk) -> None:
    fill_and_make_room(small, disk, {})
    found = small.audit()
    assert (found.violations, small.states()) == ([], {"sent": MAILS})


@pytest.mark.faults
@both_databases
def test_small_disk_with_a_journal_that_is_full_until_a_person_makes_room_repeats_nothing(
    small: Scene, disk: SmallDisk, tmp_path: Path
) -> None:
    with small.journal(tmp_path) as settings:
        fill_and_make_room(small, disk, settings)
        found = small.audit(journal=True)
    assert (found.violations, found.repeated, small.states()) == ([], 0, {"sent": MAILS})


def fill_and_make_room(scene: Scene, disk: SmallDisk, settings: dict[str, str]) -> None:
    """Fill the disk while mails are being sent, make room when their worker has given up, and let it come to rest."""
    scene.queue(MAILS)
    scene.server.order(DOT, "stop", skip=20)
    worker = scene.born(environment=scene.environment | settings, clock=NOW, flask=["worker"])
    wait_until(lambda: scene.server.read().struck)
    disk.fill()
    worker.signal(signal.SIGCONT)
    # It tries for a minute and more to write down what it was answered, then gives that up, and begins anew.
    wait_until(lambda: '"step": "delivery"' in worker.output(), patience=4 * PATIENCE)
    scene.doubtful += in_flight()
    sleep(2 * EVERY)
    assert worker.alive, worker.output()
    disk.make_room()
    wait_until(lambda: scene.states().get("sent", 0) > MAILS * 3 / 4)
    worker.signal(signal.SIGTERM)
    assert worker.wait() == 0, worker.output()
    # What was at the dot is held first, then found in a journal or sent again.
    for _pass in range(3):
        scene.now += LEASE + HOLD + MINUTE
        scene.ticks(**settings)


@pytest.fixture
def disk(engine: str, tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", MEGABYTES[engine]) as mounted:
        yield mounted


@pytest.fixture
def small(
    engine: str, disk: SmallDisk, tmp_path: Path, server: LedgerServer, nursery: Nursery, record_property: Record
) -> Iterator[Scene]:
    """A scene whose database and data folder lie on the small disk, and nothing else."""
    folder = disk.folder
    with (
        database_on(disk, engine) as url,
        create_app(settings_for(url, folder), **FOR_TESTS).app_context() as context,
    ):
        yield Scene(context.app, url, folder, server, nursery, record_property)
        nursery.empty()
        db.session.remove()
        db.engine.dispose()


@contextmanager
def database_on(disk: SmallDisk, engine: str) -> Iterator[str]:
    """A database of its own that lies on a disk, with the migrated schema."""
    if engine == "sqlite":
        url = f"sqlite:///{disk.folder / 'test.db'}"
        migrate(url, disk.folder)
        yield url
        return
    with PostgreSQL(disk.folder) as server:
        server.create("small")
        migrate(server.url("small"), disk.folder)
        yield server.url("small")
