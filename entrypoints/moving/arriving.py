"""Bring everything from a folder into an empty database: all of it in one transaction, or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Insert,
    Text,
    bindparam,
    cast,
    exists,
    insert,
    select,
    text,
    type_coerce,
)
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError

from entrypoints.imports.findings import Unusable
from entrypoints.moving.layout import MADE_WITH_THE_SCHEMA, RowsOfAKind, at_a_time, check_tables, kinds
from entrypoints.moving.manifest import NAME, Manifest, schema_of, sha256_of
from entrypoints.moving.numbers import go_on_from
from entrypoints.moving.row_files import rows_in
from entrypoints.progress import Progress
from evidence.actors import Actor, May, require
from evidence.chain import Head, verify
from outbox.holds import hold_what_moved_in
from storage import db


def import_everything(
    folder: Path,
    by: Actor,
    now: datetime,
    progress: Progress,
    *,
    check: bool = False,
    evidence_as_it_is: bool = False,
) -> Manifest:
    """Write all rows of a folder into the empty database, and hold its outbox; with ``check`` take them back again.

    Rows keep their numbers, and new ones go on after those that were ever given. Returns the manifest. Raises Unusable,
    which names the file, for a folder that was damaged or changed, or is of another schema; for a database that is not
    empty; and for evidence that does not hold, unless it is to be taken ``evidence_as_it_is``.
    """
    require(by, May.ADMINISTER)
    try:
        with _naming(NAME):
            manifest = Manifest.read(folder)
            for kind in kinds():
                manifest.of(kind)
        connection = db.session.connection()
        _check_database(connection, manifest)
        _check_files(folder, manifest)
        for kind in kinds():
            with _naming(manifest.of(kind).file):
                _bring_in(folder, kind, manifest, connection, progress)
        if not evidence_as_it_is:
            _check_evidence(manifest)
        hold_what_moved_in(by.name, datetime.fromisoformat(manifest.taken_at), now)
        db.session.flush()
        if not check:
            db.session.commit()
    finally:
        db.session.rollback()
    return manifest


@contextmanager
def _naming(what: str) -> Iterator[None]:
    """Say of what is unusable which file, or what else, it is."""
    try:
        yield
    except Unusable as unusable:
        raise Unusable(f"{what}: {unusable.message}") from None


def _check_database(connection: Connection, manifest: Manifest) -> None:
    with _naming("the database"):
        schema = schema_of(connection)
        check_tables(connection)
        if connection.dialect.name == "postgresql":
            # Nobody writes between our looking and our writing; SQLite lets one write at a time in any case.
            names = ", ".join(connection.dialect.identifier_preparer.format_table(kind.table) for kind in kinds())
            connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
        for kind in kinds():
            if kind.table.name in MADE_WITH_THE_SCHEMA:
                connection.execute(kind.table.delete())
            elif connection.scalar(select(exists(select(kind.table).limit(1)))):
                raise Unusable(
                    f"it is not empty: there are rows in {kind.table.name}. Name a new one in DATABASE_URL, "
                    "run flask db upgrade, and start no worker before everything is in."
                )
    if schema != manifest.schema:
        raise Unusable(
            f"{NAME}: it was made at schema {manifest.schema}, and this database has {schema}. "
            "Use the version of the product that made it, and upgrade afterwards."
        )


def _check_files(folder: Path, manifest: Manifest) -> None:
    """Read every file once before anything is written: a damaged one shows in seconds, not at the end."""
    for kind in kinds():
        entry = manifest.of(kind)
        with _naming(entry.file):
            if sha256_of(folder / entry.file) != entry.sha256:
                raise Unusable("it is not the file that was exported: it was damaged or changed since.")


def _bring_in(folder: Path, kind: RowsOfAKind, manifest: Manifest, connection: Connection, progress: Progress) -> None:
    entry = manifest.of(kind)
    statement = _insertion(kind, connection)
    rows = rows_in(folder / entry.file, manifest.format, kind.table)
    done = 0
    progress(kind.name, 0, entry.rows)
    while batch := list(islice(rows, at_a_time(kind.table))):
        try:
            with connection.begin_nested():
                connection.execute(statement, batch)
        except OperationalError:
            raise
        except (DBAPIError, StatementError):
            _find_unfit(statement, batch, done, connection)
        done += len(batch)
        progress(kind.name, done, entry.rows)
    if done != entry.rows:
        raise Unusable(f"there are {done} rows in it, and {NAME} says {entry.rows}.")
    if entry.next_number is not None:
        go_on_from(connection, kind.table, entry.next_number)


def _insertion(kind: RowsOfAKind, connection: Connection) -> Insert:
    return insert(kind.table).values({column.name: _given(column, connection) for column in kind.table.columns})


def _given(column: Column[Any], connection: Connection) -> Any:
    """A value as it comes from a file; JSON is text there, which PostgreSQL wants to be told."""
    if not isinstance(column.type, JSON):
        return bindparam(column.name, type_=column.type)
    value = bindparam(column.name, type_=Text())
    return cast(value, column.type) if connection.dialect.name == "postgresql" else type_coerce(value, Text)


def _find_unfit(statement: Insert, batch: list[dict[str, Any]], done: int, connection: Connection) -> None:
    """Write a batch that was refused row by row, to say which row it is and why."""
    for number, row in enumerate(batch, done + 1):
        try:
            connection.execute(statement, row)
        except (DBAPIError, StatementError) as error:
            problem = str(error.orig).strip().splitlines()[0]
            raise Unusable(f"row {number} does not fit into this database: {problem}.") from None


def _check_evidence(manifest: Manifest) -> None:
    with _naming("the evidence"):
        for fault in verify(Head.parse(manifest.evidence)):
            raise Unusable(
                f"entry {fault.id}: {fault.why}. Look into it where it was exported: flask evidence verify. "
                "With --evidence-as-it-is it goes in all the same."
            )
