"""What a browser is told to allow, and to keep."""

import re

import pytest
from flask import Flask

from tests.faces.access.places import Somewhere, rules
from tests.faces.conftest import CONTACT, STRANGER
from tests.faces.pages import Page, Reader
from tests.world import World

# Blueprints that anybody may ask: the front door, what machines read by a secret address, and files.
# They show a mail, which brings its own style and may do nothing.
OF_MAILS = {"planner.mail_html", "planner.notes_mail"}


def cookies(page: Page) -> dict[str, set[str]]:
    found = (one.split("; ") for one in page.headers.getlist("Set-Cookie"))
    return {parts[0].partition("=")[0]: {part.lower() for part in parts[1:]} for parts in found}


@pytest.mark.parametrize("secure", [False, True])
def test_cookies_are_for_us_alone(app: Flask, planned: World, secure: bool) -> None:
    app.config["SESSION_COOKIE_SECURE"] = app.config["REMEMBER_COOKIE_SECURE"] = secure
    form = {"email": CONTACT, "password": "correct horse battery", "remember": "y"}
    set_by = cookies(Reader(app).post("/login", form)) | cookies(Reader(app).post("/language/nl"))
    assert {"session", "remember_token", "language"} <= set(set_by)
    wanted = {"httponly", "samesite=lax"} | ({"secure"} if secure else set())
    assert {name: wanted <= flags for name, flags in set_by.items()} == dict.fromkeys(set_by, True)
    assert {name: "secure" in flags for name, flags in set_by.items()} == dict.fromkeys(set_by, secure)


def policy(page: Page) -> dict[str, str]:
    parts = (part.split(maxsplit=1) for part in page.headers["Content-Security-Policy"].split(";"))
    return {part[0]: part[1] if len(part) > 1 else "" for part in parts}


@pytest.fixture
def pages(app: Flask, planned: World, somewhere: Somewhere) -> list[Page]:
    """A page of every kind: planner, portal, door, errors."""
    admin, contact, nobody = Reader(app, "admin@vendor.example"), Reader(app, CONTACT), Reader(app)
    # A mail in a frame is no page: it has its own styles, and may do nothing.
    asked = [rule for name, rule in rules(app, "planner", "GET").items() if name not in OF_MAILS]
    found = [admin.get(somewhere.of(rule)) for rule in asked]
    found += [
        contact.get(f"/portal/zorggroep-de-brug{path}")
        for path in ("", "/releases", "/maintenance", "/announcements", "/calendar")
    ]
    found += [nobody.get(path) for path in ("/login", "/reset", "/welcome/none", "/nowhere", "/planner/", "/mailbox/")]
    found += [contact.get("/planner/"), admin.get("/planner/releases/999"), admin.get("/nowhere")]
    found += [admin.post("/planner/", {}), admin.post("/planner/releases/new", {})]
    return found


def test_every_page_tells_the_browser_what_to_allow(pages: list[Page]) -> None:
    assert {page.status for page in pages} == {200, 302, 404, 405, 410, 422}
    for page in pages:
        allowed = policy(page)
        assert (allowed["default-src"], allowed["script-src"], allowed["style-src"]) == ("'self'",) * 3
        assert (allowed["object-src"], allowed["base-uri"], allowed["frame-ancestors"]) == ("'none'",) * 3
        assert allowed["form-action"] == "'self'"
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "same-origin"


def test_no_page_is_kept_by_anybody(pages: list[Page]) -> None:
    assert {page.headers["Cache-Control"] for page in pages} == {"no-store"}


def test_pages_hold_no_script_or_style_of_their_own(pages: list[Page]) -> None:
    for page in pages:
        for sign in ("<style", " style=", " onclick=", " onload=", "javascript:"):
            assert sign not in page.html
        assert re.findall(r'<script(?! src="/static/[a-z]+\.js\?v=[0-9a-f]{12}" defer></script>)', page.html) == []


def test_page_answers_with_a_way_on_where_something_is_wrong(app: Flask, planned: World) -> None:
    page = Reader(app, STRANGER).get("/portal/zorggroep-de-brug")
    assert 'href="/"' in page.html.partition("<main")[2]
