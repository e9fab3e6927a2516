"""The schema goes up from nothing and down again on both databases, and is the one that the code means."""

from pathlib import Path

import flask_migrate
import pytest
from sqlalchemy import inspect

from app import create_app
from storage import db
from tests.conftest import settings_for
from tests.postgresql import PostgreSQL
from tests.world import both_databases


@both_databases
def test_schema_goes_up_and_down(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    if engine == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        server.create("up_and_down")
        url = server.url("up_and_down")
    with create_app(settings_for(url, tmp_path)).app_context():
        flask_migrate.upgrade()
        # Raises SystemExit where the models have what no migration makes.
        flask_migrate.check()
        flask_migrate.downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
        db.engine.dispose()
