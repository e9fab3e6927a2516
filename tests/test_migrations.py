"""The schema goes up from nothing and down again on both databases, and is the one that the code means."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from sqlalchemy import MetaData, Table, inspect, select

from app import create_app
from storage import db
from tests.conftest import settings_for
from tests.postgresql import PostgreSQL
from tests.world import both_databases


@both_databases
def test_schema_goes_up_and_down(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with create_app(settings_for(empty(engine, "up_and_down", tmp_path, request), tmp_path)).app_context():
        flask_migrate.upgrade()
        # Raises SystemExit where the models have what no migration makes.
        flask_migrate.check()
        flask_migrate.downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
        db.engine.dispose()


@both_databases
def test_text_of_before_is_that_of_both_languages(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    texts = {"waiver": ("reason", "De schijf is vol"), "product": ("help_desk_hours", "8-17")}
    with create_app(settings_for(empty(engine, "in_both", tmp_path, request), tmp_path)).app_context():
        flask_migrate.upgrade(revision="6c9e20d4a51b")
        write("product", id=1, help_desk_hours="8-17")
        write("maintenance_window", id=1, product_id=1)
        write("waiver", id=1, maintenance_id=1, release_id=None, tenant_id=None, reason="De schijf is vol")

        flask_migrate.upgrade(revision="e4b71c9d3a60")
        for name, (text, value) in texts.items():
            (row,) = rows(name)
            assert (row[f"{text}_nl"], row[f"{text}_en"], text in row) == (value, value, False)

        flask_migrate.downgrade(revision="6c9e20d4a51b")
        for name, (text, value) in texts.items():
            (row,) = rows(name)
            assert (row[text], f"{text}_nl" in row, f"{text}_en" in row) == (value, False, False)
        db.engine.dispose()


def empty(engine: str, name: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """The address of a database without tables."""
    if engine == "sqlite":
        return f"sqlite:///{folder / 'test.db'}"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    server.create(name)
    return server.url(name)


def write(name: str, **values: Any) -> None:
    """A row of a table as it stands; what must be there and is not given is made up."""
    table = Table(name, MetaData(), autoload_with=db.engine)
    made_up = {
        column.name: _made_up(column.type.python_type)
        for column in table.c
        if not column.nullable and column.server_default is None
    }
    # Maintenance touches something, and ends after it starts.
    odd = (
        {"acceptance": True, "ends_at": datetime(2027, 1, 2, tzinfo=UTC), "impact": "OUTAGE"}
        if "impact" in table.c
        else {}
    )
    with db.engine.begin() as connection:
        connection.execute(table.insert().values(made_up | odd | values))


def _made_up(kind: type) -> Any:
    return {str: "P1W", int: 1, bool: False, datetime: datetime(2027, 1, 1, tzinfo=UTC)}[kind]


def rows(name: str) -> list[dict[str, Any]]:
    with db.engine.connect() as connection:
        found = connection.execute(select(Table(name, MetaData(), autoload_with=db.engine)))
        return [dict(row) for row in found.mappings()]
