"""A webhook set up in a real browser, on pages that everybody can use."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import browser, chromium_path, signed_in
from tests.faces.test_browser import looked_at
from tests.served import served
from tests.webhooks.listening import PUBLIC

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason="THERE IS NO CHROMIUM ON THIS MACHINE"),
]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_manager_adds_a_webhook_and_sends_a_test(tmp_path: Path, language: str) -> None:
    with served(tmp_path) as product, browser() as chromium:
        page = signed_in(chromium, product, "manager", language=language)
        page.goto(f"{product.base_url}/planner/webhooks")
        page.fill("#url", "https://localhost/")
        page.locator("main form.fields button").click()
        assert looked_at(page) == {}
        page.fill("#url", PUBLIC)
        for box in page.locator("#events input").all():
            box.check()
        page.locator("main form.fields button").click()
        expect(page.locator("code.address")).to_have_text(re.compile(r"^whsec_"))
        assert looked_at(page) == {}
        page.locator("main a.button").click()
        page.locator("form[action$='/test'] button").click()
        expect(page.locator("table.board tbody tr")).to_have_count(1)
        assert looked_at(page) == {}
        page.goto(f"{product.base_url}/planner/webhooks")
        assert looked_at(page) == {}
