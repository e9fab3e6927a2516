"""What holds of every page: small over the wire, nothing jumps while it loads, and its HTML is valid."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.environments import NODES, program
from tests.faces.every_page import LETTERS, PAGES, somebody
from tests.pictures import wait_for_mail
from tests.served import Served

pytestmark = pytest.mark.browser

MOST_BYTES = 100 * 1000
LISTENS = """
    window.jumped = 0;
    new PerformanceObserver(list => list.getEntries().forEach(one => { window.jumped += one.value; }))
        .observe({type: "layout-shift", buffered: true});
"""
# Tables that hold a letter together where a mail program knows nothing newer.
OF_LETTERS = r".*(obsolete|The “(width|align)” attribute).*"


class Weighed:
    """What comes over the wire for a page whose reader has nothing of it yet; pictures are not counted."""

    def __init__(self, page: Page) -> None:
        self._wire = page.context.new_cdp_session(page)
        self._wire.send("Network.enable")
        self._wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self._pictures: set[str] = set()
        self.total = 0.0
        self._wire.on("Network.responseReceived", self._answered)
        self._wire.on("Network.loadingFinished", self._arrived)

    def _answered(self, event: Any) -> None:
        if event["type"] == "Image":
            self._pictures.add(event["requestId"])

    def _arrived(self, event: Any) -> None:
        if event["requestId"] not in self._pictures:
            self.total += event["encodedDataLength"]


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("role", PAGES)
def test_page_is_small_and_nothing_jumps(product: Served, chromium: Browser, role: str, size: str) -> None:
    wait_for_mail(product)
    page = somebody(chromium, product, role, size=size)
    weighed = Weighed(page)
    page.add_init_script(LISTENS)
    heavy, jumping = {}, {}
    for name, path in PAGES[role](product, page).items():
        if name in LETTERS:
            continue
        weighed.total = 0
        page.goto(f"{product.base_url}{path}")
        if weighed.total > MOST_BYTES:
            heavy[name] = weighed.total
        assert weighed.total > 1000, name
        if shift := page.evaluate("window.jumped"):
            jumping[name] = shift
    page.context.close()
    assert heavy == {}
    assert jumping == {}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("role", PAGES)
def test_html_is_valid(product: Served, chromium: Browser, role: str, language: str, tmp_path: Path) -> None:
    java = program("checker", "vnu.jar")
    wait_for_mail(product)
    page = somebody(chromium, product, role, language=language)
    (tmp_path / "letters").mkdir()
    (tmp_path / "pages").mkdir()
    names = []
    for name, path in PAGES[role](product, page).items():
        html = page.request.get(f"{product.base_url}{path}").text()
        folder = "letters" if name in LETTERS else "pages"
        (tmp_path / folder / f"{name}.html").write_text(html, encoding="utf-8")
        names.append(name)
    page.context.close()
    assert len(names) >= 4
    assert checked(java, tmp_path / "pages") == []
    if LETTERS & set(names):
        assert checked(java, tmp_path / "letters", "--filterpattern", OF_LETTERS) == []


def test_checker_finds_what_is_wrong(tmp_path: Path) -> None:
    html = '<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><ul><p>no</p></ul></body></html>'
    (tmp_path / "wrong.html").write_text(html)
    (found,) = checked(program("checker", "vnu.jar"), tmp_path)
    assert re.match(r"wrong: Element “p” not allowed as child of (element )?“ul”", found)


def checked(java: str, folder: Path, *options: str) -> list[str]:
    """What the W3C's checker has against the pages in a folder, each with the page's name."""
    jar = NODES["checker"] / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    done = subprocess.run(
        [java, "-jar", jar, "--exit-zero-always", "--format", "json", *options, *sorted(folder.glob("*.html"))],
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        f"{Path(one['url']).stem}: {one['message']} {one.get('extract', '')[:200]}"
        for one in json.loads(done.stderr)["messages"]
        if one["type"] != "info" or one.get("subType") == "warning"
    ]
