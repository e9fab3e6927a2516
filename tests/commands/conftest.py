"""Commands are run as a person runs them, at a moment that stands still."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from click.testing import Result
from flask import Flask
from sqlalchemy import MetaData, select

from schedules.models import Release
from storage import db
from tenants.models import Product
from tests import world
from tests.commands.places import Place
from tests.postgresql import PostgreSQL

Run = Callable[..., Result]
Table = Callable[..., Path]
NewPlace = Callable[[str], Place]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(world.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command, each word an argument."""

    def run(*words: object) -> Result:
        result = app.test_cli_runner().invoke(args=[str(word) for word in words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def new_place(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> NewPlace:
    """Make another installation, whose database is empty."""

    def new_place(engine: str) -> Place:
        folder = tmp_path_factory.mktemp("place")
        if engine == "sqlite":
            shutil.copy(migrated_sqlite, folder / "place.db")
            return Place(f"sqlite:///{folder / 'place.db'}", folder)
        server: PostgreSQL = request.getfixturevalue("postgresql")
        name = f"place_{uuid4().hex}"
        server.create(name, template="template_migrated")
        return Place(server.url(name), folder)

    return new_place


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Write a file of a header and lines."""

    def table(*lines: str, name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return table


@pytest.fixture
def product(app: Flask) -> Product:
    return world.make_product()


def everything() -> dict[str, list[tuple[str, ...]]]:
    """All rows of all tables, to see whether anything changed."""
    tables = MetaData()
    tables.reflect(bind=db.session.connection())
    rows = {
        name: sorted((tuple(map(str, row)) for row in db.session.execute(select(one))), key=str)
        for name, one in tables.tables.items()
    }
    db.session.rollback()
    return rows


def release(version: str = "2027.1") -> Release:
    """The release of that name."""
    return db.session.scalars(select(Release).where(Release.version == version)).one()
