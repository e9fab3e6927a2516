"""Fixtures of the faults: one nursery a session, one server and one scene a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.faults.ledger import LedgerServer
from tests.faults.processes import Nursery
from tests.faults.scene import Record, Scene


@pytest.fixture(scope="session")
def nursery_of_the_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with Nursery(tmp_path_factory.mktemp("processes")) as nursery:
        yield nursery


@pytest.fixture
def nursery(nursery_of_the_session: Nursery) -> Iterator[Nursery]:
    yield nursery_of_the_session
    nursery_of_the_session.empty()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LedgerServer]:
    with LedgerServer(tmp_path) as running:
        yield running


@pytest.fixture
def scene(
    app: Flask,
    database_url: str,
    tmp_path: Path,
    server: LedgerServer,
    nursery: Nursery,
    record_property: Record,
) -> Scene:
    return Scene(app, database_url, tmp_path, server, nursery, record_property)
