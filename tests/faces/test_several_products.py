"""A vendor with two products: whose a page is, which product stays with the reader, and in which zone times are."""

import re

import pytest
from flask import Flask

from entrypoints.whose_page import OF_A_PRODUCT
from schedules.models import Release
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tenants.queries import tenant_by_slug
from tests.faces.pages import Page, Reader
from tests.planning import counted_queries, planned_release
from tests.requests import waiting_request
from tests.webhooks.listening import endpoint
from tests.world import MANAGER, World, make_product, make_tenant

BOTH = "contact1@zorggroep-de-brug.example"
OVER_ALL = [
    *("/planner/alarms", "/planner/outbox", "/planner/requests", "/planner/requests/1", "/planner/webhooks"),
    *("/planner/webhooks/1", "/planner/calendar", "/planner/colleagues", "/planner/colleagues/1", "/planner/tokens"),
    *("/planner/search?q=de", "/planner/demonstration/leave"),
    "/mailbox/",
]
OF_ONE = [
    *("/planner/", "/planner/needs", "/planner/without-contact", "/planner/year", "/planner/releases"),
    *("/planner/maintenance", "/planner/bulletins", "/planner/tenants", "/planner/versions", "/planner/freezes"),
    *("/planner/date-requests", "/planner/import", "/planner/import/tenants", "/planner/first-steps"),
]


@pytest.fixture
def second(app: Flask, planned: World) -> Release:
    """A release of a product in another zone; a webhook of all, and somebody whose tenant nobody knows yet."""
    product = make_product("tweede", name="Tweede")
    product.timezone = "Atlantic/Azores"
    make_tenant(product, "nergenshuizen")
    endpoint()
    waiting_request(None)
    return planned_release(product)


def band(page: Page) -> list[str]:
    """Where the head of a page leads to."""
    head = page.html.partition("<main")[0]
    return [path.replace("&amp;", "&") for path in re.findall(r'href="([^"#]+)"', head) if path.startswith("/planner")]


def lost(page: Page) -> list[str]:
    """Ways in the head of a page on which the second product is lost; the field that searches among them."""
    kept = [way for way in band(page) if way.endswith("product=tweede") or way == "/planner/products/tweede"]
    assert len(kept) > 18, page.html
    search = page.html.partition('role="search"')[2].partition("</form>")[0]
    ways = [way for way in band(page) if way not in kept]
    return ways if re.search(r'name="product"\s+value="tweede"', search) else [*ways, "search"]


def whose(page: Page) -> tuple[str, str]:
    """Whose a page is, as its title and its head say, and where that leads to."""
    (title,) = re.findall(r"<title>.* · ([^<]*)</title>", page.html, re.DOTALL)
    ((first, name),) = re.findall(r'<a class="brand" href="([^"]*)">([^<]*)</a>', page.html)
    assert title == name
    return name, first


def in_address(path: str, product: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}product={product}"


def test_page_over_all_products_is_the_vendors_and_keeps_the_product(app: Flask, second: Release) -> None:
    admin = Reader(app, "admin@vendor.example")
    for path in OVER_ALL:
        page = admin.get(in_address(path, "tweede"))
        assert (whose(page), lost(page)) == (("Announcements", "/planner/?product=tweede"), []), path
        assert page.main.startswith("Of all products"), path
        assert page.seen.count("Times are those of Atlantic/Azores.") == 1, path
        assert "Amsterdam" not in page.seen, path
    asked = [admin.get(in_address("/planner/requests", one)) for one in ("tweede", "inconto")]
    assert ["Mon 23 November 2026, 08:00" in asked[0].main, "Mon 23 November 2026, 10:00" in asked[1].main] == [
        True,
        True,
    ]
    assert asked[1].seen.count("Times are those of Europe/Amsterdam.") == 1


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/try"])
def test_page_without_a_time_keeps_the_product_and_speaks_of_no_zone(app: Flask, second: Release, path: str) -> None:
    page = Reader(app, "admin@vendor.example").get(in_address(path, "tweede"))
    assert (whose(page), lost(page)) == (("Announcements", "/planner/?product=tweede"), [])
    with counted_queries() as counted:
        strangers = Reader(app).get(path)
    assert (whose(strangers), counted) == (("Announcements", "/"), [])
    for one in (page, strangers):
        assert ("Times are those" in one.seen, "Of all products" in one.seen) == (False, False)


def test_page_without_a_time_speaks_of_no_zone_where_there_is_one_product(app: Flask, planned: World) -> None:
    admin = Reader(app, "admin@vendor.example")
    for path in ("/api/v1/", "/api/v1/try", "/change"):
        page = admin.get(path)
        assert (whose(page)[0], "Times are those" in page.seen) == ("Inconto", False), path


def test_what_is_found_of_another_product_says_in_which_time(app: Flask, second: Release) -> None:
    admin = Reader(app, "admin@vendor.example")
    assert (
        "production on Mon 8 February 2027, 04:00 (Atlantic/Azores)" in admin.get("/planner/search?q=2027&list=1").main
    )
    its_own = admin.get("/planner/search?q=2027&list=1&product=tweede")
    assert "production on Mon 8 February 2027, 04:00 Release" in its_own.main + " Release"


def test_page_over_all_products_is_the_vendors_where_none_was_chosen(app: Flask, second: Release) -> None:
    admin = Reader(app, "admin@vendor.example")
    for path in ("/planner/outbox", "/planner/outbox?product=nowhere", "/mailbox/"):
        page = admin.get(path)
        assert (page.status, whose(page)) == (200, ("Announcements", "/")), path
        assert [way for way in band(page) if "product=" in way] == [], path
        assert page.seen.count("Times are those of Europe/Amsterdam.") == 1, path
    assert whose(admin.get("/planner/releases/999999")) == ("Announcements", "/")
    assert 'href="/planner/?product=tweede">To the first page' in admin.get("/planner/nowhere?product=tweede").html
    app.config["MAIL_DEFAULT_SENDER"] = "Zorgsoft <no-reply@zorgsoft.example>"
    assert whose(admin.get("/planner/outbox")) == ("Zorgsoft", "/")


def test_page_of_one_product_bears_its_name_and_keeps_it(app: Flask, second: Release) -> None:
    admin = Reader(app, "admin@vendor.example")
    own = [f"/planner/releases/{second.id}", "/planner/tenants/nergenshuizen", "/planner/products/tweede"]
    for path in (*own, "/planner/requests/1?tenant=nergenshuizen", *(in_address(one, "tweede") for one in OF_ONE)):
        page = admin.get(path)
        assert (whose(page), lost(page)) == (("Tweede", "/planner/?product=tweede"), []), path
    assert whose(admin.get("/planner/")) == ("Inconto", "/planner/?product=inconto")


def test_only_product_gives_every_page_its_name(app: Flask, planned: World) -> None:
    admin = Reader(app, "admin@vendor.example")
    for path in ("/planner/outbox", "/planner/requests", "/planner/releases", "/mailbox/", "/api/v1/", "/planner/none"):
        page = admin.get(in_address(path, "inconto"))
        assert (whose(page), "Of all products" in page.main) == (("Inconto", "/"), False), path
        assert "product=" not in "".join(band(page)), path


def test_what_is_done_over_all_products_leads_back_with_the_product(app: Flask, second: Release) -> None:
    admin = Reader(app, "admin@vendor.example")
    assert 'action="/planner/alarms/mail?product=tweede"' in admin.get("/planner/alarms?product=tweede").html
    assert admin.post("/planner/alarms/mail?product=tweede").location == "/planner/alarms?product=tweede"
    filtered = admin.get("/planner/outbox?words=nothing&product=tweede").html.partition("<main")[2]
    assert re.search(r'name="product"\s+value="tweede"', filtered) is not None
    assert 'class="reset" href="/planner/outbox?product=tweede"' in filtered


def test_contact_of_two_products_reads_each_in_its_own_time(app: Flask, planned: World, second: Release) -> None:
    tenant = tenant_by_slug("nergenshuizen")
    assert tenant is not None
    add_contact(tenant, ContactFacts("Contact 1", BOTH), MANAGER)
    db.session.commit()
    contact = Reader(app, BOTH)
    choice = contact.get("/portal/").main
    assert choice == "Choose your organisation Nergenshuizen Tweede Zorggroep De Brug Inconto"
    for slug, name, zone in (
        ("nergenshuizen", "Tweede", "Atlantic/Azores"),
        ("zorggroep-de-brug", "Inconto", "Europe/Amsterdam"),
    ):
        for path in ("", "/releases", "/maintenance", "/announcements", "/contacts", "/calendar", "/told"):
            page = contact.get(f"/portal/{slug}{path}")
            assert (page.status, whose(page)) == (200, (name, "/")), path
            assert set(re.findall(r"Times are those of ([\w/]+)\.", page.seen)) == {zone}, path


def test_every_address_of_the_planner_is_of_a_product_or_of_all(app: Flask) -> None:
    of_all = {"user_id", "request_id", "endpoint_id", "delivery_id", "token_id"}
    # Of the rest what it is about is named before.
    within = {"says", "kind", "language", "call_id", "contact_id", "table", "example", "bulletin_kind"}
    arguments = {
        name for rule in app.url_map.iter_rules() if rule.endpoint.startswith("planner.") for name in rule.arguments
    }
    assert arguments == of_all | within | OF_A_PRODUCT


def test_password_is_changed_beside_the_menu(app: Flask, second: Release) -> None:
    admin, contact = Reader(app, "admin@vendor.example"), Reader(app, BOTH)
    assert 'href="/change?product=tweede">Change your password' in admin.get("/planner/alarms?product=tweede").html
    assert lost(admin.get("/change?product=tweede")) == []
    assert 'action="/change?product=tweede"' in admin.get("/change?product=tweede").html
    assert 'href="/change">' in contact.get("/portal/zorggroep-de-brug").html
    assert (contact.get("/change?product=tweede").status, band(contact.get("/change?product=tweede"))) == (200, [])
