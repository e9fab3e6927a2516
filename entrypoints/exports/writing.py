"""Write rows as the imports read them: CSV for spreadsheets, or JSON with a row on each line."""

import csv
import json
from collections.abc import Iterable
from typing import TextIO

from entrypoints.formulas import guarded

# Without it a spreadsheet takes UTF-8 for something else, and saves the damage; the imports pass over it.
BYTE_ORDER_MARK = "\ufeff"


def write_csv(file: TextIO, names: Iterable[str], rows: Iterable[dict[str, str]]) -> int:
    """Write a header and the rows, with cells guarded that a spreadsheet would run; returns how many rows."""
    file.write(BYTE_ORDER_MARK)
    writer = csv.DictWriter(file, [*names], lineterminator="\n")
    writer.writeheader()
    number = 0
    for row in rows:
        number += 1
        writer.writerow({name: guarded(text) for name, text in row.items()})
    return number


def write_json(file: TextIO, rows: Iterable[dict[str, str]]) -> int:
    """Write a list of objects, one a line; returns how many."""
    number = 0
    file.write("[")
    for number, row in enumerate(rows, 1):
        file.write(("\n" if number == 1 else ",\n") + json.dumps(row, ensure_ascii=False))
    file.write("\n]\n")
    return number
