"""Read a table of comma-separated values strictly: what is doubtful is refused, with its line."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from flask_babel import gettext as _

from entrypoints.formulas import unguarded
from entrypoints.imports.findings import Findings, Outcome, Unusable
from storage import Refused
from tenants.history import TakenOver

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

    def count(self, became: TakenOver) -> None:
        """Note what becomes of it."""
        self.findings.count(became)
        self.findings.outcomes.append(Outcome(self.line, became, self.cells))

    def refuse(self, column: str, message: str) -> None:
        self.sound = False
        self.findings.refuse(self.line, column, self.text(column), message)


def read_text(path: Path, largest: int) -> str:
    """Return the text of a UTF-8 file, without its byte order mark.

    Raises Unusable for another encoding, and before reading for what is too big.
    """
    size = path.stat().st_size
    if size > largest:
        raise Unusable(
            _(
                "the file is %(size)s MB; %(most)d MB is the most.",
                size=f"{size / 1024 / 1024:.1f}",
                most=largest // 1024 // 1024,
            )
        )
    with path.open("rb") as file:
        data = file.read(largest + 1)
    # A pipe has no size to ask for.
    if len(data) > largest:
        raise Unusable(_("this is more than %(most)d MB, which is the most.", most=largest // 1024 // 1024))
    return text_of(data)


def text_of(data: bytes) -> str:
    """Return the text of a UTF-8 file, without its byte order mark. Raises Unusable for another encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unusable(_("the file is UTF-16. Save it as UTF-8."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unusable(_("this is not UTF-8. Save the file as UTF-8 (in Excel: CSV UTF-8)."), line) from None
    if "\0" in text:
        at = text.index("\0")
        raise Unusable(_("there is a NUL byte here; this is no text."), text.count("\n", 0, at) + 1)
    return text


def read_rows(path: Path, columns: Columns, findings: Findings) -> list[Row]:
    """Return the rows of a file, as ``rows_of`` does of its text."""
    return rows_of(read_text(path, LARGEST), columns, findings)


def separator_of(text: str) -> str:
    """What stands between the columns of the first line: a spreadsheet writes what its own country's numbers leave."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return next((sign for sign in ",;\t" if sign in first), ",")


def rows_of(text: str, columns: Columns, findings: Findings, separator: str = ",") -> list[Row]:
    """Return the rows below the header; blank lines are passed over, and a row with a cell too many is noted.

    Raises Unusable for a file that is no such table: another encoding or separator, a quote that is not closed, a
    column that is missing, double or unknown.
    """
    # The reader wants line ends as they are, so that it can count the lines of a cell that has several.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
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
            counted = {"values": len(cells), "columns": len(header)}
            findings.refuse(line, "", "", _("there are %(values)d values here, and %(columns)d columns.", **counted))
        else:
            rows.append(Row(line, dict(zip(header, map(unguarded, cells), strict=True)), findings))
    if not header:
        names = ",".join(columns.required)
        raise Unusable(_("the file is empty. Its first line names the columns: %(names)s.", names=names))
    return rows


def _mend(error: csv.Error) -> str:
    problem = str(error)
    if "unexpected end of data" in problem:
        return _("a quotation mark is opened here and never closed.")
    if "expected after" in problem:
        return _(
            "a quotation mark stands inside a value here, or one is not closed; write a mark inside a value twice."
        )
    return _("this line cannot be read: %(problem)s.", problem=problem)


def _checked_header(cells: list[str], columns: Columns, line: int) -> list[str]:
    header = [cell.strip() for cell in cells]
    for sign, name in ((";", _("semicolons")), ("\t", _("tabs"))):
        if len(header) == 1 and sign in header[0]:
            raise Unusable(_("the columns are separated by %(name)s. Save the file with commas.", name=name), line)
    known = [*columns.required, *columns.optional]
    unknown = [name for name in header if name not in known]
    missing = [name for name in columns.required if name not in header]
    double = sorted({name for name in header if header.count(name) > 1})
    nameless = _("(no name)")
    problems = [
        *([_("no column %(names)s", names=", ".join(missing))] if missing else []),
        *(
            [_("unknown column %(names)s", names=", ".join(name[:40] or nameless for name in unknown))]
            if unknown
            else []
        ),
        *([_("column %(names)s stands there twice", names=", ".join(double))] if double else []),
    ]
    if problems:
        columns_are = _("The columns are %(names)s.", names=", ".join(known))
        raise Unusable(f"{'; '.join(problems)}. {columns_are}", line)
    return header
