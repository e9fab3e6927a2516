"""What a customer comes for, by keyboard alone, at both widths, in both languages, with scripts and without."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.request import urlopen

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, Page

from tests.browser import SIZES, WALKERS, opened
from tests.faces.keyboard import tab_to
from tests.faces.test_browser import looked_at
from tests.served import Served
from tests.staging import link_mailed_to
from tests.world import AMSTERDAM

pytestmark = pytest.mark.browser

PASSWORD = "another horse battery"
MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
}


@pytest.fixture
def page(chromium: Browser, language: str, size: str, scripts: bool) -> Iterator[Page]:
    """Somebody who has come by for the first time."""
    context = opened(chromium, size, language, scripts)
    yield context.new_page()
    context.close()


def typed(page: Page, values: dict[str, str]) -> None:
    """Fill in a form and send it, as somebody does who types."""
    for selector, value in values.items():
        tab_to(page, selector)
        page.keyboard.type(value)
    page.keyboard.press("Enter")


def pressed(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")


def signs_in(page: Page, product: Served) -> dict[str, str]:
    user = product.user("contact")
    page.goto(f"{product.base_url}/login")
    typed(page, {"#email": user["email"], "#password": user["password"]})
    page.wait_for_url(re.compile(r"/portal/[a-z-]+$"))
    return user


@pytest.mark.parametrize(("size", "language", "scripts"), WALKERS)
def test_contact_is_asked_for_and_approved(
    product: Served, chromium: Browser, page: Page, language: str, size: str, scripts: bool
) -> None:
    person = f"sam{WALKERS.index((size, language, scripts))}@{product.user('contact')['email'].partition('@')[2]}"
    page.goto(f"{product.base_url}/login")
    pressed(page, "a[href='/account']")
    page.wait_for_url("**/account")
    typed(page, {"#name": "Sam Smit", "#email": person, "#organisation": "Peelrand"})
    page.wait_for_url("**/account/asked")
    page.goto(product.base_url + link_mailed_to(product, page, person, r"/account/[\w-]{40,}"))
    pressed(page, "main form button")
    page.wait_for_selector("main form", state="detached")

    contact = opened(chromium, size, language, scripts).new_page()
    signs_in(contact, product)
    pressed(contact, "main a[href*='/requests/']")
    contact.wait_for_url(re.compile(r"/requests/\d+$"))
    assert person in contact.locator("main").inner_text()
    if scripts:
        assert looked_at(contact) == {}
        contact.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    tab_to(contact, "input[name=replaces]")
    # All three places are taken: the last of them is given up.
    for _place in range(2):
        contact.keyboard.press("ArrowDown")
    pressed(contact, "form[action$='/grant'] button")
    contact.wait_for_url(re.compile(r"/contacts$"))
    assert "Sam Smit" in contact.locator("[role=status]").inner_text()
    assert contact.locator("main tbody tr").count() == 3
    assert person in contact.locator("main").inner_text()
    contact.context.close()

    page.goto(product.base_url + link_mailed_to(product, page, person, r"/welcome/[\w.-]{20,}"))
    typed(page, {"#password": PASSWORD, "#again": PASSWORD})
    page.wait_for_url(re.compile(r"/portal/[a-z-]+$"))
    assert page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize(("size", "language", "scripts"), WALKERS)
def test_customer_finds_the_next_production_date(
    product: Served, page: Page, language: str, size: str, scripts: bool
) -> None:
    # The last language that somebody chose is remembered, in other browsers too.
    page.context.add_cookies([{"name": "language", "value": language, "url": product.base_url}])
    user = signs_in(page, product)
    production = page.locator(".environments > li").first
    shown = production.locator(".next").inner_text()
    assert re.search(r"\d+ (dag|uur|day|hour)", production.locator(".left").inner_text())
    new = "a[href*='/releases/']:not([href$='/date'])"
    version = (production.locator(new).get_attribute("href") or "").rpartition("/")[2]

    told = planned_at(feed_of(product, user["tenant"]), version)
    assert said(told, language) in shown

    tab_to(page, ".environments > li:first-child a[href$='.ics']")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert planned_at(download.value.path().read_bytes(), version) == told

    pressed(page, f".environments > li:first-child {new}")
    page.wait_for_url(re.compile(rf"/releases/{re.escape(version)}$"))
    assert version in page.locator("h1").inner_text()


def said(moment: datetime, language: str) -> str:
    """A moment as a page says it: on the clock of the product, wherever the machine stands that serves it."""
    there = moment.astimezone(AMSTERDAM)
    offset = (there.utcoffset() or timedelta()) // timedelta(hours=1)
    month = MONTHS[language].split()[there.month - 1]
    zone = {"nl": "tijd in Amsterdam", "en": "Amsterdam time"}[language]
    return f"{there.day} {month} {there.year}, {there:%H:%M}, {zone} (UTC+{offset})"


def feed_of(product: Served, tenant: str) -> bytes:
    url = next(feed["url"] for feed in product.demo["feeds"] if feed["tenant"] == tenant)
    with urlopen(url) as answer:  # noqa: S310 - our own address
        body: bytes = answer.read()
    return body


def planned_at(calendar: bytes, version: str) -> datetime:
    """When production goes to a version by a calendar."""
    events: list[Any] = Calendar.from_ical(calendar).walk("VEVENT")
    (found,) = [
        one for one in events if version in str(one["SUMMARY"]) and re.search("(?i)producti", str(one["SUMMARY"]))
    ]
    moment: datetime = found["DTSTART"].dt
    return moment


@pytest.mark.parametrize(("size", "language", "scripts"), [("desktop", "nl", True), ("phone", "en", True)])
def test_pages_about_contacts_can_be_used_by_everybody(
    product: Served, page: Page, language: str, size: str, scripts: bool
) -> None:
    signs_in(page, product)
    home = page.url
    wrong = {}
    page.goto(f"{home}/contacts")
    change, remove = (
        page.locator(f"main a[href*='/contacts/']{which}").first.get_attribute("href") or ""
        for which in (":not([href$='/remove'])", "[href$='/remove']")
    )
    for path in (home, f"{home}/contacts", product.base_url + change, product.base_url + remove):
        page.goto(path)
        wrong[path] = looked_at(page)
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    page.goto(product.base_url + change)
    page.fill("#email", "nobody")
    page.locator("main form.fields .buttons button").click()
    assert page.locator("#email-wrong").count() == 1
    wrong["refused"] = looked_at(page)
    assert {path: problems for path, problems in wrong.items() if problems} == {}
