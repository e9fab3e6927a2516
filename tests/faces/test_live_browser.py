"""An urgent page keeps itself up to date in a real browser, and leaves alone whoever is typing in it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import signed_in
from tests.faces.test_browser import looked_at
from tests.served import Served, served

pytestmark = pytest.mark.browser
PATIENCE = 60_000  # milliseconds
TYPES = "one => { one.value = 'They know'; one.dispatchEvent(new Event('input', {bubbles: true})); }"
A_WHILE = 11_000  # of the page's own clock: it asks every ten seconds


def test_urgent_page_keeps_up_and_holds_still_when_told(chromium: Browser, tmp_path: Path) -> None:
    with served(tmp_path) as product:
        page = signed_in(chromium, product, "manager", language="en")
        page.clock.install()
        announce(product, page)
        # The worker writes its mails; nobody loads the page anew for that.
        for _look in range(PATIENCE // 1000):
            page.clock.run_for(2000)
            if page.locator("#live li").count():
                break
            page.wait_for_timeout(1000)
        open_ones = re.compile(r"Open: \d+ tenants have not been reached\.")
        expect(page.locator("#live [data-said]")).to_have_text(open_ones)
        expect(page.locator("#live-said")).to_have_text(open_ones)
        assert looked_at(page) == {}

        other = signed_in(chromium, product, "operator", language="en")
        other.goto(page.url)
        page.goto(page.url)
        before = headline(page)
        hold = page.get_by_role("button", name="Hold this page still")
        hold.click()
        reach_somebody(other)
        page.clock.run_for(A_WHILE)
        assert headline(page) == before
        hold.click()
        page.locator("#live h3 a").first.focus()
        page.clock.run_for(A_WHILE)
        assert headline(page) == before
        hold.focus()
        page.clock.run_for(A_WHILE)
        expect(page.locator("#live [data-said]")).not_to_have_text(before, timeout=PATIENCE)
        expect(page.locator("#live-said")).to_have_text(headline(page))

        now_open = headline(page)
        page.locator("#live input[name=outcome]").first.evaluate(TYPES)
        hold.focus()
        reach_somebody(other)
        page.clock.run_for(A_WHILE)
        assert headline(page) == now_open
        assert page.locator("#live input[name=outcome]").first.input_value() == "They know"


def headline(page: Page) -> str:
    return page.locator("#live [data-said]").inner_text()


def announce(product: Served, page: Page) -> None:
    page.goto(f"{product.base_url}/planner/bulletins/new/urgent")
    for name, words in {"subject": "Signing in fails", "markdown": "We are on it."}.items():
        for language in ("nl", "en"):
            page.fill(f"#{name}_{language}", words)
    page.locator("main button.button[value=save]").click()
    page.get_by_role("button", name=re.compile("^Announce it now")).click()


def reach_somebody(page: Page) -> None:
    """Record a call that reached the first tenant on the list."""
    page.locator("#live form button[value=reached]").first.evaluate("one => one.click()")
    page.wait_for_load_state()
