"""Write everything in the database to a folder, as it was at one moment, while workers go on."""

import getpass
import shutil
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, select

from entrypoints.imports.findings import Unusable
from entrypoints.moving.layout import LEFT_OUT, RowsOfAKind, at_a_time, check_tables, kinds
from entrypoints.moving.manifest import LAYOUT, FileOfRows, Manifest, schema_of, sha256_of
from entrypoints.moving.numbers import next_number
from entrypoints.moving.row_files import FORMATS
from entrypoints.moving.values import selected
from entrypoints.private_files import created
from entrypoints.progress import Progress, told
from evidence.actors import Actor, May, require
from evidence.chain import head
from storage import snapshot


def export_everything(folder: Path, form: str, by: Actor, now: datetime, progress: Progress) -> Manifest:
    """Write all rows to a folder that is new or empty, which only this user can read; returns its manifest.

    ``progress`` is called with a file's name, how many of its rows are written, and how many there are. Where it
    cannot be finished nothing stays. Raises Unusable for such a folder or database, OSError for a full disk.
    """
    require(by, May.ADMINISTER)
    is_new = _make(folder)
    try:
        with snapshot() as connection:
            check_tables(connection)
            schema = schema_of(connection)
            files = [_write(folder, kind, form, connection, progress) for kind in kinds()]
            manifest = Manifest(
                layout=LAYOUT,
                format=form,
                schema=schema,
                taken_at=now.isoformat(),
                taken_by=f"{getpass.getuser()} on {socket.gethostname()}",
                engine=connection.dialect.name,
                evidence=str(head(connection)),
                files=files,
                left_out=LEFT_OUT,
            )
        manifest.write(folder)
    except BaseException:
        # Half of it is of no use, and holds personal data all the same.
        _clear(folder, itself=is_new)
        raise
    return manifest


def _make(folder: Path) -> bool:
    """Make the folder, or take an empty one; tell whether it was made."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if not folder.is_dir() or any(folder.iterdir()):
            raise Unusable("there is something here already. Name a new or an empty folder.") from None
        folder.chmod(0o700)
        return False
    return True


def _clear(folder: Path, *, itself: bool) -> None:
    if itself:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        for path in folder.iterdir():
            path.unlink()


def _write(folder: Path, kind: RowsOfAKind, form: str, connection: Connection, progress: Progress) -> FileOfRows:
    path = folder / f"{kind.name}.{form}"
    rows = connection.scalar(select(func.count()).select_from(kind.table)) or 0
    with created(path) as file:
        written = FORMATS[form].write(file, kind.table, told(_rows(connection, kind.table), kind.name, rows, progress))
    return FileOfRows(path.name, kind.table.name, written, sha256_of(path), next_number(connection, kind.table))


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    # By their key: the same rows give the same file, and a row that refers to an earlier one comes after it.
    query = select(*map(selected, table.columns)).order_by(*table.primary_key.columns)
    yield from connection.execute(query, execution_options={"yield_per": at_a_time(table)})
