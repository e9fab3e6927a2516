"""Forms from elsewhere are refused, and nothing leads anybody elsewhere."""

from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask

from tests.faces.access.places import Somewhere
from tests.faces.conftest import CONTACT
from tests.faces.pages import Form, Page, Reader, everything
from tests.world import World


def test_forms_without_their_token_are_refused(app: Flask, planned: World, somewhere: Somewhere) -> None:
    admin = Reader(app, "admin@vendor.example")
    app.config["WTF_CSRF_ENABLED"] = True
    before = everything()
    # Of programs no cookie is believed: they show their token with each request.
    takers = [
        rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.endpoint.startswith("api.")
    ]
    asked: dict[str, Page] = {}
    for rule in takers:
        values = {"token": "none", "language": "nl"}
        path = somewhere.of(rule) if rule.endpoint.startswith(("planner.", "portal.")) else rule.rule
        for name, value in values.items():
            path = path.replace(f"<{name}>", value)
        asked[rule.endpoint] = admin.post(path, {"csrf_token": "forged"})
    # A reader's mail program posts this one by itself, without a page of ours (RFC 8058).
    assert {name: page.status for name, page in asked.items()} == {
        name: 404 if name == "unsubscribing.unsubscribe" else 400 for name in asked
    }
    assert everything() == before


def test_form_with_its_token_is_taken(app: Flask, planned: World) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    reader = Reader(app)
    page = reader.get("/login")
    form: Form = {"email": CONTACT, "password": "correct horse battery", "csrf_token": page.value("csrf_token")}
    assert reader.post("/login", form).location == "/"
    assert Reader(app).post("/login", form).status == 400


ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "http://evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/%09/evil.example\t//",
    "//evil.example/%2f..",
    "evil.example",
    "",
]


def leads_out(location: str) -> bool:
    """Whether a browser would leave us: it leaves out tabs and line breaks, and takes a backslash for a slash."""
    seen = location.strip().translate(str.maketrans("\\", "/", "\t\r\n"))
    return urlsplit(urljoin("http://localhost/login", seen))[:2] != ("http", "localhost")


def test_choice_of_language_leads_nowhere_else(anybody: Reader) -> None:
    pages = {address: anybody.post("/language/en", {"back": address}) for address in ELSEWHERE}
    assert {address: (page.status, page.location) for address, page in pages.items()} == dict.fromkeys(
        ELSEWHERE, (302, "/")
    )


@pytest.mark.parametrize("address", ["/", "/planner/tenants?words=de+brug&page=2", "/portal/x/releases/2027.1"])
def test_choice_of_language_leads_back(anybody: Reader, address: str) -> None:
    page = anybody.post("/language/en", {"back": address})
    assert page.location == address
    assert page.headers["Set-Cookie"].startswith("language=en;")


@pytest.mark.parametrize("language", ["de", "NL", "..", "x" * 300])
def test_language_we_do_not_have_is_refused(anybody: Reader, language: str) -> None:
    page = anybody.post(f"/language/{language}")
    assert page.status == 404
    assert "language=" not in page.headers.get("Set-Cookie", "")


@pytest.mark.parametrize("place", ["query", "form"])
def test_sign_in_leads_nowhere_else(app: Flask, planned: World, place: str) -> None:
    form = {"email": CONTACT, "password": "correct horse battery"}
    for address in ELSEWHERE:
        reader = Reader(app)
        if place == "query":
            page = reader.post("/login", form, query_string={"next": address})
        else:
            page = reader.post("/login", form | {"next": address})
        assert not leads_out(page.location), address


def test_sign_in_leads_to_the_page_that_was_asked(app: Flask, planned: World) -> None:
    reader = Reader(app)
    page = reader.get("/planner/tenants?words=brug")
    page = reader.post(page.location, {"email": "viewer@vendor.example", "password": "correct horse battery"})
    assert page.location == "/planner/tenants?words=brug"
