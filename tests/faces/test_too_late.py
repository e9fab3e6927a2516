"""A form that is sent after its reader was signed out: nothing typed is lost, and one more press sends it."""

import re
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from sqlalchemy import select

from entrypoints.typed_labels import CHOSEN, _labels
from schedules.models import MaintenanceWindow
from storage import db
from tests.faces.pages import Form, Page, Reader, everything
from tests.faces.planning_forms import MAINTENANCE, WINDOW, count
from tests.world import PASSWORD, World

OURS = {"Sec-Fetch-Site": "same-origin"}
TYPED = WINDOW | {"reason_nl": "Regel een\r\n<b>\"twee\"</b> & 'drie'", "revision": "7"}


@pytest.fixture
def planner(app: Flask, planned: World) -> Reader:
    """Whose browser had a session."""
    reader = Reader(app, "planner@vendor.example")
    app.config["WTF_CSRF_ENABLED"] = True
    return reader


def sent_again(page: Page) -> Form:
    """What the button of the page sends, as a browser reads it."""
    (form,) = re.findall(
        rf'<form class="fields"\s+method="post"\s+action="{MAINTENANCE}">(.*?)</form>', page.html, re.S
    )
    assert "Send again" in form
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', form):
        found.setdefault(name, []).append(unescape(value))
    for name, value in re.findall(r'<textarea name="(\w+)".*?>\n(.*?)</textarea>', form, re.DOTALL):
        found.setdefault(name, []).append(unescape(value).replace("\n", "\r\n").replace("\r\r", "\r"))
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def sign_in(reader: Reader) -> None:
    """In another tab of the same browser."""
    token = reader.get("/login").value("csrf_token")
    page = reader.post("/login", {"email": "planner@vendor.example", "password": PASSWORD, "csrf_token": token})
    assert page.status == 302, page.seen


def ended(reader: Reader) -> None:
    reader.client.delete_cookie("session")


def test_what_was_typed_is_shown_and_sent_again(planner: Reader) -> None:
    token = planner.get(MAINTENANCE).value("csrf_token")
    ended(planner)
    before = everything()
    page = planner.post(MAINTENANCE, TYPED | {"csrf_token": token}, headers=OURS)
    assert (page.status, "You were signed out meanwhile, so nothing was done yet." in page.main) == (400, True)
    assert "<b>" not in page.html.split("<textarea")[1].split("</form>")[0]
    assert everything() == before

    form = sent_again(page)
    assert {name: value for name, value in form.items() if name != "csrf_token"} == TYPED
    sign_in(planner)
    assert planner.post(MAINTENANCE, form, headers=OURS).status == 302
    window = db.session.scalars(select(MaintenanceWindow)).one()
    assert (window.reference, window.reason_en) == (TYPED["reference"], TYPED["reason_en"])


def test_what_was_typed_is_called_as_its_form_called_it(planner: Reader) -> None:
    page = planner.post(MAINTENANCE, TYPED | {"note_of_mine": "x", "product": "inconto"}, headers=OURS)
    labels = dict(re.findall(r'<label for="(typed-\d+)">(.*?)</label>\s*<textarea name="\w', page.html))
    assert len(labels) == page.html.count("<textarea")
    assert {"Reference", "What is done, in Dutch"} <= set(labels.values())
    for moment in (one for one in TYPED.values() if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", str(one))):
        assert str(moment) not in page.main
    assert "Starts at : Sat 5 December 2026, 21:00" in page.main
    # What was chosen from a list, and what no form of ours knows, is no text to read; it goes along.
    assert [one in page.main for one in ("DEGRADED", "inconto", "Note of mine")] == [False] * 3
    assert sent_again(page)["note_of_mine"] == "x"
    year = {f"releases-{one}-title_nl": "Titel" for one in range(2)} | {"releases-1-version": "2030.2"}
    shown = planner.post("/planner/releases/year", year, headers=OURS).main
    assert [one in shown for one in ("1. Title in Dutch Titel", "2. Title in Dutch Titel", "2. Version 2030.2")] == [
        True
    ] * 3


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/planner/import/tenants", {"name": "x.csv", "rows": "slug,name"}),
        ("/planner/requests/1/grant", {"tenant": "zorggroep-de-brug"}),
        ("/planner/bulletins/1/calls/1", {"state": "no_answer", "outcome": ""}),
        ("/portal/zorggroep-de-brug/releases/2027.1/date/choose", {"at": "2027-03-01T06:00", "instead_of": "x"}),
    ],
)
def test_button_alone_is_kept_and_speaks_no_words_of_machines(planner: Reader, path: str, form: Form) -> None:
    page = planner.post(path, form, headers=OURS)
    assert (page.status, "<textarea" in page.main, "What you typed" in page.main) == (400, False, False)
    assert [value in page.main for value in form.values() if value] == [False for value in form.values() if value]
    assert {f'name="{name}" value="{value}"' in page.html for name, value in form.items()} == {True}
    assert "Press “Send again”." in page.main


def test_form_in_which_nothing_stands_is_not_kept(planner: Reader) -> None:
    assert "Send again" not in planner.post("/planner/releases/1/cancel", {}, headers=OURS).main


def test_what_pages_send_unseen_is_no_field_that_somebody_fills_in(app: Flask) -> None:
    """A new name of that kind is looked at here: its view may have a form with such a field, under its label."""
    sent = re.compile(r'<(?:input(?=[^>]*?type="hidden")|button)[^>]*?\sname="([\w-]+)"')
    unseen = {
        name for path in Path(app.root_path, "templates").rglob("*.html") for name in sent.findall(path.read_text())
    }
    assert {"seen", "instead_of", "state", "lay", "propose"} <= unseen
    with app.test_request_context("/", method="POST"):
        forms = [_labels(kind) for kind in _kinds(FlaskForm) if kind.__module__.startswith("entrypoints.")]
    labelled = {name for labels in forms for name, label in labels.items() if label != CHOSEN}
    hidden = {name for labels in forms for name, label in labels.items() if label == CHOSEN}
    # Two of an import that was checked and of an account that is granted, whose views have no such field.
    assert (unseen & labelled, hidden & labelled) == ({"name", "tenant"}, set())


def test_form_stands_where_the_view_is_that_it_is_sent_to(app: Flask) -> None:
    """Else what is typed in it is not shown once it comes too late."""
    modules = {
        view.__module__
        for endpoint, view in app.view_functions.items()
        if endpoint.partition(".")[0] in {"planner", "portal"}
    }
    there = {kind for name in modules for kind in vars(sys.modules[name]).values() if isinstance(kind, type)}
    # Where people sign in, or ask to, nothing that was typed comes back.
    door = {"entrypoints.security", "entrypoints.login"}
    sent = {
        kind for kind in _kinds(FlaskForm) if kind.__module__.startswith("entrypoints.") and kind.__module__ not in door
    }
    assert {kind.__name__ for kind in sent - there} == {"AccountRequestForm"}


def _kinds(kind: type[FlaskForm]) -> Iterator[type[FlaskForm]]:
    for one in kind.__subclasses__():
        yield one
        yield from _kinds(one)


def test_sent_again_before_signing_in_is_kept_once_more(planner: Reader) -> None:
    ended(planner)
    first = planner.post(MAINTENANCE, TYPED, headers=OURS)
    page = planner.post(MAINTENANCE, sent_again(first), headers=OURS)
    assert page.status == 400
    assert sent_again(page) | {"csrf_token": ""} == TYPED | {"csrf_token": ""}
    assert count(MaintenanceWindow) == 0


def test_token_that_expired_alone_asks_for_no_signing_in(planner: Reader) -> None:
    page = planner.post(MAINTENANCE, TYPED | {"csrf_token": "old"}, headers=OURS)
    assert (page.status, "Sign in again in another tab" in page.main) == (400, False)
    assert planner.post(MAINTENANCE, sent_again(page), headers=OURS).status == 302


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://elsewhere.example"}],
    ids=["nowhere", "cross-site", "same-site", "other-origin"],
)
def test_words_of_another_site_get_no_button(planner: Reader, headers: dict[str, str]) -> None:
    page = planner.post(MAINTENANCE, TYPED, headers=headers)
    assert (page.status, "Send again" in page.html, "<textarea" in page.html) == (400, False, False)


def test_browser_that_tells_only_its_origin_is_believed(planner: Reader) -> None:
    assert "Send again" in planner.post(MAINTENANCE, TYPED, headers={"Origin": "http://localhost"}).main


def test_secret_is_not_shown_and_then_not_sent(planner: Reader) -> None:
    page = planner.post(MAINTENANCE, TYPED | {"new_password": "hunter2"}, headers=OURS)
    assert ("hunter2" in page.main, 'value="hunter2"' in page.html, "Send again" in page.html) == (False, False, False)
    assert "copy your texts into it" in page.main


def test_passwords_of_the_sign_in_page_never_come_back(planner: Reader) -> None:
    ended(planner)
    page = planner.post("/login", {"email": "a@b.example", "password": "hunter2"}, headers=OURS)
    assert "hunter2" not in page.html
