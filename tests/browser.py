"""A real Chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.served import Served

SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
# Who walks through the product: at which size, in which language, with scripts or without.
# Each width in each language; with scripts and without in each width and in each language. All eight ways would take
# twice the time and have shown no more.
WALKERS = [("desktop", "nl", True), ("desktop", "en", False), ("phone", "nl", False), ("phone", "en", True)]
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
# What has moved on a page since it came, also within half a second of what somebody did there.
LISTENS = """
    window.jumped = 0;
    new PerformanceObserver(list => list.getEntries().forEach(one => { window.jumped += one.value; }))
        .observe({type: "layout-shift", buffered: true});
"""
# Longer than scripts wait before they do something.
SETTLED = 400


def chromium_path() -> str | None:
    """Where this machine has Chromium, None where it has not."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path(), args=QUIET)
        yield started
        started.close()


def opened(started: Browser, size: str, language: str, scripts: bool = True) -> BrowserContext:
    """A browser in which nobody has signed in yet, and which may run no script."""
    return started.new_context(viewport=SIZES[size], locale=language, java_script_enabled=scripts)  # type: ignore[arg-type]


def signed_in(
    started: Browser,
    served: Served,
    role: str,
    *,
    size: str = "desktop",
    language: str = "nl",
    scripts: bool = True,
) -> Page:
    """A page on which a demonstration user has signed in, at a size and in a language."""
    context = opened(started, size, language, scripts)
    context.add_cookies([{"name": "language", "value": language, "url": served.base_url}])
    page = context.new_page()
    user = served.user(role)
    page.goto(f"{served.base_url}/login")
    page.fill("#email", user["email"])
    page.fill("#password", user["password"])
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: not url.endswith("/login"))
    return page


def jumped(page: Page) -> float:
    """How much has moved on a page that `LISTENS`, once its scripts have run and have had their answers."""
    if page.locator("[data-answers], [data-every]").count():
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(SETTLED)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))")
    moved: float = page.evaluate("window.jumped")
    return moved
