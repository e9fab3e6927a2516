"""Release notes are written and published by keyboard alone: both sizes, both languages, with and without script."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import SIZES, WALKERS, signed_in
from tests.faces.keyboard import tab_to
from tests.faces.test_browser import looked_at
from tests.faces.test_walks import press
from tests.release_notes.pictures import png
from tests.served import Served

pytestmark = pytest.mark.browser

# The server makes the previews while the machine may have other work.
SOON = 30_000
LESS = {"nl": "Engels heeft 1 kop minder.", "en": "English has 1 heading less."}
SAME = {"nl": "Beide talen hebben dezelfde koppen", "en": "Both languages have the same headings"}
PUBLISHED = {"nl": "op het klantportaal sinds", "en": "on the portal since"}


def planned(product: Served, page: Page, version: str) -> str:
    """A release far ahead, without notes. Returns its address."""
    year = version.partition(".")[0]
    page.goto(f"{product.base_url}/planner/releases/new")
    page.fill("#version", version)
    page.fill("#title_nl", "Toetsen")
    page.fill("#title_en", "Keys")
    page.fill("#acceptance_at", f"{year}-03-02T06:00")
    page.fill("#production_at", f"{year}-04-06T06:00")
    page.locator("main .buttons button[value=plan]").click()
    page.wait_for_url(re.compile(r"/planner/releases/\d+$"))
    return page.url.removeprefix(product.base_url)


def without_script(started: Browser, page: Page, size: str) -> Page:
    """The same person in a browser that runs no script."""
    state = page.context.storage_state()
    page.context.close()
    context = started.new_context(java_script_enabled=False, storage_state=state, viewport=SIZES[size])  # type: ignore[arg-type]
    return context.new_page()


def in_mail(page: Page, language: str) -> str:
    return page.frame_locator(f"iframe[name=mail-{language}]").locator("body").inner_text()


@pytest.mark.parametrize(("size", "language", "script"), WALKERS)
def test_notes_are_written_and_published(
    product: Served, chromium: Browser, size: str, language: str, script: bool
) -> None:
    page = signed_in(chromium, product, "manager", size=size, language=language)
    version = f"{datetime.now(UTC).year + 20 + WALKERS.index((size, language, script))}.1"
    release = planned(product, page, version)
    if not script:
        page = without_script(chromium, page, size)
    page.goto(f"{product.base_url}{release}")
    press(page, f'main a[href="{release}/notes/nl"]')

    tab_to(page, "#markdown_nl")
    page.keyboard.type("# Zoeken\nSneller **dan ooit**: INC-20811")
    tab_to(page, "#markdown_en")
    page.keyboard.type("Faster **than ever**: INC-20811")
    if not script:
        press(page, "main .buttons button[value=preview]")
    expect(page.locator("#notes-missing")).to_contain_text(LESS[language], timeout=SOON)
    expect(page.locator("#portal-nl strong")).to_have_text("dan ooit", timeout=SOON)
    expect(page.locator("#portal-en a")).to_have_attribute("href", re.compile("/INC-20811$"), timeout=SOON)
    if not script:
        tab_to(page, "button[data-mail=en]")
        page.keyboard.press("Enter")
    expect(page.frame_locator("iframe[name=mail-en]").locator("strong")).to_have_text("than ever", timeout=SOON)
    assert f"{version}: Keys" in page.locator("#subject-en").inner_text()
    # What was typed is where it was.
    assert page.input_value("#markdown_en") == "Faster **than ever**: INC-20811"

    page.locator("#markdown_en").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("# Search\n\n")
    press(page, "main .buttons button[value=save]")
    expect(page.locator("#notes-missing")).to_contain_text(SAME[language], timeout=SOON)
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    if script:
        assert looked_at(page) == {}
        page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]

    press(page, f'main a[href="{release}/notes/publish"]')
    assert re.search(r"\b\d+ (contacts|contactpersonen)\b", page.locator("main .buttons button").inner_text())
    expect(page.frame_locator("iframe").first.locator("strong")).to_have_text("dan ooit", timeout=SOON)
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    press(page, "main .buttons button")
    expect(page.locator("main .sign.given").first).to_contain_text(PUBLISHED[language], timeout=SOON)
    page.context.close()


def test_picture_is_chosen_and_shown(product: Served, chromium: Browser) -> None:
    page = signed_in(chromium, product, "manager", language="en")
    release = planned(product, page, f"{datetime.now(UTC).year + 40}.1")
    page.goto(f"{product.base_url}{release}/notes")
    page.fill("#markdown_nl", "Tekst")
    page.locator("summary", has_text="Add a picture").click()
    page.set_input_files("#image", {"name": "screen.png", "mimeType": "image/png", "buffer": png(320, 200)})
    page.fill("#alt_nl", "Het scherm")
    page.fill("#alt_en", "The screen")
    page.locator("button[value=image]").click()
    expect(page.locator("#portal-nl img")).to_have_attribute("alt", "Het scherm", timeout=SOON)
    assert page.locator("#portal-nl img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    assert page.input_value("#markdown_nl").startswith("Tekst\n\n![Het scherm](image:")
    page.locator("button[data-mail=en]").click()
    shown = page.frame_locator("iframe[name=mail-en]").locator("img")
    expect(shown).to_have_attribute("src", re.compile("^data:image/png;base64,"), timeout=SOON)
    assert looked_at(page) == {}
    page.context.close()
