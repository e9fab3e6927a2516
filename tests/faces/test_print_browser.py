"""What a customer prints: the proof with what the servers said, and no buttons, which paper does not have."""

import pytest
from playwright.sync_api import Browser

from tests.browser import signed_in
from tests.served import Served

pytestmark = pytest.mark.browser


def test_paper_shows_what_is_folded_and_nothing_to_press(product: Served, chromium: Browser) -> None:
    page = signed_in(chromium, product, "contact", language="en")
    overview = page.url
    for path, folded, pressed in (
        ("", "", ".environments .button"),
        ("/told", ".promises details > div", ".buttons a"),
    ):
        page.goto(f"{overview}{path}")
        for on_paper in (False, True):
            page.emulate_media(media="print" if on_paper else "screen")
            assert page.locator(pressed).first.is_visible() != on_paper
            if folded:
                assert page.locator(folded).first.is_visible() == on_paper
    page.context.close()
