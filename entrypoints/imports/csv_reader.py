"""Read a table of comma-separated values strictly: what is doubtful is refused, with its line."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from entrypoints.formulas import unguarded
from entrypoints.imports.findings import Findings, Unusable
from storage import Refused

LARGEST = 10 * 1024 * 1024
T = TypeVar("T")


@dataclass(frozen=True)
class Columns:
    """The columns that a file must have, and those that it may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


@dataclass
class Row:
    """One line of a table; what is wrong with it is noted, and the reader goes on."""

    line: int
    cells: dict[str, str]
    findings: Findings
    sound: bool = True

    def text(self, column: str) -> str:
        """A cell without the blanks around it; empty where the file has no such column."""
        return self.cells.get(column, "").strip()

    def read(self, check: Callable[..., T], column: str, *args: Any, **options: Any) -> T | None:
        """Return what ``check`` makes of a cell; None where it refuses, which is noted."""
        try:
            return check(column, self.text(column), *args, **options)
        except Refused as refused:
            self.refuse(column, refused.message)
            return None

    def refuse(self, column: str, message: str) -> None:
        self.sound = False
        self.findings.refuse(self.line, column, self.text(column), message)


def read_text(path: Path, largest: int) -> str:
    """Return the text of a UTF-8 file, without its byte order mark.

    Raises Unusable for another encoding, and before reading for what is too big.
    """
    size = path.stat().st_size
    if size > largest:
        raise Unusable(f"the file is {size / 1024 / 1024:.1f} MB; {largest // 1024 // 1024} MB is the most.")
    with path.open("rb") as file:
        data = file.read(largest + 1)
    # A pipe has no size to ask for.
    if len(data) > largest:
        raise Unusable(f"this is more than {largest // 1024 // 1024} MB, which is the most.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unusable("the file is UTF-16. Save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unusable("this is not UTF-8. Save the file as UTF-8 (in Excel: CSV UTF-8).", line) from None
    if "\0" in text:
        raise Unusable("there is a NUL byte here; this is no text.", text.count("\n", 0, text.index("\0")) + 1)
    return text


def read_rows(path: Path, columns: Columns, findings: Findings) -> list[Row]:
    """Return the rows below the header; blank lines are passed over, and a row with a cell too many is noted.

    Raises Unusable for a file that is no such table: another encoding or separator, a quote that is not closed, a
    column that is missing, double or unknown.
    """
    # The reader wants line ends as they are, so that it can count the lines of a cell that has several.
    reader = csv.reader(io.StringIO(read_text(path, LARGEST), newline=""), strict=True)
    header: list[str] = []
    rows: list[Row] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            raise Unusable(_mend(error), line) from None
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = _checked_header(cells, columns, line)
        elif len(cells) != len(header):
            findings.refuse(line, "", "", f"there are {len(cells)} values here, and {len(header)} columns.")
        else:
            rows.append(Row(line, dict(zip(header, map(unguarded, cells), strict=True)), findings))
    if not header:
        raise Unusable(f"the file is empty. Its first line names the columns: {','.join(columns.required)}.")
    return rows


def _mend(error: csv.Error) -> str:
    problem = str(error)
    if "unexpected end of data" in problem:
        return "a quotation mark is opened here and never closed."
    if "expected after" in problem:
        return "a quotation mark stands inside a value here, or one is not closed; write a mark inside a value twice."
    return f"this line cannot be read: {problem}."


def _checked_header(cells: list[str], columns: Columns, line: int) -> list[str]:
    header = [cell.strip() for cell in cells]
    for sign, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and sign in header[0]:
            raise Unusable(f"the columns are separated by {name}. Save the file with commas.", line)
    known = [*columns.required, *columns.optional]
    unknown = [name for name in header if name not in known]
    missing = [name for name in columns.required if name not in header]
    double = sorted({name for name in header if header.count(name) > 1})
    problems = [
        *([f"no column {', '.join(missing)}"] if missing else []),
        *([f"unknown column {', '.join(name[:40] or '(no name)' for name in unknown)}"] if unknown else []),
        *([f"column {', '.join(double)} stands there twice"] if double else []),
    ]
    if problems:
        raise Unusable(f"{'; '.join(problems)}. The columns are {', '.join(known)}.", line)
    return header
