"""The menus of the top bar close as people expect, and where the keyboard stands can be seen there."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import signed_in
from tests.served import Served

pytestmark = pytest.mark.browser


def test_menu_closes_by_escape_and_by_a_press_elsewhere(product: Served, chromium: Browser) -> None:
    page = signed_in(chromium, product, "manager", language="en")
    summary = page.locator("nav.ways .menu > summary")
    dropped = page.locator("nav.ways .menu .drop")
    summary.click()
    expect(dropped).to_be_visible()
    dropped.locator("a").first.focus()
    page.keyboard.press("Escape")
    expect(dropped).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    page.mouse.click(640, 850)
    expect(dropped).to_be_hidden()
    page.context.close()


def test_ring_of_the_top_bar_lies_within_it(product: Served, chromium: Browser) -> None:
    page = signed_in(chromium, product, "manager", language="en")
    link = page.locator("nav.ways > a").first
    page.keyboard.press("Tab")
    link.focus()
    offset, width = link.evaluate(
        "one => [getComputedStyle(one).outlineOffset, getComputedStyle(one).outlineWidth].map(parseFloat)"
    )
    assert width >= 2
    assert offset <= -width
    page.context.close()
