"""The whole product in a real browser: the story from plan to calendar, and pages that everybody can use."""

import json
import os
import re
import signal
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Literal
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from icalendar import Calendar
from playwright.sync_api import Browser, Page, expect

from tests.browser import SIZES, signed_in
from tests.every_page import LETTERS, PAGES, somebody
from tests.faces.keyboard import days_from_now, tab_to, type_moment
from tests.served import Served, served
from tests.standing import OF_TWO, STANDING, another_product
from tests.world import AMSTERDAM

pytestmark = pytest.mark.browser

# After those of the demonstration, and before whatever other tests plan in years far ahead.
VERSION, BY_KEYBOARD = (f"{datetime.now(UTC).year + 1}.{number}" for number in (7, 8))
NARROWEST = {"width": 320, "height": 640}


def mails_of(product: Served, page: Page, words: str) -> dict[str, str]:
    """Subjects and addresses of the mails to customers in the mailbox that say this in their subject."""
    found: dict[str, str] = {}
    for number in range(1, 5):
        page.goto(f"{product.base_url}/mailbox/?page={number}")
        for link in page.locator("main td a").all():
            # An alarm to the vendor's own people does not begin with the product.
            if words in (subject := link.inner_text()) and subject.startswith("["):
                found.setdefault(subject, link.get_attribute("href") or "")
    return found


def test_release_goes_from_plan_to_calendar(product: Served, chromium: Browser) -> None:
    page = signed_in(chromium, product, "manager", language="en")
    page.goto(f"{product.base_url}/planner/releases/new")
    page.fill("#version", VERSION)
    page.fill("#title_nl", "Verder dan ooit")
    page.fill("#title_en", "Further than ever")
    page.fill("#acceptance_at", days_from_now(3))
    page.fill("#production_at", days_from_now(10))
    plan = page.locator("button.button[value=plan]")
    assert re.search(r"\b\d+ contacts of 59 tenants\b", plan.inner_text())
    plan.click()

    # Too early: refused at both dates, with dates that would do.
    assert page.url.endswith("/planner/releases/new")
    for field in ("acceptance_at", "production_at"):
        expect(page.locator(f"#{field}-wrong")).to_contain_text("(SLA 3.3)")
        assert page.locator(f"#{field}").get_attribute("aria-invalid") == "true"
    page.locator("button[name=use]").click()
    expect(page.locator("[aria-invalid]")).to_have_count(0)
    assert page.input_value("#version") == VERSION
    plan.click()
    page.wait_for_url(re.compile(r"/planner/releases/\d+$"))
    assert VERSION in page.locator("h1").inner_text()

    page.click('details:has(form[action$="/announce/acceptance"]) > summary')
    announce = page.locator('form[action$="/announce/acceptance"] button')
    assert re.search(r"\b\d+ contacts\b", announce.inner_text())
    announce.click()
    until = monotonic() + 60
    mails: dict[str, str] = {}
    while monotonic() < until and len(mails) < 2:
        sleep(1)
        mails = mails_of(product, page, VERSION)
    assert len(mails) == 2, "the mails did not arrive within a minute"
    languages = set()
    for path in mails.values():
        page.goto(f"{product.base_url}{path}")
        letter = page.frame_locator("iframe").locator("body")
        assert VERSION in letter.inner_text()
        assert "(UTC+" in letter.inner_text()
        languages.add(page.frame_locator("iframe").locator("html").get_attribute("lang"))
    assert languages == {"nl", "en"}
    page.context.close()

    page = signed_in(chromium, product, "contact")
    page.wait_for_url(re.compile(r"/portal/[a-z-]+$"))
    assert VERSION in page.locator("main").inner_text()
    assert "Verder dan ooit" in page.locator("main").inner_text()
    shown = page.locator(".environments li", has_text=VERSION).locator(".next").inner_text()
    page.click(f"main a[href='{urlsplit(page.url).path}/calendar']")
    with urlopen(page.input_value("#people")) as answer:  # noqa: S310 - our own address
        events: list[Any] = Calendar.from_ical(answer.read()).walk("VEVENT")
    (event,) = [one for one in events if VERSION in str(one["SUMMARY"])]
    there = event["DTSTART"].dt.astimezone(AMSTERDAM)
    assert re.search(rf"\b{there.day} \w+ {there:%Y, %H:%M}, ", shown)
    page.context.close()


# Everybody

# In the dark only colours differ.
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}
EVERYTHING = {"resultTypes": ["violations"]}
# A letter is no page: it stands within one, which has the landmarks.
LETTER = EVERYTHING | {"rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}}


Way = tuple[str, Literal["light", "dark"]]
ALL_WAYS: list[Way] = [("desktop", "light"), ("desktop", "dark"), ("phone", "light"), ("phone", "dark")]
# Of more than a hundred pages: each at both widths, in light and dark and in both languages, and not all eight ways.
WAYS: dict[str, list[Way]] = {
    "nl": [("desktop", "light"), ("phone", "dark")],
    "en": [("desktop", "dark"), ("phone", "light")],
}


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe has against a page as it stands."""
    found = page.evaluate(f"axe.run({json.dumps(options)})")["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def looked_at(page: Page, options: dict[str, Any] = EVERYTHING, ways: Sequence[Way] = ALL_WAYS) -> dict[str, list[str]]:
    """What is wrong with a page at each width in light and dark; and where it must be scrolled sideways."""
    page.wait_for_load_state()
    page.evaluate(Axe().axe_script)
    wrong = {}
    for size, scheme in ways:
        page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)
        wrong[f"{size}, {scheme}"] = violations(page, options if scheme == "light" else COLOURS)
    page.set_viewport_size(NARROWEST)  # type: ignore[arg-type]
    width = page.evaluate("document.documentElement.scrollWidth")
    wrong["narrowest"] = [f"{width} pixels wide"] if width > NARROWEST["width"] else []
    return {where: problems for where, problems in wrong.items() if problems}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("role", PAGES)
def test_pages_can_be_used_by_everybody(staged: Served, chromium: Browser, role: str, language: str) -> None:
    page = somebody(chromium, staged, role, language=language)
    wrong = {}
    for name, path in PAGES[role](staged, page).items():
        if name in LETTERS:
            # Where it is served no script may run, also not the one that judges it.
            letter = page.request.get(f"{staged.base_url}{path}")
            assert letter.ok, name
            page.goto("about:blank")
            page.set_content(letter.text())
        else:
            page.goto(f"{staged.base_url}{path}")
            # Who follows a link of a mail is answered in the language of that.
            assert name == "unsubscribe" or page.locator("html").get_attribute("lang") == language, name
        wrong[name] = looked_at(page, LETTER if name in LETTERS else EVERYTHING, WAYS[language])
    page.context.close()
    assert {name: problems for name, problems in wrong.items() if problems} == {}


def test_address_is_copied_by_a_button_or_selected_without_a_script(product: Served, chromium: Browser) -> None:
    page = signed_in(chromium, product, "contact", language="en")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{page.url}/calendar")
    for name in ("people", "news", "maintnote"):
        button = page.locator(f"button[data-copies={name}]")
        assert button.inner_text() == "Copy"
        button.click()
        page.locator(f".copy:has(#{name}) [role=status]:text-is('Copied')").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == page.input_value(f"#{name}")
    state: Any = page.context.storage_state()
    address = page.url
    page.context.close()

    page = chromium.new_context(java_script_enabled=False, storage_state=state).new_page()
    page.goto(address)
    assert page.locator("button[data-copies]:visible").count() == 0
    assert page.locator("#people").is_editable() is False
    assert page.input_value("#people").endswith(".ics")
    steps = page.locator("main details").filter(has=page.locator("li")).first
    steps.locator("summary").click()
    assert steps.locator("li").first.is_visible()
    page.context.close()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_refusals_can_be_read_by_everybody(staged: Served, chromium: Browser, language: str) -> None:
    page = signed_in(chromium, staged, "manager", language=language)
    wrong = {}
    for name, stand in STANDING.items():
        stand(staged, page)
        wrong[name] = looked_at(page)
        page.set_viewport_size(SIZES["desktop"])  # type: ignore[arg-type]
    page.context.close()
    assert {name: problems for name, problems in wrong.items() if problems} == {}


def test_pages_of_two_products_can_be_used_by_everybody(chromium: Browser, tmp_path: Path) -> None:
    with served(tmp_path) as both:
        page = signed_in(chromium, both, "admin")
        another_product(both, page)
        wrong = {}
        for name, path in OF_TWO.items():
            page.goto(f"{both.base_url}{path}")
            wrong[name] = looked_at(page)
        page.context.close()
    assert {name: problems for name, problems in wrong.items() if problems} == {}


# The keyboard alone


def test_sign_in_and_planning_need_no_mouse(product: Served, chromium: Browser) -> None:
    page = chromium.new_context(locale="nl-NL", viewport=SIZES["desktop"]).new_page()  # type: ignore[arg-type]
    user = product.user("manager")
    page.goto(f"{product.base_url}/login")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    tab_to(page, "#email")
    page.keyboard.type(user["email"])
    tab_to(page, "#password")
    page.keyboard.type(user["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/planner/"))

    page.goto(f"{product.base_url}/planner/releases/new")
    tab_to(page, "#version")
    page.keyboard.type(BY_KEYBOARD)
    tab_to(page, "#title_nl")
    page.keyboard.type("Toetsen")
    tab_to(page, "#title_en")
    page.keyboard.type("Keys")
    tab_to(page, "#acceptance_at")
    type_moment(page, "#acceptance_at", 3)
    tab_to(page, "#production_at")
    type_moment(page, "#production_at", 10)
    page.keyboard.press("Enter")
    page.wait_for_selector("button[name=use]")
    # Enter in a field asks again; it does not lay in other dates.
    tab_to(page, "#version")
    page.keyboard.press("Enter")
    page.wait_for_selector("button[name=use]")
    assert page.input_value("#acceptance_at") == days_from_now(3)
    tab_to(page, "button[name=use]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=status]")
    tab_to(page, "main .buttons button[value=plan]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/planner/releases/\d+$"))
    assert BY_KEYBOARD in page.locator("h1").inner_text()
    page.context.close()


# Ctrl-C


def write_urgent(product: Served, page: Page, tenants: str) -> str:
    """Write an urgent announcement and send it. Returns its address."""
    page.goto(f"{product.base_url}/planner/bulletins")
    page.click("text=Urgent announcement")
    page.fill("#subject_nl", "Inloggen lukt niet")
    page.fill("#subject_en", "Signing in fails")
    page.fill("#markdown_nl", "Wij werken **eraan**.")
    page.fill("#markdown_en", "We are **on it**.")
    page.fill("#tenants", tenants)
    page.click("button.button[value=save]")
    assert looked_at(page) == {}
    page.set_viewport_size(SIZES["phone"])  # type: ignore[arg-type]
    page.click("form[action$='/announce'] button")
    return page.url


def test_urgent_announcement_is_called_about_from_a_telephone(product: Served, chromium: Browser) -> None:
    page = signed_in(chromium, product, "manager", size="phone", language="en")
    page.goto(f"{product.base_url}/planner/tenants")
    tenant = product.user("contact")["tenant"]
    address = write_urgent(product, page, tenant)
    # The worker writes its mails within seconds, and the page says so by itself.
    expect(page.locator("#live [data-said]")).to_have_text("Open: 1 tenant has not been reached.", timeout=60_000)
    page.click("#live-pause")
    assert looked_at(page) == {}
    page.set_viewport_size(SIZES["phone"])  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"]["width"]
    # A thumb finds the number to dial, and the outcome, without typing.
    number = page.locator("a[href^='tel:']").first
    box = number.bounding_box()
    assert box is not None
    assert box["height"] >= 40
    page.locator("button[value=no_answer]:visible").first.click()
    expect(page.locator("main")).to_contain_text("no answer")

    operator = signed_in(chromium, product, "operator", size="phone", language="en")
    operator.goto(f"{product.base_url}/planner/")
    # Others may have left what is more urgent.
    expect(operator.locator("main")).to_contain_text("1 tenant has not been reached yet (SLA 4.1).")
    operator.click("main a:has-text('Call them')")
    said = operator.locator("input[name=outcome]:visible").first
    said.fill("Tells the others")
    operator.locator("button[value=reached]:visible").first.click()
    expect(operator.locator("main")).to_contain_text("Every tenant has been reached")
    expect(operator.locator("main")).to_contain_text("Tells the others")
    assert operator.url == address
    assert looked_at(operator) == {}
    operator.context.close()

    page.goto(f"{product.base_url}/planner/")
    assert "Signing in fails" not in page.locator("main").inner_text()
    page.context.close()
    contact = signed_in(chromium, product, "contact", size="phone", language="nl")
    contact.goto(f"{product.base_url}/portal/{tenant}")
    contact.click("text=Inloggen lukt niet")
    expect(contact.locator("main")).to_contain_text("Wij werken eraan.")
    assert looked_at(contact) == {}
    contact.context.close()


def family(process: int) -> set[int]:
    """A process and all that came of it."""
    found = {process}
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in task.read_text().split():
            found |= family(int(child))
    return found


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_ctrl_c_ends_all_of_it(tmp_path: Path) -> None:
    with served(tmp_path) as one:
        people = family(one.process.pid)
        # The web server with its two workers, and the worker that mails.
        assert len(people) >= 5
        one.process.send_signal(signal.SIGINT)
        until = monotonic() + 40
        while monotonic() < until and any(alive(process) for process in people):
            one.process.poll()
            sleep(0.1)
        assert [process for process in people if alive(process)] == []
        assert one.process.wait(1) == 0
    assert os.getpid() not in people
