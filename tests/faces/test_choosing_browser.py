"""A customer chooses its production date itself, by keyboard; it is announced in time all the same (SLA 3.3)."""

import re
from collections.abc import Iterator
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import SIZES, signed_in
from tests.faces.keyboard import tab_to
from tests.faces.test_browser import looked_at
from tests.served import Served, served
from tests.staging import ANNOUNCED, announces_production

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def told(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demonstration, whose window is open, with a release of which customers know the production date."""
    with served(tmp_path_factory.mktemp("told")) as one:
        page = signed_in(chromium, one, "manager", language="en")
        announces_production(page, one)
        page.context.close()
        yield one


def at_the_choice(told: Served, page: Page) -> str:
    """Open the page of moments, which a customer has once it was told. Returns its address."""
    address = f"{told.base_url}/portal/{told.user('contact')['tenant']}/releases/{ANNOUNCED}/date"
    until = monotonic() + 60
    while monotonic() < until:
        page.goto(address)
        if page.locator("input[name=at]").count():
            return address
        sleep(1)
    raise AssertionError("the customer was not told within a minute")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_customer_chooses_a_date_by_keyboard(told: Served, chromium: Browser, size: str, language: str) -> None:
    page = signed_in(chromium, told, "contact", size=size, language=language)
    address = at_the_choice(told, page)
    assert looked_at(page) == {}
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    tab_to(page, "input[name=at]")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("input[name=at]:checked").input_value()
    assert chosen != page.locator("input[name=at]").first.input_value()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert re.search(r"/date/choose\?", page.url)
    assert looked_at(page) == {}
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    assert page.locator("input[name=at]").input_value() == chosen
    tab_to(page, "main .buttons button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == address
    assert page.locator("[role=status]").count() == 1
    page.context.close()
