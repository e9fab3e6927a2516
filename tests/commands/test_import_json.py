"""The imports read JSON of the same shape, as strictly: what is doubtful is refused, with its line."""

import json
from pathlib import Path
from typing import Any

import pytest

from tenants.models import Product
from tests.commands.conftest import Run, everything
from tests.planning import planned_release

GOOD = {
    "product": "inconto",
    "environment": "production",
    "starts_at": "2026-07-09T10:12",
    "ends_at": "2026-07-09T10:31",
    "tenants": None,
    "cause": "Loadbalancer",
}
COLUMNS = "The columns are product, environment, starts_at, ends_at, tenants, cause."

BAD_FILES = {
    "empty": ("", "o.json: this is not JSON: Expecting value."),
    "cut off": (f"[\n{json.dumps(GOOD)},\n", "o.json, line 3: this is not JSON: Expecting value."),
    "no list": (json.dumps(GOOD), 'o.json: there is no list of rows here. Write [{"column": "value"}, ...].'),
    "too deep": ("[" * 100_000, "o.json: this is not JSON that can be read: it is nested too deep."),
    "name twice": (f'[\n\n{{"cause": "a", {json.dumps(GOOD)[1:]}]', "o.json, line 3: column cause stands there twice."),
}

BAD_ROWS: dict[str, tuple[Any, str]] = {
    "no object": (["x"], "line 3: this is no object with the names of the columns."),
    "number": (
        GOOD | {"cause": 2027.10},
        "line 3, column cause, value '2027.1': this is no text. Write it in quotation marks.",
    ),
    "missing": ({name: GOOD[name] for name in list(GOOD)[:5]}, f"line 3: there is no cause here. {COLUMNS}"),
    "unknown": (GOOD | {"remark": "x"}, f"line 3: unknown column remark. {COLUMNS}"),
    "wrong value": (
        GOOD | {"environment": "test"},
        "line 3, column environment, value 'test': Choose one of: acceptance, production.",
    ),
}


@pytest.fixture
def outages(tmp_path: Path) -> Path:
    return tmp_path / "o.json"


@pytest.mark.parametrize("case", BAD_FILES)
def test_file_that_is_no_list_of_rows_is_refused(run: Run, product: Product, outages: Path, case: str) -> None:
    text, message = BAD_FILES[case]
    outages.write_text(text)

    result = run("import", "outages", outages)

    assert result.stderr == f"{message}\nError: o.json: 1 problem; nothing was written.\n"
    assert result.exit_code == 1


@pytest.mark.parametrize("case", BAD_ROWS)
def test_row_that_is_wrong_is_named(run: Run, product: Product, outages: Path, case: str) -> None:
    row, message = BAD_ROWS[case]
    outages.write_text(f"[\n{json.dumps(GOOD)},\n{json.dumps(row)}\n]")
    before = everything()

    result = run("import", "outages", outages)

    assert result.stderr == f"{message}\nError: o.json: 1 problem; nothing was written.\n"
    assert everything() == before


def test_however_it_is_laid_out_the_line_is_that_of_the_row(run: Run, product: Product, outages: Path) -> None:
    rows = [GOOD, GOOD | {"cause": "]}, [{"}, GOOD | {"environment": "test"}]
    outages.write_text(json.dumps(rows, indent=2))

    assert run("import", "outages", outages).stderr.startswith("line 18, column environment, value 'test': ")


def test_apostrophe_is_taken_from_cells_of_csv_alone(run: Run, product: Product, tmp_path: Path) -> None:
    header, cells = ",".join(GOOD), [*list(GOOD.values())[:4], "", "'=1+1"]
    (tmp_path / "o.csv").write_text(f"{header}\n{','.join(map(str, cells))}\n")
    (tmp_path / "o.json").write_text(json.dumps([GOOD | {"cause": "'=1+1"}, GOOD | {"cause": "=1+1"}]))

    assert run("import", "outages", tmp_path / "o.csv").output == "o.csv: done: 1 new, 0 changed, 0 unchanged.\n"
    assert run("import", "outages", tmp_path / "o.json").output == "o.json: done: 1 new, 0 changed, 1 unchanged.\n"


def test_notes_come_as_rows_as_well(run: Run, product: Product, tmp_path: Path) -> None:
    planned_release(product)
    notes = [
        {"version": "2027.1", "language": language, "markdown": f"# {language}"} for language in ("nl", "en", "nl")
    ]
    path = tmp_path / "notes.json"
    path.write_text(json.dumps(notes))
    twice = run("import", "notes", path)
    path.write_text(json.dumps([*notes[:2], notes[0] | {"version": "2030.1"}, notes[0] | {"language": "fr"}]))
    wrong = run("import", "notes", path)
    path.write_text(json.dumps(notes[:2]))

    assert twice.stderr.splitlines()[0] == "line 1, column version, value '2027.1': This stands on line 1 already."
    assert wrong.stderr.splitlines()[:2] == [
        "line 1, column version, value '2030.1': There is no release of this version. Import the releases first.",
        "line 1, column language, value 'fr': Choose nl or en.",
    ]
    assert run("import", "notes", path).output == "notes.json: done: 2 new, 0 changed, 0 unchanged.\n"
    assert run("import", "notes", path, "--check").output == (
        "notes.json: would be 0 new, 0 changed, 2 unchanged. Nothing was written.\n"
    )


def test_notes_in_another_file_are_refused(run: Run, product: Product, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# nl")

    result = run("import", "notes", tmp_path / "notes.md")

    assert result.stderr.splitlines()[0] == "notes.md: give a folder of Markdown files, or a file of JSON."
