"""Read a table of JSON strictly: a list of objects with the names of the columns, and texts as their values."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from entrypoints.imports.csv_reader import LARGEST, Columns, Row, read_text
from entrypoints.imports.findings import Findings, Unusable

_BETWEEN = re.compile(r"[\s,]*")


def is_json(path: Path) -> bool:
    return path.suffix.lower() == ".json"


def read_json_rows(path: Path, columns: Columns, findings: Findings, largest: int = LARGEST) -> list[Row]:
    """Return the rows of a list; what is wrong with one is noted, with the line on which it begins.

    ``null`` is an empty value. Raises Unusable for a file that is no list in JSON.
    """
    rows = []
    for line, found in _elements(read_text(path, largest)):
        row = Row(line, {}, findings)
        if not isinstance(found, dict):
            findings.refuse(line, "", "", "this is no object with the names of the columns.")
            continue
        for problem in _wrong_names(found, columns):
            findings.refuse(line, "", "", problem)
            row.sound = False
        for name, value in found.items():
            row.cells[name] = "" if value is None else value if isinstance(value, str) else json.dumps(value)
            if not isinstance(value, str | None):
                row.refuse(name, "this is no text. Write it in quotation marks.")
        if row.sound:
            rows.append(row)
    return rows


def _elements(text: str) -> Iterator[tuple[int, Any]]:
    """The elements of a list, each with its line. Raises Unusable for anything else."""
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        raise Unusable(f"this is not JSON: {error.msg}.", error.lineno) from None
    except RecursionError:
        raise Unusable("this is not JSON that can be read: it is nested too deep.") from None
    if not isinstance(whole, list):
        raise Unusable('there is no list of rows here. Write [{"column": "value"}, ...].')
    decoder = json.JSONDecoder(object_pairs_hook=_each_once)
    at, line, counted = text.index("[") + 1, 1, 0
    for _element in whole:
        between = _BETWEEN.match(text, at)
        start = between.end() if between else at
        line += text.count("\n", counted, start)
        counted = start
        try:
            found, at = decoder.raw_decode(text, start)
        except _Twice as twice:
            raise Unusable(f"column {twice} stands there twice.", line) from None
        yield line, found


class _Twice(Exception):
    """A name that an object has twice; the last would win silently."""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        raise _Twice(", ".join(sorted({name for name in names if names.count(name) > 1})))
    return found


def _wrong_names(found: dict[str, Any], columns: Columns) -> Iterator[str]:
    known = [*columns.required, *columns.optional]
    missing = [name for name in columns.required if name not in found]
    unknown = [name[:40] for name in found if name not in known]
    if missing:
        yield f"there is no {', '.join(missing)} here. The columns are {', '.join(known)}."
    if unknown:
        yield f"unknown column {', '.join(unknown)}. The columns are {', '.join(known)}."
