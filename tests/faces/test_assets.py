"""Style and scripts: small over the wire, asked for once, and fresh as soon as they change."""

import gzip
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from entrypoints import assets
from tests.faces.pages import Reader


def linked(app: Flask) -> list[str]:
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', Reader(app).get("/login").html)


def test_page_links_to_files_of_this_state_only(app: Flask) -> None:
    addresses = linked(app)
    assert [address.partition("?")[0] for address in addresses] == [
        "/static/bootstrap/bootstrap.min.css",
        "/static/style.css",
        "/static/icon.svg",
        "/static/menus.js",
    ]
    assert {address.partition("?")[2] for address in addresses} == {f"v={assets.state_of_assets()}"}


def test_file_comes_compressed_and_may_be_kept_for_a_year(app: Flask) -> None:
    client = app.test_client()
    for address in linked(app):
        plain = client.get(address, buffered=True)
        small = client.get(address, headers={"Accept-Encoding": "gzip"}, buffered=True)
        assert (plain.status_code, small.status_code) == (200, 200)
        assert small.headers["Cache-Control"] == "max-age=31536000, public"
        # A picture of a few lines gains nothing.
        if "Content-Encoding" in small.headers:
            assert gzip.decompress(small.data) == plain.data
    bootstrap = client.get(linked(app)[0], headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert bootstrap.headers["Content-Encoding"] == "gzip"
    assert len(bootstrap.data) < 40_000


def test_pages_themselves_are_not_compressed(app: Flask) -> None:
    page = app.test_client().get("/login", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in page.headers


def test_unknown_file_is_a_page_that_says_so(app: Flask) -> None:
    for address in ("/static/nothing.css", "/static/../app.py", "/static/"):
        assert app.test_client().get(address).status_code == 404


def test_files_are_laid_out_once(tmp_path: Path) -> None:
    first = assets.laid_out(tmp_path / "assets")
    (first / "style.css").touch()
    changed = (first / "style.css").stat().st_mtime_ns
    assert assets.laid_out(tmp_path / "assets") == first
    assert (first / "style.css").stat().st_mtime_ns == changed
    assert [path.name for path in (tmp_path / "assets").iterdir()] == [assets.state_of_assets()]


def test_process_that_comes_second_uses_what_the_first_laid_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = assets.laid_out(tmp_path)
    # As it stands for a process that looked before the first was ready.
    hidden = place.with_name("hidden")
    place.rename(hidden)
    copy = shutil.copytree

    def first_is_ready_meanwhile(source: Path, target: Path, **options: Any) -> Path:
        if hidden.exists():
            hidden.rename(place)
        return copy(source, target, **options)

    monkeypatch.setattr(shutil, "copytree", first_is_ready_meanwhile)
    assert assets.laid_out(tmp_path) == place
    assert [path.name for path in tmp_path.iterdir()] == [place.name]
