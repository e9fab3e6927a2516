"""Pictures in release notes: brought by a form, seen by those who may read the notes, and harmless."""

import re

from flask import Flask
from sqlalchemy import select

from release_notes.models import NoteImage
from release_notes.services import publish_notes
from schedules.models import Release
from storage import db
from tests.faces.pages import Reader, everything
from tests.faces.planning_forms import path_of
from tests.faces.test_notes_pages import save, typed
from tests.release_notes.pictures import png
from tests.world import MANAGER, NOW


def upload(reader: Reader, release: Release, data: bytes = png(), **fields: str) -> object:
    form = typed(reader, release, step="image", alt_nl="Het scherm", alt_en="The screen", **fields)
    return reader.upload(path_of(release, "/notes"), form | {"image": data})


def the_image() -> NoteImage:
    return db.session.scalars(select(NoteImage)).one()


def test_picture_stands_at_the_end_of_both_texts_and_nothing_typed_is_lost(planner: Reader, release: Release) -> None:
    form = typed(planner, release, step="image", alt_nl="Het scherm", alt_en="The screen", markdown_nl="Getypt")
    page = planner.upload(path_of(release, "/notes"), form | {"image": png()})
    name = the_image().name
    assert page.status == 200
    assert page.value("markdown_nl").replace("\r\n", "\n").strip() == f"Getypt\n\n![Het scherm](image:{name})"
    assert page.value("markdown_en").strip() == f"![The screen](image:{name})"
    assert f'<img src="/images/{name}" alt="Het scherm" width="3" height="2">' in page.html
    assert "What stands here is not saved." in page.main


def test_refused_picture_keeps_what_was_typed(planner: Reader, release: Release) -> None:
    before = everything()
    form = typed(planner, release, step="image", alt_nl="", alt_en="x", markdown_nl="Getypt")
    for data, field in ((b"<svg>", "image"), (b"", "image"), (png(), "alt_nl")):
        page = planner.upload(path_of(release, "/notes"), form | {"image": data})
        assert (page.status, set(page.wrong), page.value("markdown_nl")) == (422, {field}, "Getypt")
    page = planner.post(path_of(release, "/notes"), form | {"image": "no file"})
    assert (page.status, set(page.wrong)) == (422, {"image"})
    assert everything() == before
    assert planner.upload(path_of(release, "/notes"), form | {"image": b"x" * 6_000_000}).status == 413


def test_picture_is_seen_by_the_vendor_first_and_by_readers_once_published(
    app: Flask, planner: Reader, contact: Reader, anybody: Reader, release: Release
) -> None:
    upload(planner, release)
    path = f"/images/{the_image().name}"
    for language in ("nl", "en"):
        save(planner, release, language, f"![x](image:{the_image().name})")
    assert [reader.get(path).status for reader in (planner, contact, anybody)] == [200, 404, 404]
    publish_notes(release, MANAGER, NOW)
    shown = [reader.get(path) for reader in (planner, contact, anybody)]
    assert [(page.status, page.body) for page in shown] == [(200, png())] * 3
    headers = shown[2].headers
    assert (headers["Content-Type"], headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert headers["Cache-Control"] == "private, max-age=86400"
    again = anybody.get(path, headers={"If-None-Match": headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    page = contact.get("/portal/zorggroep-de-brug/releases/2027.1")
    assert re.search(rf'<img src="{path}" alt="x" width="3" height="2">', page.html) is not None


def test_nonsense_is_no_picture(planner: Reader, release: Release) -> None:
    upload(planner, release)
    name = the_image().name
    for odd in (name[:-1], name.upper(), "x", "%00", "..%2f", name.replace("3x2", "9x9"), f"{name}.svg"):
        assert planner.get(f"/images/{odd}").status == 404, odd
