"""A file with mistakes, in a browser: with and without script."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import signed_in
from tests.commands.headers import TENANTS
from tests.faces.test_browser import looked_at
from tests.faces.test_notes_walk import without_script
from tests.served import Served

pytestmark = pytest.mark.browser

ROW = "proef-zorg,Proef Zorg,nl,inconto,,,,,,"
BAD = f"{TENANTS}\nProef Zorg,Proef,de,inconto,,,,,,\n{'x' * 300},y,nl,inconto,,,,,,\n"


def choose(page: Page, text: str) -> None:
    page.set_input_files("#file", {"name": "klanten.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.locator("main form .buttons button").click()


@pytest.mark.parametrize("script", [True, False])
def test_mistakes_are_read_mended_and_let_in(product: Served, chromium: Browser, script: bool) -> None:
    page = signed_in(chromium, product, "manager", language="nl")
    if not script:
        page = without_script(chromium, page, "desktop")
    page.goto(f"{product.base_url}/planner/import/tenants")
    choose(page, BAD)
    expect(page.locator("main tbody tr").first.locator("th")).to_have_text("regel 2")
    expect(page.locator("main [role=alert]")).to_be_focused()
    if script:
        assert looked_at(page) == {}
    slug = f"proef-{'met' if script else 'zonder'}-script"
    choose(page, f"{TENANTS}\n{ROW.replace('proef-zorg', slug)}\n")
    expect(page.locator("main tbody th")).to_have_text(slug)
    page.locator("main form .buttons button").click()
    expect(page.locator("main [role=status]").first).to_contain_text("klanten.csv is ingelezen: 1 nieuw")
    page.context.close()


def test_page_says_that_a_file_is_being_read(product: Served, chromium: Browser) -> None:
    page = signed_in(chromium, product, "manager", language="en")
    page.goto(f"{product.base_url}/planner/import/tenants")
    expect(page.locator(".waits")).to_be_empty()
    # The form leaves, and its answer does not come: what the reader sees meanwhile.
    page.evaluate("document.querySelector('main form').addEventListener('submit', event => event.preventDefault())")
    choose(page, f"{TENANTS}\n{ROW}\n")
    expect(page.locator(".waits")).to_contain_text("This is looked through.")
    expect(page.locator(".waits progress")).to_be_visible()
    page.context.close()
