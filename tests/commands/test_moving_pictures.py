"""Pictures of release notes move with everything else, octet by octet, between both databases."""

from pathlib import Path

import pytest
from sqlalchemy import select

from release_notes.images import add_image
from release_notes.models import NoteImage
from storage import db
from tests.commands.conftest import NewPlace
from tests.planning import planned_release
from tests.release_notes.pictures import png
from tests.world import NOW, PLANNER, make_product


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize(("here", "there"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_picture_arrives_as_it_left(new_place: NewPlace, tmp_path: Path, form: str, here: str, there: str) -> None:
    with new_place(here).at_home() as old:
        name = add_image(planned_release(make_product()), png(), "Het scherm", "The screen", PLANNER, NOW).name
        assert old.run("export", "everything", tmp_path / "out", "--format", form).exit_code == 0
    with new_place(there).at_home() as new:
        result = new.run("import", "everything", tmp_path / "out")
        assert result.exit_code == 0, result.output
        image = db.session.scalars(select(NoteImage)).one()
        assert (image.name, image.data, image.alt_nl) == (name, png(), "Het scherm")
