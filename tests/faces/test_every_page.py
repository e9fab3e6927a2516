"""What holds of every page: small over the wire, nothing jumps while it loads, and its HTML is valid."""

import json
import re
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Response, Route, expect
from werkzeug.exceptions import NotFound

from tests.browser import LISTENS, jumped
from tests.environments import NODES, program
from tests.every_page import LETTERS, PAGES, somebody
from tests.served import Served
from tests.standing import STANDING

pytestmark = pytest.mark.browser

MOST_BYTES = 100 * 1000
# So much moves by Chromium's own rounding: nobody sees it.
UNSEEN = 0.001
# Tables that hold a letter together where a mail program knows nothing newer.
OF_LETTERS = r".*(obsolete|The “(width|align)” attribute).*"

# Bytes a second, and milliseconds: a telephone where the reception is poor.
SLOW = {"offline": False, "latency": 40, "downloadThroughput": 60_000, "uploadThroughput": 60_000}


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
def test_page_is_small_and_nothing_jumps(staged: Served, chromium: Browser, role: str, size: str) -> None:
    page = somebody(chromium, staged, role, size=size)
    weighed = Weighed(page)
    page.add_init_script(LISTENS)
    heavy, jumping = {}, {}
    for name, path in PAGES[role](staged, page).items():
        if name in LETTERS:
            continue
        weighed.total = 0
        page.goto(f"{staged.base_url}{path}")
        if weighed.total > MOST_BYTES:
            heavy[name] = weighed.total
        assert weighed.total > 1000, name
        if (shift := jumped(page)) > UNSEEN:
            jumping[name] = shift
    page.context.close()
    assert heavy == {}
    assert jumping == {}


# The widest tables: their columns are as wide as what is in them, which comes bit by bit.
@pytest.mark.parametrize(("role", "names"), [("admin", {"api", "tokens"}), ("manager", {"mailbox", "rollout"})])
def test_nothing_jumps_while_a_page_comes_slowly(staged: Served, chromium: Browser, role: str, names: set[str]) -> None:
    page = somebody(chromium, staged, role)
    paths = {name: path for name, path in PAGES[role](staged, page).items() if name in names}
    page.add_init_script(LISTENS)
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", SLOW)
    steady = set()
    for name, path in paths.items():
        page.goto(f"{staged.base_url}{path}")
        if jumped(page) <= UNSEEN:
            steady.add(name)
    page.context.close()
    assert steady == names


def test_page_that_breaks_off_is_shown_as_far_as_it_came(staged: Served, chromium: Browser) -> None:
    page = somebody(chromium, staged, "nobody")
    page.route("**/login", without_its_end)
    page.goto(f"{staged.base_url}/login")
    main = page.locator("main")
    assert main.evaluate("main => getComputedStyle(main).opacity") == "0"
    expect(main).to_have_css("opacity", "1", timeout=10_000)
    # What takes the focus as it comes has it, however much of the page is still on its way.
    page.fill("#email", "nobody@vendor.example")
    page.fill("#password", "wrong")
    page.click("main button[type=submit]")
    expect(page.locator("[autofocus]:focus")).to_have_count(1)
    page.context.close()


def without_its_end(route: Route) -> None:
    response = route.fetch()
    route.fulfill(response=response, body=response.text().partition("<footer")[0])


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("role", PAGES)
def test_html_is_valid(staged: Served, chromium: Browser, role: str, language: str, tmp_path: Path) -> None:
    java = program("checker", "vnu.jar")
    page = somebody(chromium, staged, role, language=language)
    (tmp_path / "letters").mkdir()
    (tmp_path / "pages").mkdir()
    names = []
    for name, path in PAGES[role](staged, page).items():
        html = page.request.get(f"{staged.base_url}{path}").text()
        folder = "letters" if name in LETTERS else "pages"
        (tmp_path / folder / f"{name}.html").write_text(html, encoding="utf-8")
        names.append(name)
    if role == "manager":
        for name, html in standing(staged, page).items():
            (tmp_path / "pages" / f"{name}.html").write_text(html, encoding="utf-8")
    page.context.close()
    assert len(names) >= 4
    assert checked(java, tmp_path / "pages") == []
    if LETTERS & set(names):
        assert checked(java, tmp_path / "letters", "--filterpattern", OF_LETTERS) == []


def standing(product: Served, page: Page) -> dict[str, str]:
    """The HTML that came for each page without an address, by its name."""
    came: list[Response] = []
    page.on("response", lambda one: came.append(one) if one.request.is_navigation_request() else None)
    found = {}
    for name, stand in STANDING.items():
        stand(product, page)
        assert came[-1].request.method == "POST", name
        found[name] = came[-1].text()
    return found


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


# What answers with a file, or sends on to where somebody belongs.
NO_PAGES = {
    "api_page.openapi",
    "health.healthz",
    "health.metrics",
    "images.image",
    "login.front_door",
    "mailbox.raw",
    "planner.import_example",
    "planner.versions_as_file",
    # A part of a page.
    "planner.bulletin_live",
    "portal.one_event",
    "portal.told_as_csv",
    "portal.told_as_json",
    "security.reset_password",
    "security.static",
    "static",
}
# Whose reader serves several customers chooses one there: nobody of the demonstration does. And to be asked for one's
# password again one must have been away for long.
OTHERWISE_TESTED = {"portal.choose", "security.verify"}
# Named by their blueprints: what programs read.
OF_PROGRAMS = {"api", "feeds"}


def test_every_page_there_is_was_listed(app: Flask, staged: Served, chromium: Browser) -> None:
    routes = app.url_map.bind("localhost")
    listed = set()
    for role, of_role in PAGES.items():
        page = somebody(chromium, staged, role)
        for path in of_role(staged, page).values():
            with suppress(NotFound):
                listed.add(routes.match(path.partition("?")[0])[0])
        page.context.close()
    read = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    pages = {one for one in read if one.partition(".")[0] not in OF_PROGRAMS}
    assert pages - listed == NO_PAGES | OTHERWISE_TESTED
