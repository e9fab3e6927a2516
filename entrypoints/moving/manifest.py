"""What a folder of everything holds: written last, so that a folder without it is known as unfinished."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection

from entrypoints.imports.findings import Unusable, shown
from entrypoints.moving.layout import RowsOfAKind
from entrypoints.moving.row_files import FORMATS
from entrypoints.private_files import created
from evidence.chain import Head

NAME = "manifest.json"
LAYOUT = 1
_BLOCK = 1024 * 1024
# What PostgreSQL has room for in the number of a row.
_HIGHEST = 2**31 - 1


@dataclass(frozen=True)
class FileOfRows:
    """One file: whose rows, how many, the hash of its bytes, and the number that the next new row is to get."""

    file: str
    table: str
    rows: int
    sha256: str
    # None where rows of this kind are not numbered by the database.
    next_number: int | None


@dataclass(frozen=True)
class Manifest:
    """When, by whom and from which schema a folder was written, and what is in it."""

    layout: int
    format: str
    schema: str
    taken_at: str
    taken_by: str
    engine: str
    # The end of the evidence, as `flask evidence verify --head` takes it.
    evidence: str
    files: list[FileOfRows]
    left_out: dict[str, str]

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.files)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return what a folder says of itself. Raises Unusable where it says nothing, or nothing that can be used."""
        path = folder / NAME
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if found["layout"] != LAYOUT:
                raise Unusable(
                    f"its layout is {shown(str(found['layout']))}; this version of the product reads {LAYOUT}."
                )
            manifest = cls(**(found | {"files": [FileOfRows(**one) for one in found["files"]]}))
            Head.parse(manifest.evidence)
            if manifest.format not in FORMATS or datetime.fromisoformat(manifest.taken_at).tzinfo is None:
                raise ValueError(found)
            numbers = [one.rows for one in manifest.files] + [one.next_number or 0 for one in manifest.files]
            if not all(type(number) is int and 0 <= number <= _HIGHEST for number in numbers):
                raise TypeError(numbers)
        except FileNotFoundError:
            raise Unusable(
                "it is not there: this is no export of everything, or one that was never finished."
            ) from None
        except (ValueError, TypeError, KeyError, AttributeError):
            raise Unusable("it is damaged: take the export again.") from None
        return manifest

    def write(self, folder: Path) -> None:
        with created(folder / NAME) as file:
            file.write(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def of(self, kind: RowsOfAKind) -> FileOfRows:
        """The entry of one kind of row. Raises Unusable where there is none."""
        for one in self.files:
            if (one.table, one.file) == (kind.table.name, f"{kind.name}.{self.format}"):
                return one
        raise Unusable(f"it does not name {kind.name}.{self.format}: it was changed, or made by another version.")


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes. Raises Unusable where it is not there."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except FileNotFoundError:
        raise Unusable("it is missing.") from None
    return digest.hexdigest()


def schema_of(connection: Connection) -> str:
    """Return the schema revision of the database. Raises Unusable where it is not the one that this version needs."""
    script = ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())
    found, wanted = MigrationContext.configure(connection).get_current_heads(), script.get_heads()
    if set(found) != set(wanted) or len(found) != 1:
        raise Unusable(
            f"the schema is {', '.join(found) or 'not there'}, and {', '.join(wanted)} is needed: run flask db upgrade."
        )
    return found[0]
