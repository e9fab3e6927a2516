"""A webhook set up in a real browser, on pages that everybody can use."""

import re
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, Page, expect
from standardwebhooks import Webhook

from tests.browser import signed_in
from tests.faces.test_browser import looked_at
from tests.served import served
from tests.webhooks.listening import Receiver

pytestmark = pytest.mark.browser


def test_manager_adds_a_webhook_and_its_test_arrives(chromium: Browser, tmp_path: Path) -> None:
    allowed = {"WEBHOOK_ALLOW_PRIVATE": "127.0.0.1/32", "WEBHOOK_ALLOW_HTTP": "true"}
    with Receiver() as receiver, served(tmp_path, **allowed) as product:
        page = signed_in(chromium, product, "manager", language="nl")
        page.goto(f"{product.base_url}/planner/webhooks")
        page.fill("#url", "https://10.0.0.1/")
        page.locator("main form.fields button").click()
        assert looked_at(page) == {}
        page.fill("#url", receiver.url())
        for box in page.locator("#events input").all():
            box.check()
        page.locator("main form.fields button").click()
        expect(page.locator("#secret")).to_have_value(re.compile(r"^whsec_"))
        secret = page.locator("#secret").input_value()
        assert looked_at(page) == {}
        page.locator("main a.button").click()
        page.locator("form[action$='/test'] button").click()
        wait_until(lambda: "webhook.test" in receiver.types())
        came = receiver.came[receiver.types().index("webhook.test")]
        assert Webhook(secret).verify(came.body, came.headers)["type"] == "webhook.test"
        wait_until(lambda: "HTTP 204" in read_again(page))
        assert looked_at(page) == {}
        page.goto(f"{product.base_url}/planner/webhooks")
        assert looked_at(page) == {}


def wait_until(happened: Callable[[], bool]) -> None:
    """The worker comes by every few seconds."""
    until = monotonic() + 60
    while not happened():
        assert monotonic() < until
        sleep(0.5)


def read_again(page: Page) -> str:
    page.reload()
    return page.locator("main").inner_text()
