"""A folder that is damaged, changed, incomplete or of another schema is refused in words, and nothing is written."""

import csv
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text

from entrypoints.moving.layout import LEFT_OUT, kinds
from outbox.models import Letter
from storage import db
from tenants.models import Tenant
from tests.commands.conftest import NewPlace, everything
from tests.commands.places import Place
from tests.planning import planned_release
from tests.world import NOW, both_databases, make_product, make_tenant

Damage = Callable[[Path], object]


@pytest.fixture
def folder(new_place: NewPlace, tmp_path: Path) -> Path:
    """An export of a product with two tenants, three contacts and a release."""
    with new_place("sqlite").at_home() as old:
        product = make_product()
        make_tenant(product, "brug", contacts=2)
        make_tenant(product, "peelrand")
        planned_release(product)
        assert old.run("export", "everything", tmp_path / "out").exit_code == 0
    return tmp_path / "out"


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return found


def say(**values: Any) -> Damage:
    """Let the manifest say something else."""

    def damage(folder: Path) -> None:
        (folder / "manifest.json").write_text(json.dumps(manifest(folder) | values))

    return damage


def change(name: str, how: Callable[[str], str], *, rows: int = 0) -> Damage:
    """Change a file, and its hash and count in the manifest with it."""

    def damage(folder: Path) -> None:
        path = folder / name
        path.write_bytes(how(path.read_bytes().decode()).encode())
        said = manifest(folder)
        for entry in said["files"]:
            if entry["file"] == name:
                entry["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
                entry["rows"] += rows
        (folder / "manifest.json").write_text(json.dumps(said))

    return damage


def edit(name: str) -> Damage:
    return lambda folder: (folder / name).write_text((folder / name).read_text().replace("brug", "brag"))


def forget(name: str) -> Damage:
    """Take a file out of the manifest."""

    def damage(folder: Path) -> None:
        say(files=[entry for entry in manifest(folder)["files"] if entry["file"] != name])(folder)

    return damage


BAD: dict[str, tuple[Damage, str]] = {
    "no manifest": (
        lambda folder: (folder / "manifest.json").unlink(),
        "manifest.json: it is not there: this is no export of everything, or one that was never finished.",
    ),
    "manifest cut off": (
        lambda folder: (folder / "manifest.json").write_text((folder / "manifest.json").read_text()[:200]),
        "manifest.json: it is damaged: take the export again.",
    ),
    "manifest of something else": (
        lambda folder: (folder / "manifest.json").write_text("[1]"),
        "manifest.json: it is damaged: take the export again.",
    ),
    "manifest with odd numbers": (
        lambda folder: say(files=[manifest(folder)["files"][0] | {"next_number": 10**30}])(folder),
        "manifest.json: it is damaged: take the export again.",
    ),
    "manifest with another format": (say(format="xml"), "manifest.json: it is damaged: take the export again."),
    "another layout": (say(layout=2), "manifest.json: its layout is '2'; this version of the product reads 1."),
    "another schema": (
        say(schema="0123456789ab"),
        (
            "manifest.json: it was made at schema 0123456789ab, and this database has {schema}. "
            "Use the version of the product that made it, and upgrade afterwards."
        ),
    ),
    "file not named": (
        forget("tenant.csv"),
        "manifest.json: it does not name tenant.csv: it was changed, or made by another version.",
    ),
    "path that leads elsewhere": (
        lambda folder: say(
            files=[
                entry | {"file": entry["file"].replace("tenant.csv", "../t.csv")} for entry in manifest(folder)["files"]
            ]
        )(folder),
        "manifest.json: it does not name",
    ),
    "file missing": (lambda folder: (folder / "tenant.csv").unlink(), "tenant.csv: it is missing."),
    "file edited": (
        edit("tenant.csv"),
        "tenant.csv: it is not the file that was exported: it was damaged or changed since.",
    ),
    "row too many": (
        change("contact.csv", lambda text: text + text.splitlines(keepends=True)[1].replace("1,1,1,", "9,2,3,", 1)),
        "contact.csv: there are 4 rows in it, and manifest.json says 3.",
    ),
    "column missing": (
        change("tenant.csv", lambda text: text.replace("slug", "slag", 1)),
        "tenant.csv: its columns are id, product_id, slag,",
    ),
    "cell missing": (
        change("contact.csv", lambda text: text + "1,2\r\n"),
        "contact.csv: row 4 has 2 values, and there are ",
    ),
    "no number": (
        change("tenant.csv", lambda text: text.replace("\n1,1,", "\n1,one,", 1)),
        "tenant.csv: row 1, column product_id: 'one' is not a value of this column.",
    ),
    "number beyond all": (
        change("tenant.csv", lambda text: text.replace("\n1,1,", f"\n1,{10**30},", 1)),
        "tenant.csv: row 1, column product_id: '1000000000000000000000000000000' is not a value of this column.",
    ),
    "no value": (
        change("tenant.csv", lambda text: text.replace(",peelrand,", ",\\N,", 1)),
        "tenant.csv: row 2 does not fit into this database:",
    ),
    "unknown word": (
        change("environment.csv", lambda text: text.replace("production", "test", 1)),
        "environment.csv: row 2, column kind: 'test' is not a value of this column.",
    ),
    "tenant of no product": (
        change("tenant.csv", lambda text: text.replace("\n2,1,", "\n2,9,", 1)),
        "tenant.csv: row 2 does not fit into this database:",
    ),
    "quotation mark not closed": (
        change("contact.csv", lambda text: text + '"'),
        "contact.csv: it cannot be read after line 5: unexpected end of data.",
    ),
    "evidence rewritten": (
        change("evidence.csv", lambda text: text.replace("planner@", "nobody@", 1)),
        "the evidence: entry 4: it was changed after it was written.",
    ),
}


def refused(place: Place, folder: Path, *words: str) -> str:
    """What is said of a folder that does not go in; nothing of it is there afterwards."""
    before = everything()
    result = place.run("import", "everything", folder, *words)
    assert result.exit_code == 1
    assert everything() == before
    return result.stderr


# On PostgreSQL those that come as far as the database.
WRITTEN = ("row too many", "no value", "unknown word", "tenant of no product", "evidence rewritten")


@pytest.mark.parametrize(
    ("engine", "case"), [*(("sqlite", case) for case in BAD), *(("postgresql", case) for case in WRITTEN)]
)
def test_bad_folder_is_refused_whole(new_place: NewPlace, folder: Path, case: str, engine: str) -> None:
    damage, message = BAD[case]
    schema = manifest(folder)["schema"]
    damage(folder)

    with new_place(engine).at_home() as here:
        said = refused(here, folder)

    assert said.startswith(f"Error: {folder}: {message.format(schema=schema)}")
    assert said.endswith(" Nothing was written.\n")


@both_databases
def test_numbers_are_taken_back_with_the_rest(new_place: NewPlace, folder: Path, engine: str) -> None:
    """An import that fails at its very end leaves a database that numbers from 1."""
    BAD["evidence rewritten"][0](folder)
    with new_place(engine).at_home() as here:
        refused(here, folder)
        tenant = make_tenant(make_product(), "first")

        assert (tenant.id, tenant.contacts[0].id) == (1, 1)


def test_evidence_that_did_not_hold_before_goes_in_when_asked(new_place: NewPlace, folder: Path) -> None:
    """Whoever leaves a dying machine must not be kept there by an old fault; it shows as before."""
    BAD["evidence rewritten"][0](folder)
    with new_place("sqlite").at_home() as here:
        done = here.run("import", "everything", folder, "--evidence-as-it-is")
        verified = here.run("evidence", "verify")

    assert done.exit_code == 0
    assert verified.stderr.splitlines()[0] == "entry 4: it was changed after it was written"


@both_databases
def test_check_says_that_it_would_go_in_and_writes_nothing(new_place: NewPlace, folder: Path, engine: str) -> None:
    with new_place(engine).at_home() as here:
        before = everything()
        checked = here.run("import", "everything", folder, "--check")
        after = everything()
        real = here.run("import", "everything", folder)

    rows = sum(entry["rows"] for entry in manifest(folder)["files"])
    assert checked.stdout == f"{folder}: {rows} rows in {len(kinds())} files would go in. Nothing was written.\n"
    assert after == before
    assert real.exit_code == 0


@both_databases
def test_database_with_anything_in_it_is_refused(new_place: NewPlace, folder: Path, engine: str) -> None:
    with new_place(engine).at_home() as here:
        make_product("other")
        said = refused(here, folder)

    assert said == (
        f"Error: {folder}: the database: it is not empty: there are rows in product. Name a new one in DATABASE_URL, "
        "run flask db upgrade, and start no worker before everything is in. Nothing was written.\n"
    )


def test_database_without_a_schema_is_refused_on_both_sides(new_place: NewPlace, folder: Path, tmp_path: Path) -> None:
    with new_place("sqlite").at_home() as here:
        db.session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
        db.session.commit()
        into = refused(here, folder)
        out = here.run("export", "everything", tmp_path / "new")

    schema = manifest(folder)["schema"]
    problem = f"the schema is older, and {schema} is needed: run flask db upgrade. Nothing was written.\n"
    assert into == f"Error: {folder}: the database: {problem}"
    assert out.stderr == f"Error: {tmp_path / 'new'}: {problem}"
    assert not (tmp_path / "new").exists()


def test_database_with_a_table_of_somebody_elses_is_refused(new_place: NewPlace, folder: Path, tmp_path: Path) -> None:
    with new_place("sqlite").at_home() as here:
        db.session.execute(text("CREATE TABLE mine (id INTEGER)"))
        db.session.commit()
        out = here.run("export", "everything", tmp_path / "new")

    problem = "the database has other tables than this version of the product: mine. Nothing was written.\n"
    assert out.stderr == f"Error: {tmp_path / 'new'}: {problem}"


def test_nul_goes_to_sqlite_and_is_refused_by_postgresql_in_words(new_place: NewPlace, tmp_path: Path) -> None:
    with new_place("sqlite").at_home() as here:
        values = {"language": "nl", "subject": "NUL: \0.", "plain": "", "html": "", "created_at": NOW}
        db.session.execute(insert(Letter), [values | {"subject": "Good"}, values])
        db.session.commit()
        here.run("export", "everything", tmp_path / "out")
    with new_place("sqlite").at_home() as here:
        here.run("import", "everything", tmp_path / "out")
        assert db.session.scalars(select(Letter.subject).order_by(Letter.id)).all() == ["Good", "NUL: \0."]
    with new_place("postgresql").at_home() as here:
        said = refused(here, tmp_path / "out")

    assert said == (
        f"Error: {tmp_path / 'out'}: letter.csv: row 2 does not fit into this database: "
        "PostgreSQL text fields cannot contain NUL (0x00) bytes. Nothing was written.\n"
    )


def test_text_that_is_too_long_for_postgresql_is_named(new_place: NewPlace, tmp_path: Path) -> None:
    with new_place("sqlite").at_home() as here:
        product = make_product()
        product.name = "x" * 121
        db.session.commit()
        here.run("export", "everything", tmp_path / "out", "--format", "json")
    with new_place("postgresql").at_home() as here:
        said = refused(here, tmp_path / "out")

    assert said == (
        f"Error: {tmp_path / 'out'}: product.json: row 1 does not fit into this database: "
        "value too long for type character varying(120). Nothing was written.\n"
    )


def test_folder_is_complete_without_what_is_left_out(folder: Path) -> None:
    assert manifest(folder)["left_out"] == LEFT_OUT
    with (folder / "tenant.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert [row[:3] for row in rows] == [["id", "product_id", "slug"], ["1", "1", "brug"], ["2", "1", "peelrand"]]


def test_copy_that_was_moved_by_other_means_goes_in(new_place: NewPlace, folder: Path, tmp_path: Path) -> None:
    """Rights and times of files do not matter, only their bytes."""
    shutil.copytree(folder, tmp_path / "copy", copy_function=shutil.copyfile)
    (tmp_path / "copy" / "README.txt").touch()
    with new_place("sqlite").at_home() as here:
        assert here.run("import", "everything", tmp_path / "copy").exit_code == 0
        assert db.session.scalar(select(func.count(Tenant.id))) == 2
