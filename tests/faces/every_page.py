"""Every page of the product, by who may see it."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page

from tests.browser import SIZES, signed_in
from tests.pictures import planner_pages, portal_pages
from tests.served import Served

# Letters, served as they are mailed: not pages of ours, and no script may run where they are.
LETTERS = {"mail-html", "letter-html"}


def door_pages(product: Served, page: Page) -> dict[str, str]:
    account = {"account": "/account", "account-asked": "/account/asked", "account-used": "/account/none"}
    return account | {"login": "/login", "reset": "/reset", "used": "/welcome/none", "error": "/nowhere"}


PAGES: dict[str, Callable[[Served, Page], dict[str, str]]] = {
    "manager": planner_pages,
    "contact": portal_pages,
    "nobody": door_pages,
}


def somebody(started: Browser, product: Served, role: str, *, size: str = "desktop", language: str = "nl") -> Page:
    """A page of somebody with a role, or of a stranger at the door."""
    if role != "nobody":
        return signed_in(started, product, role, size=size, language=language)
    return started.new_context(viewport=SIZES[size], locale=language).new_page()  # type: ignore[arg-type]
