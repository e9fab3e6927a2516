"""From plan to approval in a real browser: two people, a trial in between, and pages that everybody can use."""

import re
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import signed_in
from tests.faces.keyboard import days_from_now
from tests.faces.test_browser import looked_at
from tests.served import Served, served

pytestmark = pytest.mark.browser
VERSION = "2098.1"


def test_second_person_sees_tries_and_approves(chromium: Browser, tmp_path: Path) -> None:
    with served(tmp_path) as product:
        ask_for_approval(product, chromium)
        release = plan(product, chromium)
        page = signed_in(chromium, product, "manager", language="en")
        page.goto(f"{product.base_url}/planner/")
        page.locator("tr", has_text=VERSION).get_by_role("link", name=re.compile("acceptance")).last.click()
        assert page.url == f"{product.base_url}{release}/mails/acceptance/planned"
        letter = page.frame_locator("iframe").last.locator("body")
        assert VERSION in letter.inner_text()
        assert looked_at(page) == {}

        page.get_by_role("button", name="Send me a trial").click()
        expect(page.locator("main")).to_contain_text("marked as a trial")
        arrived(product, page, "[Trial]")
        assert "This is a trial, to you alone." in page.frame_locator("iframe").locator("body").inner_text()

        page.goto(f"{product.base_url}{release}/mails/acceptance/planned")
        button = page.get_by_role("button", name=re.compile(r"^Approve: mails \d+ contacts of \d+ tenants now"))
        button.click()
        expect(page.locator("main")).to_contain_text("Approved by")
        assert looked_at(page) == {}
        arrived(product, page, f"[Inconto] Acceptance to {VERSION}")


def ask_for_approval(product: Served, chromium: Browser) -> None:
    page = signed_in(chromium, product, "admin", language="en")
    page.locator("nav.ways summary").click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("A second person approves what is announced").check()
    assert looked_at(page) == {}
    page.get_by_role("button", name="Save").click()
    page.context.close()


def plan(product: Served, chromium: Browser) -> str:
    """A planner plans a release, and is told who approves it. Returns its address."""
    page = signed_in(chromium, product, "planner", language="nl")
    page.goto(f"{product.base_url}/planner/releases/new")
    page.fill("#version", VERSION)
    # Soon enough to be announced now, and after all that the demonstration has planned.
    page.fill("#acceptance_at", days_from_now(23))
    page.fill("#production_at", days_from_now(230))
    page.locator("button[value=check]").click()
    page.locator("button.button[value=plan]").click()
    page.wait_for_url(re.compile(r"/planner/releases/\d+$"))
    release = page.url.removeprefix(product.base_url)
    page.goto(f"{product.base_url}{release}/mails/acceptance/planned")
    assert page.locator("form[action$='/approve']").count() == 0
    assert looked_at(page) == {}
    page.context.close()
    return release


def arrived(product: Served, page: Page, subject: str) -> None:
    """Wait until a mail with this in its subject is in the mailbox, and open it."""
    until = monotonic() + 60
    while monotonic() < until:
        page.goto(f"{product.base_url}/mailbox/")
        mail = page.locator("main td a", has_text=subject)
        if mail.count():
            mail.first.click()
            return
        sleep(1)
    raise AssertionError(f"no {subject} within a minute")
