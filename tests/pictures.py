"""`make pictures`: every page at both widths and in both languages, to look at."""

import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from urllib.request import urlopen

from playwright.sync_api import Page

from tests.browser import SIZES, browser, chromium_path, signed_in
from tests.served import PROJECT, Served, served

FOLDER = PROJECT / "pictures"


def main() -> None:
    if chromium_path() is None:
        sys.exit("make pictures: there is no Chromium on this machine")
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, served(Path(folder)) as product, browser() as started:
        wait_for_mail(product)
        for language in ("nl", "en"):
            for size in SIZES:
                for role, pages in (("manager", planner_pages), ("contact", portal_pages)):
                    page = signed_in(started, product, role, size=size, language=language)
                    for name, path in pages(product, page).items():
                        page.goto(f"{product.base_url}{path}")
                        page.screenshot(path=FOLDER / f"{name}-{size}-{language}.png", full_page=True)
                    if role == "manager":
                        refused(product, page)
                        page.screenshot(path=FOLDER / f"refused-{size}-{language}.png", full_page=True)
                    page.context.close()


def refused(product: Served, page: Page) -> None:
    """Plan a release too early, and see what is said of it."""
    page.goto(f"{product.base_url}/planner/releases/new")
    soon = datetime.now(UTC) + timedelta(days=10)
    page.fill("#version", "2027.3")
    page.fill("#title_nl", "Leveranciersportaal")
    page.fill("#title_en", "Supplier portal")
    page.fill("#acceptance_at", f"{soon:%Y-%m-%d}T07:00")
    page.fill("#production_at", f"{soon + timedelta(days=21):%Y-%m-%d}T06:00")
    page.click("button[value=check]")


def wait_for_mail(product: Served) -> None:
    """Wait until the worker has mailed what is due: the first picture of a mailbox should not be empty."""
    for _second in range(60):
        with urlopen(f"{product.base_url}/mailbox/") as answer:  # noqa: S310 - our own address
            if b'class="board' in answer.read():
                return
        sleep(1)


def planner_pages(product: Served, page: Page) -> dict[str, str]:
    release = first_link(product, page, "/planner/releases", r"/planner/releases/\d+")
    wave = first_wave(product, page)
    window = first_link(product, page, "/planner/maintenance", r"/planner/maintenance/\d+")
    bulletin = first_link(product, page, "/planner/bulletins", r"/planner/bulletins/\d+")
    mail = first_link(product, page, "/mailbox/", r"/mailbox/\d[^/]+\.eml")
    # The list has one with notes further down.
    written = first_link(product, page, "/planner/releases", r"/planner/releases/\d+(?=\">2026\.4<)")
    return {
        "login": "/login",
        "today": "/planner/",
        "needs": "/planner/needs",
        "without-contact": "/planner/without-contact",
        "search": "/planner/search?q=de",
        "search-nothing": "/planner/search?q=nothing",
        "search-tenants": "/planner/search?q=de&kind=tenants",
        "year": "/planner/year",
        "year-next": f"/planner/year?year={datetime.now(UTC).year + 1}",
        "year-list": "/planner/year?view=list",
        "alarms": "/planner/alarms",
        "outbox": "/planner/outbox",
        "webhooks": "/planner/webhooks",
        "calendars": "/planner/calendar",
        "releases": "/planner/releases",
        "release": release,
        "release-new": "/planner/releases/new",
        "release-year": "/planner/releases/year",
        "what-is-sent": f"{release}/mails/production/planned",
        "release-move": f"{release}/move",
        "release-cancel": f"{release}/cancel",
        "release-missed": f"{release}/missed",
        "rollout": f"{release}/rollout",
        "wave": wave,
        "wave-move": f"{wave}/move",
        "wave-drop": f"{wave}/drop",
        "dates-asked": "/planner/date-requests",
        "date-asked": first_link(product, page, "/planner/date-requests", r"/planner/date-requests/\d+"),
        "versions": "/planner/versions",
        "release-own-date": f"{release}/tenants/ziekenhuis-peelrand/production",
        "told": first_link(product, page, "/planner/tenants/ziekenhuis-peelrand", r"/planner/notices/\d+/told"),
        "notes": f"{release}/notes",
        "notes-publish": f"{release}/notes/publish",
        "notes-written": f"{written}/notes",
        "notes-written-publish": f"{written}/notes/publish",
        "notes-versions": f"{written}/notes/nl/history",
        "maintenance": "/planner/maintenance",
        "maintenance-page": window,
        "maintenance-new": "/planner/maintenance/new",
        "maintenance-move": f"{window}/move",
        "maintenance-cancel": f"{window}/cancel",
        "freezes": "/planner/freezes",
        "announcements": "/planner/bulletins",
        "announcement": bulletin,
        "announcement-urgent-new": "/planner/bulletins/new/urgent",
        "announcement-terms-new": "/planner/bulletins/new/terms",
        "maintenance-longer": f"{window}/longer",
        "tenants": "/planner/tenants",
        "tenant": "/planner/tenants/ziekenhuis-peelrand",
        "tenant-evidence": "/planner/tenants/ziekenhuis-peelrand/evidence",
        "tenant-edit": "/planner/tenants/ziekenhuis-peelrand/edit",
        "tenant-new": "/planner/tenants/new",
        "account-requests": "/planner/requests",
        "first-steps": "/planner/first-steps",
        "demonstration": "/planner/demonstration/leave",
        "mailbox": "/mailbox/",
        "mail": mail,
        "letter-html": f"{letter(product, page)}/html",
        "mail-html": f"{mail}/html",
        "error": "/planner/releases/999999",
    }


def first_wave(product: Served, page: Page) -> str:
    """A wave of whichever release has one."""
    page.goto(f"{product.base_url}/planner/releases")
    for release in sorted(set(re.findall(r"/planner/releases/\d+", page.content()))):
        page.goto(f"{product.base_url}{release}")
        if found := re.search(r"/planner/waves/\d+", page.content()):
            return found.group()
    raise LookupError("no release has a wave")


def letter(product: Served, page: Page) -> str:
    """A mail to a customer: its subject begins with the product, an alarm's to the vendor does not."""
    page.goto(f"{product.base_url}/mailbox/")
    return page.locator("main td a", has_text=re.compile(r"^\[")).first.get_attribute("href") or ""


def portal_pages(product: Served, page: Page) -> dict[str, str]:
    home = f"/portal/{product.user('contact')['tenant']}"
    return {
        "portal": home,
        "portal-notes": f"{home}/releases",
        "portal-notes-found": f"{home}/releases?words=rapport",
        "portal-changes": f"{home}/changes",
        "portal-release": first_link(product, page, f"{home}/releases", rf"{home}/releases/[\d.]+"),
        "portal-date": first_link(product, page, home, rf"{home}/releases/[\d.]+/date"),
        "portal-maintenance": f"{home}/maintenance",
        "portal-calendar": f"{home}/calendar",
        "portal-contacts": f"{home}/contacts",
        "portal-subscriptions": f"{home}/subscriptions",
        "portal-versions": f"{home}/versions",
        "portal-told": f"{home}/told",
        "portal-contact": first_link(product, page, f"{home}/contacts", rf"{home}/contacts/\d+"),
        "portal-contact-remove": first_link(product, page, f"{home}/contacts", rf"{home}/contacts/\d+/remove"),
        "portal-announcements": f"{home}/announcements",
        "portal-announcement": first_link(product, page, f"{home}/announcements", rf"{home}/announcements/\d+"),
    }


def first_link(product: Served, page: Page, path: str, pattern: str) -> str:
    page.goto(f"{product.base_url}{path}")
    found = re.search(pattern, page.content())
    if found is None:
        raise LookupError(f"no link {pattern} at {path}")
    return found.group()


if __name__ == "__main__":
    main()
