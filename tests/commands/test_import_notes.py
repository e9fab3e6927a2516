"""A folder of release notes."""

from pathlib import Path

import pytest
from sqlalchemy import select

from release_notes.models import ReleaseNote
from storage import db
from tenants.models import Product
from tests.commands.conftest import Run, Table, everything
from tests.commands.headers import RELEASES
from tests.world import local


@pytest.fixture
def folder(run: Run, product: Product, table: Table, tmp_path: Path) -> Path:
    """A folder for notes; 2026.3 is in acceptance, 2027.1 is to come."""
    run(
        "import",
        "releases",
        table(
            RELEASES,
            "inconto,2026.3,2026-11-09T07:00,2026-12-14T06:00,,",
            "inconto,2027.1,2027-02-08T07:00,2027-03-15T06:00,,",
        ),
    )
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder


def notes() -> list[ReleaseNote]:
    return list(db.session.scalars(select(ReleaseNote).order_by(ReleaseNote.revision, ReleaseNote.language)))


def test_notes_to_come_are_a_draft(run: Run, folder: Path) -> None:
    (folder / "2027.1.nl.md").write_bytes("\ufeff# Één\r\n\r\ntekst\r\n".encode())
    (folder / ".hidden").write_text("x")

    assert run("import", "notes", folder).output == "notes: done: 1 new, 0 changed, 0 unchanged.\n"
    assert [(one.markdown, one.published_at) for one in notes()] == [("# Één\n\ntekst", None)]


def test_other_text_than_was_published_is_a_draft_on_top(run: Run, folder: Path) -> None:
    (folder / "2026.3.nl.md").write_text("eerst")
    run("import", "notes", folder)
    (folder / "2026.3.nl.md").write_text("beter")

    assert run("import", "notes", folder).output == "notes: done: 0 new, 1 changed, 0 unchanged.\n"
    assert [(one.markdown, one.published_at) for one in notes()] == [
        ("eerst", local("2026-11-09T07:00")),
        ("beter", None),
    ]
    (folder / "2026.3.nl.md").write_text("eerst")
    assert run("import", "notes", folder).output == "notes: done: 0 new, 0 changed, 1 unchanged.\n"


BAD_NOTES = {
    "2027.1.de.md": (b"x", ": the name tells no release."),
    "README.md": (b"x", ": the name tells no release."),
    "2027.1.nl.txt": (b"x", ": the name tells no release."),
    "2027.4.nl.md": (b"x", ": there is no release 2027.4. Import the releases first."),
    "2027.1.nl.md": (b" \n", ": Fill this in."),
    "2027.1.en.md": (b"one\ntwo \xff", ", line 2: this is not UTF-8."),
    "2026.3.nl.md": (b"x" * (1024 * 1024 + 1), ": the file is 1.0 MB; 1 MB is the most."),
    "2026.3.en.md": (b"one\n\0", ", line 2: there is a NUL byte here; this is no text."),
}


def test_bad_notes_are_all_named_and_none_is_written(run: Run, folder: Path) -> None:
    for name, (data, _message) in BAD_NOTES.items():
        (folder / name).write_bytes(data)
    (folder / "2027.1").mkdir()
    before = everything()

    result = run("import", "notes", folder)

    for name, (_data, message) in BAD_NOTES.items():
        assert f"\n{name}{message}" in f"\n{result.stderr}"
    assert result.stderr.endswith("Error: notes: 9 problems; nothing was written.\n")
    assert everything() == before


def test_folder_without_notes_and_two_products_ask_for_more(run: Run, folder: Path) -> None:
    assert "there are no notes in this folder" in run("import", "notes", folder).stderr

    run("products", "create", "other", "--name", "Other")
    (folder / "2027.1.nl.md").write_text("tekst")

    assert "Say which one: --product SLUG" in run("import", "notes", folder).stderr
    assert run("import", "notes", folder, "--product", "inconto", "--check").exit_code == 0
    assert notes() == []
