"""What is taken out can be changed and brought in again: the same plan elsewhere, and no change at home."""

import csv
import io
import json
import stat
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from compliance.services import OutageRecord, take_over_outage
from demo.loading import load
from entrypoints.exports.scope import local_text
from entrypoints.exports.tables import TABLES
from entrypoints.formulas import guarded, unguarded
from entrypoints.imports.running import KINDS
from release_notes.services import save_notes
from schedules.maintenance import cancel_maintenance
from schedules.release_cancelling import cancel_release
from storage import db
from tenants.models import EnvironmentKind, Product, Tenant
from tests.commands.conftest import NewPlace, Run, everything
from tests.planning import moved, planned_release, planned_window
from tests.world import MANAGER, NOW, PLANNER, both_databases, local, make_product, make_tenant

ORDER = ("releases", "tenants", "contacts", "maintenance", "outages", "reports")
FORMATS = ("csv", "json")


def file_of(folder: Path, kind: str, form: str) -> Path:
    return folder / (f"{kind}.{form}" if kind != "notes" or form == "json" else kind)


def written(run: Run, folder: Path, form: str) -> dict[str, str]:
    """Everything that can be planned with, as it is taken out."""
    folder.mkdir()
    for kind in ORDER:
        assert run("export", kind, file_of(folder, kind, form), "--format", form).exit_code == 0
    notes = "json" if form == "json" else "markdown"
    assert run("export", "notes", file_of(folder, "notes", form), "--format", notes).exit_code == 0
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def brought_in(run: Run, folder: Path, form: str) -> dict[str, str]:
    """What the import says of each, without the file's name."""
    done = {kind: run("import", kind, file_of(folder, kind, form)) for kind in (*ORDER, "notes")}
    return {kind: result.output.partition(": ")[2] or result.stderr for kind, result in done.items()}


def unusual(product: Product) -> None:
    """What the demonstration has not: limits, several readers, a move, what was cancelled, and odd names."""
    tenant = make_tenant(
        product,
        "brug",
        contacts=3,
        name="=cmd|' /C calc'!A0, \"De Brug\"",
        ip_allowlist="192.0.2.0/24 2001:db8::/32",
        timezone="Europe/London",
        production_notice="P6W",
    )
    make_tenant(product, "den-bosch", name="'s-Hertogenbosch")
    release = planned_release(product, "2027.3", "2027-09-06T06:00", "2027-10-04T06:00")
    moved(release, "2027-09-13T06:00", "2027-10-31T02:30")
    cancel_release(planned_release(product, "2027.4", "2027-11-08T06:00", "2027-12-06T06:00"), MANAGER, NOW)
    window = planned_window(product, reference="M-gone")
    cancel_maintenance(window, MANAGER, NOW)
    planned_window(product, "2027-01-05T22:00", "2027-01-06T02:00", reference="M-few", tenants=("brug", "den-bosch"))
    autumn = local("2026-10-25T01:59").replace(fold=0)
    record = OutageRecord(
        EnvironmentKind.PRODUCTION, autumn + timedelta(minutes=1), autumn + timedelta(minutes=62), "-1+1", (tenant,)
    )
    take_over_outage(product, record, NOW)
    db.session.commit()
    save_notes(release, "nl", "# Nieuw\n\n* =1+1\u2028\n* مرحبا", PLANNER, NOW)


@pytest.mark.parametrize("form", FORMATS)
@both_databases
def test_same_plan_in_an_empty_product_and_no_change_at_home(
    run: Run, app: Flask, new_place: NewPlace, tmp_path: Path, form: str
) -> None:
    load(NOW)
    product = db.session.scalars(select(Product)).one()
    unusual(product)
    files = written(run, tmp_path / "out", form)
    before = everything()
    again = brought_in(run, tmp_path / "out", form)
    after = everything()
    with new_place("sqlite").at_home() as elsewhere:
        make_product()
        first = brought_in(elsewhere.run, tmp_path / "out", form)
        files_there = written(elsewhere.run, tmp_path / "there", form)

    numbers = {"releases": 9, "tenants": 62, "contacts": 138, "maintenance": 4, "outages": 4, "reports": 9, "notes": 5}
    assert first == {kind: f"done: {numbers[kind]} new, 0 changed, 0 unchanged.\n" for kind in numbers}
    assert again == {kind: f"done: 0 new, 0 changed, {numbers[kind]} unchanged.\n" for kind in numbers}
    assert after == before
    assert files_there == files


def test_columns_are_those_of_the_imports(run: Run, product: Product) -> None:
    make_tenant(product, "brug", contacts=1)
    planned_release(product)
    planned_window(product)
    for kind in TABLES:
        columns = [*KINDS[kind].columns.required, *KINDS[kind].columns.optional]
        as_csv = run("export", kind).stdout
        as_json = json.loads(run("export", kind, "--format", "json").stdout)
        assert as_csv.partition("\n")[0] == "\ufeff" + ",".join(columns)
        assert [list(row) for row in as_json] == [columns] * (kind not in {"outages", "reports"})


def test_cells_that_a_spreadsheet_would_run_are_guarded_in_csv_alone(run: Run, product: Product) -> None:
    unusual(product)

    rows = list(csv.DictReader(io.StringIO(run("export", "tenants").stdout.removeprefix("\ufeff"))))
    plain = json.loads(run("export", "tenants", "--format", "json").stdout)

    assert [row["name"] for row in rows] == ["'=cmd|' /C calc'!A0, \"De Brug\"", "'s-Hertogenbosch"]
    assert [row["name"] for row in plain] == ["=cmd|' /C calc'!A0, \"De Brug\"", "'s-Hertogenbosch"]


@given(st.text(alphabet=st.sampled_from("'=+-@\t\ra ")) | st.text())
def test_guarded_text_comes_back_and_is_never_run(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-10-25T00:30:00+00:00", "2026-10-25T02:30"),
        ("2026-10-25T01:30:00+00:00", "2026-10-25T02:30+01:00"),
        ("2027-03-28T01:00:00+00:00", "2027-03-28T03:00"),
        ("2027-03-28T01:00:07+00:00", "2027-03-28T03:00:07"),
    ],
)
def test_second_of_two_equal_times_carries_its_offset(product: Product, moment: str, text: str) -> None:
    assert local_text(datetime.fromisoformat(moment), product) == text


def test_one_product_is_taken_out_alone(run: Run, product: Product) -> None:
    other = make_product("billing", "Billing")
    make_tenant(product, "brug", contacts=0)
    make_tenant(other, "peelrand")

    slugs = [
        row["slug"] for row in json.loads(run("export", "tenants", "--product", "billing", "--format=json").stdout)
    ]
    contacts = json.loads(run("export", "contacts", "--product", "inconto", "--format=json").stdout)
    unknown = run("export", "tenants", "--product", "nobody")
    notes = run("export", "notes", "notes")

    assert (slugs, contacts) == (["peelrand"], [])
    assert (unknown.exit_code, unknown.stderr) == (1, "Error: there is no product 'nobody'.\n")
    assert notes.stderr == "Error: there are several products. Say which one: --product SLUG\n"


def test_file_is_private_and_never_written_over(run: Run, product: Product, tmp_path: Path) -> None:
    first = run("export", "contacts", tmp_path / "c.csv")
    second = run("export", "contacts", tmp_path / "c.csv")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine").touch()
    notes = run("export", "notes", tmp_path / "notes")

    assert (first.exit_code, first.stderr) == (0, "0 contacts written.\n")
    assert stat.S_IMODE((tmp_path / "c.csv").stat().st_mode) == 0o600
    assert (second.exit_code, second.stderr) == (1, f"Error: {tmp_path / 'c.csv'} is there already: name a new file.\n")
    assert notes.stderr == "Error: there is something here already. Name a new or an empty folder.\n"


def test_export_that_is_paged_through_keeps_no_worker_waiting(
    run: Run, product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[bool] = []

    def slow(_file: TextIO, _names: Iterable[str], rows: Iterable[dict[str, str]]) -> int:
        waits.append(db.session().in_transaction())
        return len(list(rows))

    monkeypatch.setattr("entrypoints.commands.exports.write_csv", slow)
    make_tenant(product, "brug")

    assert (run("export", "contacts", tmp_path / "c.csv").stderr, waits) == ("1 contacts written.\n", [False])


def test_release_that_an_import_announced_says_so(run: Run, product: Product, tmp_path: Path) -> None:
    release = planned_release(product)
    release.acceptance_announced_at = local("2026-11-20T09:15")
    db.session.commit()

    rows = json.loads(run("export", "releases", "--format", "json").stdout)

    announced = [(row["acceptance_announced_at"], row["production_announced_at"]) for row in rows]
    assert announced == [("2026-11-20T09:15", "")]


def test_window_of_tenants_that_are_gone_does_not_become_everybodys(run: Run, product: Product) -> None:
    make_tenant(product, "brug")
    planned_window(product, tenants=("brug",))
    db.session.delete(db.session.scalars(select(Tenant)).one())
    db.session.commit()

    assert run("export", "maintenance", "--format", "json").stdout == "[\n]\n"
