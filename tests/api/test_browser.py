"""The page of the API in a real browser: Swagger UI lives under our policy, with files of our own alone."""

from collections.abc import Iterator
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Request
from werkzeug.serving import make_server

from storage import db
from tests.api.conftest import BRUG, Program
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser


@pytest.fixture
def address(app: Flask, planned: World) -> Iterator[str]:
    db.session.rollback()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    app.config["BASE_URL"] = f"http://127.0.0.1:{server.port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield app.config["BASE_URL"]
    server.shutdown()
    thread.join()


def test_call_is_tried_out_in_the_page(chromium: Browser, address: str, manager: Program) -> None:
    page = chromium.new_page()
    said: list[str] = []
    asked: set[str] = set()
    loaded: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    def follow(request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            asked.add("/".join(request.url.split("/")[:3]))
            loaded.append(request.url)

    page.on("console", note)
    page.on("request", follow)
    page.goto(f"{address}/api/v1/try")
    assert not any("swagger" in one for one in loaded)
    page.click("#try-now")
    page.click("#try-it .authorize")
    page.fill("#try-it .auth-container input", manager.token or "")
    page.click("#try-it .auth-btn-wrapper .authorize")
    page.click("#try-it .btn-done")
    # The groups are closed at first.
    page.click("#operations-tag-tenants")
    page.click("#operations-tenants-list_tenants button.opblock-summary-control")
    page.click("#operations-tenants-list_tenants .execute")
    page.wait_for_selector("#operations-tenants-list_tenants .live-responses-table .response-col_status")

    assert BRUG in page.inner_text("#operations-tenants-list_tenants .live-responses-table")
    assert said == []
    assert asked == {address}
    page.close()


@pytest.mark.parametrize("width", [1280, 320])
def test_pages_for_programs_are_for_everybody(chromium: Browser, address: str, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.goto(f"{address}/login")
    page.fill("input[name=email]", "admin@vendor.example")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    for path in ("/planner/tokens", "/api/v1/", "/api/v1/try"):
        page.goto(f"{address}{path}")
        assert Axe().run(page).response["violations"] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()
