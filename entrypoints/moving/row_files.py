"""Files of rows, written and read one row at a time: CSV, or JSON with a row on each line.

CSV knows no NULL: here it is ``\\N``, and a text that begins with a backslash has one more in front of it.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from sqlalchemy import Table

from entrypoints.imports.findings import Unusable, shown
from entrypoints.moving.layout import column_names
from entrypoints.moving.values import Form, form_of

NULL = "\\N"
# A mail's page may have megabytes in one cell.
_LONGEST_CELL = 2**31 - 1


@dataclass(frozen=True)
class RowFormat:
    """One way to write rows, and to read what it wrote."""

    write: Callable[[TextIO, Table, Iterable[Any]], int]
    read: Callable[[BinaryIO, Table], Iterator[dict[str, Any]]]


def _write_csv(file: TextIO, table: Table, rows: Iterable[Any]) -> int:
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(column_names(table))
    written = [form_of(column).written for column in table.columns]
    number = 0
    for row in rows:
        number += 1
        writer.writerow([NULL if one is None else _cell(say(one)) for one, say in zip(row, written, strict=True)])
    return number


def _cell(text: str) -> str:
    return f"\\{text}" if text.startswith("\\") else text


def _read_csv(file: BinaryIO, table: Table) -> Iterator[dict[str, Any]]:
    lines = (line.decode() for line in file)
    forms = [form_of(column) for column in table.columns]
    names = column_names(table)
    with _long_cells():
        reader = csv.reader(lines, strict=True)
        try:
            _check_names(next(reader, []), names)
            for number, cells in enumerate(reader, 1):
                if len(cells) != len(names):
                    raise Unusable(f"row {number} has {len(cells)} values, and there are {len(names)} columns.")
                yield {
                    name: _of_cell(cell, form, number, name)
                    for name, form, cell in zip(names, forms, cells, strict=True)
                }
        except (csv.Error, UnicodeDecodeError) as error:
            raise Unusable(f"it cannot be read after line {reader.line_num}: {error}.") from None


def _of_cell(cell: str, form: Form, number: int, name: str) -> Any:
    if cell == NULL:
        return None
    return _read(form.read, cell.removeprefix("\\"), number, name)


@contextmanager
def _long_cells() -> Iterator[None]:
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _write_json(file: TextIO, table: Table, rows: Iterable[Any]) -> int:
    columns = [(column.name, form_of(column)) for column in table.columns]
    number = 0
    file.write("[")
    for number, row in enumerate(rows, 1):
        values = {
            name: one if one is None or form.native else form.written(one)
            for (name, form), one in zip(columns, row, strict=True)
        }
        file.write(("\n" if number == 1 else ",\n") + json.dumps(values, ensure_ascii=False))
    file.write("\n]\n")
    return number


def _read_json(file: BinaryIO, table: Table) -> Iterator[dict[str, Any]]:
    columns = [(column.name, form_of(column)) for column in table.columns]
    names = column_names(table)
    number = 0
    for line in file:
        text = line.strip().removesuffix(b",")
        if text in {b"[", b"]", b""}:
            continue
        number += 1
        try:
            row = json.loads(text)
        except ValueError:
            raise Unusable(f"row {number} cannot be read: each stands on a line of its own.") from None
        if not isinstance(row, dict):
            raise Unusable(f"row {number} is no object with the names of the columns.")
        _check_names(list(row), names)
        yield {name: _of_json(row[name], form, number, name) for name, form in columns}


def _of_json(value: Any, form: Form, number: int, name: str) -> Any:
    if value is None:
        return None
    if type(value) is not (form.native or str):
        raise Unusable(f"row {number}, column {name}: {shown(str(value))} is not a value of this column.")
    return _read(form.read, form.written(value) if form.native else str(value), number, name)


def _read(read: Callable[[str], Any], text: str, number: int, name: str) -> Any:
    try:
        return read(text)
    except (ValueError, KeyError):
        raise Unusable(f"row {number}, column {name}: {shown(text)} is not a value of this column.") from None


def _check_names(found: list[str], names: list[str]) -> None:
    if found != names:
        raise Unusable(f"its columns are {', '.join(found)[:200]}; they should be {', '.join(names)}.")


FORMATS = {"csv": RowFormat(_write_csv, _read_csv), "json": RowFormat(_write_json, _read_json)}


def rows_in(path: Path, form: str, table: Table) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file, ready to be written. Raises Unusable, which names the row, for what is none."""
    with path.open("rb") as file:
        yield from FORMATS[form].read(file, table)
