"""Every page of the product, by who may see it. A test holds it against the addresses that there are."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

from playwright.sync_api import Browser, Page

from tests.browser import SIZES, signed_in
from tests.served import Served
from tests.staging import ANNOUNCED, MOVED, UNCONFIRMED, link_mailed, link_mailed_to

# Letters, served as they are mailed: not pages of ours, and no script may run where they are.
LETTERS = {"mail-html", "notes-mail", "mail-of-release", "mail-of-maintenance"}


def planner_pages(product: Served, page: Page) -> dict[str, str]:
    release = first_link(product, page, "/planner/releases", r"/planner/releases/\d+")
    wave = first_wave(product, page)
    window = first_link(product, page, "/planner/maintenance", r"/planner/maintenance/\d+")
    bulletin = first_link(
        product, page, "/planner/bulletins?kind=newsletter&state=announced", r"/planner/bulletins/\d+"
    )
    mail = letter(product, page)
    draft = first_link(product, page, "/planner/bulletins?state=draft", r"/planner/bulletins/\d+")
    # The list has one with notes further down.
    written = first_link(product, page, "/planner/releases", r"/planner/releases/\d+(?=\">2026\.4<)")
    return {
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
        "announcement-everybody": first_link(
            product, page, "/planner/bulletins?kind=urgent", r"/planner/bulletins/\d+"
        ),
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
        "mailbox": "/mailbox/",
        "mail": mail,
        "mail-html": f"{mail}/html",
        "notes-mail": f"{written}/notes/nl/mail",
        "mail-of-release": f"{release}/mails/production/planned/html",
        "mail-of-maintenance": f"{window}/mails/planned/html",
        "webhook": first_link(product, page, "/planner/webhooks", r"/planner/webhooks/\d+"),
        "announcement-draft": draft,
        "announcement-edit": f"{draft}/edit",
        "account-request": first_link(product, page, "/planner/requests", r"/planner/requests/\d+"),
        "contact-edit": first_link(
            product, page, "/planner/tenants/ziekenhuis-peelrand", r"/planner/tenants/ziekenhuis-peelrand/contacts/\d+"
        ),
        "password": "/change",
        "imports": "/planner/import",
        **{f"import-{table}": f"/planner/import/{table}" for table in ("releases", "tenants", "contacts", "outages")},
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
    """The mail that told a customer of maintenance, in the language of the page."""
    (language,) = [one["value"] for one in page.context.cookies() if one["name"] == "language"]
    page.goto(f"{product.base_url}/mailbox/?words={'Onderhoud op' if language == 'nl' else 'Maintenance on'}")
    return page.locator("main td a").first.get_attribute("href") or ""


def portal_pages(product: Served, page: Page) -> dict[str, str]:
    home = f"/portal/{product.user('contact')['tenant']}"
    choice = f"{home}/releases/{ANNOUNCED}/date"
    page.goto(f"{product.base_url}{choice}")
    moment = quote(page.locator("input[name=at]").first.input_value())
    return {
        "portal": home,
        "portal-notes": f"{home}/releases",
        "portal-notes-found": f"{home}/releases?words=rapport",
        "portal-changes": f"{home}/changes",
        "portal-release": first_link(product, page, f"{home}/releases", rf"{home}/releases/[\d.]+"),
        "portal-date": first_link(product, page, home, rf"{home}/releases/[\d.]+/date"),
        "portal-choice": choice,
        "portal-chosen": f"{choice}/choose?at={moment}",
        "portal-request": first_link(product, page, home, rf"{home}/requests/\d+"),
        "portal-maintenance": f"{home}/maintenance",
        "portal-calendar": f"{home}/calendar",
        "portal-contacts": f"{home}/contacts",
        "portal-subscriptions": f"{home}/subscriptions",
        "portal-versions": f"{home}/versions",
        "portal-told": f"{home}/told",
        "portal-search": f"{home}/search?q=de",
        "portal-search-nothing": f"{home}/search?q=nothing",
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


def admin_pages(product: Served, page: Page) -> dict[str, str]:
    """What only an admin has."""
    return {
        "colleagues": "/planner/colleagues",
        "colleague": first_link(product, page, "/planner/colleagues", r"/planner/colleagues/\d+(?=\">viewer@)"),
        "demonstration": "/planner/demonstration/leave",
        "product": "/planner/products/inconto",
        "product-new": "/planner/products/new",
        "product-dates": "/planner/products/inconto/dates",
        "tokens": "/planner/tokens",
        "api": "/api/v1/",
        "api-try": "/api/v1/try",
    }


def door_pages(product: Served, page: Page) -> dict[str, str]:
    """What is seen without signing in; a part of it only by who was mailed the address."""
    contact = product.user("contact")["email"]
    return {
        "login": "/login",
        "account": "/account",
        "account-asked": "/account/asked",
        "account-used": "/account/none",
        "account-confirm": link_mailed_to(product, page, UNCONFIRMED, r"/account/[\w-]{40,}"),
        "reset": "/reset",
        "reset-link": link_mailed_to(product, page, contact, r"/welcome/[\w.-]{20,}"),
        "address-confirm": link_mailed_to(product, page, MOVED, r"/address/[\w.-]{20,}"),
        "unsubscribe": link_mailed(product, page, r"/unsubscribe/[\w.-]{20,}", "Newsletter"),
        "used": "/welcome/none",
        "nowhere": "/nowhere",
    }


PAGES: dict[str, Callable[[Served, Page], dict[str, str]]] = {
    "manager": planner_pages,
    "admin": admin_pages,
    "contact": portal_pages,
    "nobody": door_pages,
}


def somebody(started: Browser, product: Served, role: str, *, size: str = "desktop", language: str = "nl") -> Page:
    """A page of somebody with a role, or of a stranger at the door."""
    if role != "nobody":
        return signed_in(started, product, role, size=size, language=language)
    return started.new_context(viewport=SIZES[size], locale=language).new_page()  # type: ignore[arg-type]
