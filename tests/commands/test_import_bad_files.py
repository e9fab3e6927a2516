"""Files that are no such table: refused at the right line, with what to do about it."""

from pathlib import Path

import pytest

from entrypoints.imports import csv_reader
from tenants.models import Product
from tests.commands.conftest import Run, Table, everything
from tests.commands.headers import OUTAGES, TENANTS

GOOD = "inconto,production,2026-07-09T10:12,2026-07-09T10:31,,Loadbalancer"
COLUMNS = "The columns are product, environment, starts_at, ends_at, tenants, cause."

BAD_FILES = {
    "empty": (b"", f"o.csv: the file is empty. Its first line names the columns: {OUTAGES}."),
    "latin-1": (
        f"{OUTAGES}\n{GOOD}\n{GOOD}ën\n".encode("latin-1"),
        "o.csv, line 3: this is not UTF-8. Save the file as UTF-8 (in Excel: CSV UTF-8).",
    ),
    "utf-16": (OUTAGES.encode("utf-16"), "o.csv: the file is UTF-16. Save it as UTF-8."),
    "NUL": (f"{OUTAGES}\n{GOOD}\n\0\n".encode(), "o.csv, line 3: there is a NUL byte here; this is no text."),
    "semicolons": (
        OUTAGES.replace(",", ";").encode(),
        "o.csv: the columns are separated by semicolons. Save the file with commas.",
    ),
    "tabs": (
        OUTAGES.replace(",", "\t").encode(),
        "o.csv: the columns are separated by tabs. Save the file with commas.",
    ),
    "open quotation mark": (
        f'{OUTAGES}\n{GOOD}\ninconto,production,2026-07-09T10:12,2026-07-09T10:31,,"Load\n{GOOD}\n{GOOD}'.encode(),
        "o.csv, line 3: a quotation mark is opened here and never closed.",
    ),
    "stray quotation mark": (
        f'{OUTAGES}\n{GOOD}\ninconto,"pro"duction,,,,\n{GOOD}'.encode(),
        (
            "o.csv, line 3: a quotation mark stands inside a value here, or one is not closed; "
            "write a mark inside a value twice."
        ),
    ),
    "endless value": (
        f"{OUTAGES}\n{'x' * 200_000}".encode(),
        "o.csv, line 2: this line cannot be read: field larger than field limit (131072).",
    ),
    "column missing": (
        OUTAGES.replace(",cause", "").encode(),
        f"o.csv: no column cause. {COLUMNS}",
    ),
    "column unknown": (f"{OUTAGES},remark".encode(), f"o.csv: unknown column remark. {COLUMNS}"),
    "column misspelt": (
        OUTAGES.replace("cause", "Cause").encode(),
        f"o.csv: no column cause; unknown column Cause. {COLUMNS}",
    ),
    "column without a name": (f"{OUTAGES},".encode(), f"o.csv: unknown column (no name). {COLUMNS}"),
    "column twice": (f"{OUTAGES},cause".encode(), f"o.csv: column cause stands there twice. {COLUMNS}"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_file_that_is_no_table_is_refused(run: Run, product: Product, tmp_path: Path, case: str) -> None:
    data, message = BAD_FILES[case]
    (tmp_path / "o.csv").write_bytes(data)

    result = run("import", "outages", tmp_path / "o.csv")

    assert result.stderr == f"{message}\nError: o.csv: 1 problem; nothing was written.\n"
    assert result.exit_code == 1


def test_large_file_is_refused_before_it_is_read(
    run: Run, product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "o.csv").open("wb") as file:
        file.truncate(40 * 1024 * 1024)
    monkeypatch.setattr(Path, "open", lambda *_given: pytest.fail("it was read"))

    result = run("import", "outages", tmp_path / "o.csv")

    assert "o.csv: the file is 40.0 MB; 10 MB is the most." in result.stderr
    assert csv_reader.LARGEST == 10 * 1024 * 1024


def test_row_of_another_length_is_named(run: Run, product: Product, table: Table) -> None:
    result = run("import", "outages", table(OUTAGES, GOOD, "", "inconto,production", f"{GOOD},more", ",,,,,"))

    assert result.stderr.splitlines() == [
        "line 4: there are 2 values here, and 6 columns.",
        "line 5: there are 7 values here, and 6 columns.",
        "Error: file.csv: 2 problems; nothing was written.",
    ]


def test_line_is_that_where_a_row_begins(run: Run, product: Product, table: Table) -> None:
    long_cause = 'inconto,production,2026-07-09T10:12,2026-07-09T10:31,,"Load\nbalancer"'
    wrong = GOOD.replace("production", "test")

    result = run("import", "outages", table(OUTAGES, long_cause, wrong))

    assert result.stderr.startswith("line 4, column environment, value 'test': ")


def test_long_list_is_cut_and_values_cannot_steer_a_terminal(run: Run, product: Product, table: Table) -> None:
    wrong = GOOD.replace("production", "\x1b[2J" + "x" * 100)

    result = run("import", "outages", table(OUTAGES, *[wrong] * 70))

    lines = result.stderr.splitlines()
    assert lines[0].startswith(f"line 2, column environment, value '?[2J{'x' * 56}…': ")
    assert lines[50:] == ["... and 20 problems more.", "Error: file.csv: 70 problems; nothing was written."]


def test_import_needs_a_product_first(run: Run, table: Table) -> None:
    result = run("import", "tenants", table(TENANTS))

    assert "there is no product yet. Make it first: flask products create SLUG --name NAME" in result.stderr
    assert result.exit_code == 1


def test_unknown_file_and_kind_are_a_wrong_call(run: Run, tmp_path: Path) -> None:
    assert run("import", "tenants", tmp_path / "none.csv").exit_code == 2
    assert run("import", "tenants", tmp_path).exit_code == 2
    assert run("import", "customers", tmp_path).exit_code == 2


def test_product_column_may_be_left_out_where_the_product_is_named(run: Run, product: Product, table: Table) -> None:
    path = table(OUTAGES.removeprefix("product,"), GOOD.removeprefix("inconto,"))

    assert run("import", "outages", path).exit_code == 1
    assert "'nobody'" in run("import", "outages", path, "--product", "nobody").stderr
    assert run("import", "outages", path, "--product", "inconto").exit_code == 0


def test_one_bad_row_leaves_nothing_written(run: Run, product: Product, table: Table) -> None:
    before = everything()

    result = run("import", "outages", table(OUTAGES, GOOD, GOOD.replace("2026", "2025"), "x"))

    assert result.exit_code == 1
    assert everything() == before
