"""Everything is taken along by the commands: one moment of it, privately, whole or not at all."""

import json
import stat
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from entrypoints.moving.layout import LEFT_OUT, MADE_WITH_THE_SCHEMA, WORDS, kinds
from entrypoints.moving.leaving import export_everything
from entrypoints.moving.values import form_of
from entrypoints.tick import tick
from evidence.actors import COMMAND_LINE
from outbox.hold_models import OutboxCount, OutboxHold
from outbox.holds import hold, present_hold
from outbox.models import Heartbeat
from storage import db
from tenants.models import Tenant
from tests.commands.conftest import NewPlace, everything
from tests.world import LONG_AGO, MANAGER, NOW, both_databases, make_product, make_tenant


@both_databases
def test_old_installation_that_is_started_by_mistake_is_held_where_it_shares_the_folder(
    new_place: NewPlace, tmp_path: Path, engine: str
) -> None:
    old, new = new_place(engine), new_place("sqlite")
    new.app.config["SETTINGS"] = old.app.config["SETTINGS"]
    with old.at_home():
        make_product()
        tick("old")
        old.run("export", "everything", tmp_path / "out")
    with new.at_home():
        new.run("import", "everything", tmp_path / "out")
        new.run("outbox", "release")
        went_on = tick("new")["held"]
    with old.at_home():
        held = tick("old")["held"]

    assert (went_on, held) == (0, 1)


def test_hold_that_was_there_stays_and_is_compared_anew(new_place: NewPlace, tmp_path: Path) -> None:
    old, new = new_place("sqlite"), new_place("sqlite")
    with old.at_home():
        make_product()
        hold("Wait.", MANAGER, NOW)
        present = present_hold()
        assert present is not None
        present.compared_at = NOW
        db.session.commit()
        old.run("export", "everything", tmp_path / "out")
    with new.at_home():
        new.run("import", "everything", tmp_path / "out")
        holds = db.session.execute(select(OutboxHold.why, OutboxHold.compared_at)).all()

    assert holds == [("Wait.", None)]


@both_databases
def test_export_sees_one_moment_and_keeps_no_worker_waiting(new_place: NewPlace, tmp_path: Path, engine: str) -> None:
    """Somebody adds a tenant while the files are being written: none of them knows of it."""
    place = new_place(engine)
    with place.at_home():
        product = make_product()
        make_tenant(product, "brug")

        def meanwhile(name: str, done: int, total: int) -> None:
            if name == "product" and done == 0:
                make_tenant(product, "peelrand")

        manifest = export_everything(tmp_path / "out", "json", COMMAND_LINE, NOW, meanwhile)
        there = db.session.scalar(select(func.count(Tenant.id)))

    counts = {one.table: one.rows for one in manifest.files}
    assert (counts["tenant"], counts["environment"], there) == (1, 2, 2)


def test_export_is_private_and_says_what_is_in_it(new_place: NewPlace, tmp_path: Path) -> None:
    with new_place("sqlite").at_home() as here:
        make_product()
        first = here.run("export", "everything", tmp_path / "out")
        again = here.run("export", "everything", tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())

    assert "the hashes of passwords" in first.stdout
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()} == {0o600}
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "manifest.json",
        *(entry["file"] for entry in manifest["files"]),
    }
    assert manifest["taken_at"] == NOW.isoformat()
    assert again.exit_code == 1
    assert again.stderr == (
        f"Error: {tmp_path / 'out'}: there is something here already. Name a new or an empty folder. "
        "Nothing was written.\n"
    )


def test_unfinished_export_leaves_nothing(new_place: NewPlace, tmp_path: Path) -> None:
    def broken(name: str, _done: int, _total: int) -> None:
        if name == "tenant":
            raise KeyboardInterrupt

    (tmp_path / "empty").mkdir()
    with new_place("sqlite").at_home():
        for folder in (tmp_path / "new", tmp_path / "empty"):
            with pytest.raises(KeyboardInterrupt):
                export_everything(folder, "csv", COMMAND_LINE, NOW, broken)

    assert not (tmp_path / "new").exists()
    assert list((tmp_path / "empty").iterdir()) == []


def test_another_key_is_told(new_place: NewPlace, tmp_path: Path) -> None:
    old, new = new_place("sqlite"), new_place("sqlite")
    new.app.config["FEED_KEY"] = "quite another key, of some length"
    with old.at_home():
        make_tenant(make_product(), "brug")
        old.run("export", "everything", tmp_path / "out")
    with new.at_home():
        done = new.run("import", "everything", tmp_path / "out")

    assert done.exit_code == 0
    assert done.stderr.startswith("The calendar addresses were made with another SECRET_KEY.")


def test_every_table_goes_along_or_is_left_out_with_a_reason(new_place: NewPlace) -> None:
    """A new table goes along by itself; what it holds must have a form, and its rows an order."""
    with new_place("sqlite").at_home():
        there = set(everything())
    going = {kind.table.name: kind.name for kind in kinds()}

    assert set(going) | set(LEFT_OUT) == there
    assert [form_of(column).written for kind in kinds() for column in kind.table.columns] != []
    assert [kind.name for kind in kinds() if not kind.table.primary_key.columns] == []
    assert len(set(going.values())) == len(going)
    # Named here and gone since.
    assert set(LEFT_OUT) - there == set(WORDS) - there == MADE_WITH_THE_SCHEMA - there == set()


def test_signs_of_life_stay_behind(new_place: NewPlace, tmp_path: Path) -> None:
    old, new = new_place("sqlite"), new_place("sqlite")
    with old.at_home():
        db.session.execute(insert(Heartbeat), [{"worker": "old/1", "beat_at": LONG_AGO}])
        db.session.commit()
        identity = db.session.scalars(select(OutboxCount.identity)).one()
        db.session.rollback()
        old.run("export", "everything", tmp_path / "out")
    with new.at_home():
        new.run("import", "everything", tmp_path / "out")
        assert db.session.scalars(select(Heartbeat.worker)).all() == []
        assert db.session.scalars(select(OutboxCount.identity)).all() == [identity]
