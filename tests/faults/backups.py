"""Backups as `docs/running.md` tells people to make them: `.backup` of SQLite, `pg_dump` of PostgreSQL."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from storage import db
from tests.postgresql import PostgreSQL


class SQLiteBackups:
    def __init__(self, url: str, folder: Path) -> None:
        self._live, self._folder = Path(make_url(url).database or ""), folder

    def make(self, name: str) -> Path:
        """Copy the database as it is at a moment of now, whoever writes to it."""
        copy = self._folder / f"{name}.backup"
        with closing(sqlite3.connect(self._live)) as of, closing(sqlite3.connect(copy)) as to:
            of.backup(to)
        return copy

    def opened(self, copy: Path) -> str:
        """The address of a new database that was made of a copy."""
        restored = copy.with_suffix(".db")
        shutil.copy(copy, restored)
        with closing(sqlite3.connect(restored)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return f"sqlite:///{restored}"

    def put_back(self, copy: Path) -> None:
        """Put a copy in the place of the database, from which nobody reads or writes at this moment."""
        db.session.remove()
        db.engine.dispose()
        for file in self._live.parent.glob(f"{self._live.name}*"):
            file.unlink()
        shutil.copy(copy, self._live)


class PostgreSQLBackups:
    def __init__(self, url: str, folder: Path, server: PostgreSQL) -> None:
        self._live, self._folder, self._server = make_url(url).database or "", folder, server

    def make(self, name: str) -> Path:
        """Dump the database as it is at a moment of now, whoever writes to it."""
        copy = self._folder / f"{name}.dump"
        self._server.dump(self._live, copy)
        return copy

    def opened(self, copy: Path) -> str:
        """The address of a new database that was made of a dump."""
        name = f"{self._live}_{copy.stem}"
        self._server.restore(copy, name)
        return self._server.url(name)

    def put_back(self, copy: Path) -> None:
        """Put a dump in the place of the database."""
        db.session.remove()
        db.engine.dispose()
        self._server.drop(self._live)
        self._server.restore(copy, self._live)


Backups = SQLiteBackups | PostgreSQLBackups
