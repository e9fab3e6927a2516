"""A customer asks for another date and a planner answers, in a real browser: by keyboard alone and without a script."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import SIZES
from tests.served import Served

pytestmark = pytest.mark.browser

ASK = {"nl": "Vraag om deze datum", "en": "Ask for this date"}
SENT = {"nl": "Je vraag ligt bij onze planners.", "en": "Your question is with our planners."}
REFUSED = {"nl": "nee", "en": "no"}
# Every combination of width and language, without a script but for one.
WALKS = [("desktop", "nl", False), ("phone", "nl", False), ("desktop", "en", False), ("phone", "en", True)]


def at_the_door(chromium: Browser, product: Served, role: str, size: str, language: str, *, script: bool) -> Page:
    """Sign in by keyboard."""
    context = chromium.new_context(viewport=SIZES[size], locale=language, java_script_enabled=script)  # type: ignore[arg-type]
    context.add_cookies([{"name": "language", "value": language, "url": product.base_url}])
    page = context.new_page()
    user = product.user(role)
    page.goto(f"{product.base_url}/login")
    tab_to(page, "#email")
    page.keyboard.type(user["email"])
    tab_to(page, "#password")
    page.keyboard.type(user["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/login"))
    return page


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there; no script of the page is needed to see where it is."""
    for _press in range(90):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"Tab never comes to {selector}")


def press(page: Page, selector: str) -> None:
    """Go to a link or a button, and press it."""
    tab_to(page, selector)
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def type_moment(page: Page, selector: str, moment: datetime) -> None:
    """Type a date as a browser's field in English or Dutch takes it: its parts one by one."""
    tab_to(page, selector)
    page.locator(selector).fill(f"{moment:%Y-%m-%dT%H:%M}")


@pytest.mark.parametrize(("size", "language", "script"), WALKS)
def test_customer_asks_and_planner_answers(
    product: Served, chromium: Browser, size: str, language: str, script: bool
) -> None:
    reason = f"Onze jaarafsluiting, {size} {language}"
    contact = at_the_door(chromium, product, "contact", size, language, script=script)
    press(contact, 'main a[href$="/date"]')
    expect(contact.locator("h1")).to_contain_text("20")
    type_moment(contact, "#asked_for", datetime.now(UTC) + timedelta(days=120))
    tab_to(contact, "#reason")
    contact.keyboard.type(reason)
    # Enter in a field sends the form.
    contact.keyboard.press("Enter")
    contact.get_by_text(SENT[language]).wait_for()
    portal = contact.url

    planner = at_the_door(chromium, product, "planner", size, language, script=script)
    # Another customer asks about the same update: Today leads to both.
    press(planner, "main a[href^='/planner/date-requests?']")
    press(planner, f"main a[href*='/planner/date-requests/']:has-text('{contact_name(product)}')")
    expect(planner.locator("main")).to_contain_text(reason)
    tab_to(planner, "input[name=answer]")
    # The arrows choose among the answers: yes, another, no.
    for _answer in range(3):
        planner.keyboard.press("ArrowDown")
        if planner.locator("input[name=answer][value=no]:checked").count():
            break
    tab_to(planner, "#words")
    planner.keyboard.type("Dan is er niemand om te helpen.")
    press(planner, "main form .buttons button")
    planner.wait_for_url(re.compile(r"/planner/date-requests/\d+$"))
    expect(planner.locator("main form")).to_have_count(0)
    planner.context.close()

    contact.goto(portal)
    rows = contact.locator("main table.board tbody tr")
    expect(rows.first).to_contain_text(reason)
    expect(rows.first).to_contain_text("Dan is er niemand om te helpen.")
    expect(rows.first.locator(".sign.missed")).to_have_text(REFUSED[language])
    # The question can be asked anew.
    assert contact.get_by_role("button", name=ASK[language]).count() == 1
    contact.context.close()


def contact_name(product: Served) -> str:
    """What the demonstration calls the tenant of its contact."""
    slug = product.user("contact")["tenant"]
    return str(slug).split("-", 1)[0].title()


def test_wave_is_given_by_keyboard_without_a_script(product: Served, chromium: Browser) -> None:
    page = at_the_door(chromium, product, "planner", "phone", "en", script=False)
    page.goto(f"{product.base_url}/planner/releases")
    press(page, "main th a")
    press(page, 'main a[href$="/rollout"]')
    for number in range(2):
        tab_to(page, ".tick")
        page.keyboard.press("Space")
        assert page.locator(".tick:checked").count() == number + 1
    press(page, "button[value=go_on]")
    expect(page.locator("h1")).to_have_text("A date for 2 tenants")
    # Outside service hours.
    soon = (datetime.now(UTC) + timedelta(days=3)).replace(hour=4)
    type_moment(page, "#planned_at", soon)
    tab_to(page, "#name")
    page.keyboard.type("By keyboard")
    tab_to(page, "#reason")
    page.keyboard.type("Their own choice")
    page.keyboard.press("Enter")
    page.locator(".note.danger").wait_for()
    # Laid into the form, and given once it has been looked at.
    press(page, "button[name=lay]")
    expect(page.locator(".note.danger")).to_have_count(0)
    expect(page.locator("#means-answer .headline")).to_contain_text("This date keeps every promise.")
    press(page, ".sending button[value=give]")
    page.wait_for_url(re.compile(r"/planner/waves/\d+$"))
    assert page.locator("main tbody tr").count() == 2
    page.context.close()
