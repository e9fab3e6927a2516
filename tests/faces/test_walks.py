"""What people come for, by keyboard alone, at both sizes, in both languages, with scripts and without."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import SIZES, WALKERS, signed_in
from tests.faces.keyboard import tab_to, type_moment
from tests.served import Served, served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The product, in which nobody else plans: a version that others planned may stand in the way of ours."""
    with served(tmp_path_factory.mktemp("alone")) as one:
        yield one


@pytest.fixture(scope="module")
def strict(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The product, in which a second person approves what is announced."""
    with served(tmp_path_factory.mktemp("strict")) as one:
        page = signed_in(chromium, one, "admin", language="en")
        page.goto(f"{one.base_url}/planner/products/inconto")
        tab_to(page, "#needs_approval")
        page.keyboard.press("Space")
        press(page, "main .buttons button")
        assert page.locator("[role=status]").count() == 1
        page.context.close()
        yield one


def press(page: Page, selector: str) -> None:
    """Walk there, press Enter, and wait for the page that it leads to."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def unfold(page: Page, form: str) -> None:
    """Walk to what asks for a second press before it does what this form does, and make the first one."""
    tab_to(page, f"details:has({form}) > summary")
    page.keyboard.press("Enter")


def subjects(product: Served, page: Page, words: str) -> list[str]:
    page.goto(f"{product.base_url}/mailbox/?words={words}")
    return page.locator("main td a", has_text=re.compile(r"^\[")).all_inner_texts()


def wait_for_mails(product: Served, page: Page, words: str, beginning: str) -> None:
    until = monotonic() + 60
    while monotonic() < until:
        if any(one.startswith(beginning) for one in subjects(product, page, words)):
            return
        sleep(1)
    raise AssertionError(f"no mail {beginning!r} within a minute")


def plan(product: Served, page: Page, version: str) -> str:
    """Plan a release by keyboard, on the first dates that keep every promise. Returns its address."""
    page.goto(f"{product.base_url}/planner/releases/new")
    tab_to(page, "#version")
    page.keyboard.type(version)
    for field, days in (("#acceptance_at", 3), ("#production_at", 10)):
        tab_to(page, field)
        type_moment(page, field, days)
    press(page, "main button[value=check]")
    press(page, "main button[name=use]")
    expect(page.locator("[aria-invalid]")).to_have_count(0)
    press(page, "main .buttons button[value=plan]")
    page.wait_for_url(re.compile(r"/planner/releases/\d+$"))
    return page.url.removeprefix(product.base_url)


def cancel(product: Served, page: Page, release: str) -> None:
    """Call it off by keyboard, so that the year's slot is free for who comes next."""
    page.goto(f"{product.base_url}{release}")
    press(page, 'main a[href$="/cancel"]')
    press(page, "main .buttons button")
    assert page.url == f"{product.base_url}{release}"


@pytest.mark.parametrize(("size", "language", "scripts"), WALKERS)
def test_release_is_moved_after_its_notice(
    alone: Served, chromium: Browser, size: str, language: str, scripts: bool
) -> None:
    page = signed_in(chromium, alone, "manager", size=size, language=language, scripts=scripts)
    version = f"{2090 + WALKERS.index((size, language, scripts))}.1"
    release = plan(alone, page, version)
    unfold(page, 'form[action$="/announce/production"]')
    press(page, 'form[action$="/announce/production"] button')
    wait_for_mails(alone, page, version, "[Inconto] Prod")

    page.goto(f"{alone.base_url}{release}")
    press(page, 'main a[href$="/move"]')
    page.wait_for_url(re.compile("/move$"))
    before = page.input_value("#production_at")
    later = (datetime.fromisoformat(before).date() - datetime.now(UTC).date()).days + 28
    tab_to(page, "#production_at")
    type_moment(page, "#production_at", later)
    press(page, "main .buttons button[value=plan]")
    page.wait_for_url(re.compile(r"/planner/releases/\d+$"))
    moved = {"nl": "Verplaatst", "en": "Moved"}
    wait_for_mails(alone, page, version, f"[Inconto] {moved['nl']}: productie naar {version}")
    wait_for_mails(alone, page, version, f"[Inconto] {moved['en']}: production to {version}")
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    cancel(alone, page, release)
    page.context.close()


@pytest.mark.parametrize(("size", "language", "scripts"), WALKERS)
def test_second_person_approves(strict: Served, chromium: Browser, size: str, language: str, scripts: bool) -> None:
    page = signed_in(chromium, strict, "planner", size=size, language=language, scripts=scripts)
    version = f"{2080 + WALKERS.index((size, language, scripts))}.1"
    release = plan(strict, page, version)
    page.context.close()

    page = signed_in(chromium, strict, "manager", size=size, language=language, scripts=scripts)
    page.goto(f"{strict.base_url}{release}")
    press(page, f'main a[href="{release}/mails/acceptance/planned"]')
    page.wait_for_url(re.compile("/mails/acceptance/planned$"))
    press(page, 'form[action$="/approve"] button')
    expect(page.locator("[role=status]").first).to_be_visible()
    wait_for_mails(strict, page, version, "[Inconto] Acc")
    cancel(strict, page, release)
    page.context.close()
