"""Whoever turns to the other language where a form was refused keeps what was typed, and nothing happens by it."""

import json
import re
from html import unescape

import pytest
from flask import Flask

from accounts.models import User
from schedules.models import MaintenanceWindow
from storage import db
from tests.faces.pages import Form, Page, Reader, everything
from tests.faces.planning_forms import MAINTENANCE, NEW, RIGHT, WINDOW, count, the_window
from tests.world import World

TYPED = WINDOW | {"reference": "M-7 <&>\"'", "reason_en": "", "environments": ["production", "acceptance"]}
NOT_DONE = {
    "nl": "Dit is dezelfde pagina, met wat je had ingevuld. Er is nog niets gedaan: druk opnieuw op de knop.",
    "en": "This is the same page, with what you typed. Nothing was done yet: press the button again.",
}


def other_language(page: Page) -> tuple[str, Form]:
    """Where the switch of language goes, and what it sends, as a browser reads it."""
    for action, inside in re.findall(r'<form method="post"\s+action="([^"]*)">(.*?)</form>', page.html, re.DOTALL):
        if 'class="plain"' in inside and ("English" in inside or "Nederlands" in inside):
            found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', inside)
            return unescape(action), {name: unescape(value) for name, value in found}
    raise AssertionError("no switch of language")


def switched(reader: Reader, page: Page) -> Page:
    return reader.post(*other_language(page))


def test_refused_form_keeps_what_was_typed_in_the_other_language(planner: Reader) -> None:
    refused = planner.post(MAINTENANCE, TYPED)
    assert (refused.status, list(refused.wrong)) == (422, ["reason_en"])

    dutch = switched(planner, refused)

    assert (dutch.status, dutch.wrong) == (422, {"reason_en": "Vul dit in."})
    assert dutch.value("reference") == TYPED["reference"]
    assert dutch.value("starts_at") == TYPED["starts_at"]
    assert re.findall(r'<input checked id="environments-(\d)"', dutch.html) == ["0", "1"]
    # And back again; the next page, and the person's mails, are in the language that was chosen.
    assert '<html lang="nl">' in planner.get("/planner/").html
    english = switched(planner, dutch)
    assert (english.wrong, english.value("reference")) == ({"reason_en": "Fill this in."}, TYPED["reference"])
    assert db.session.query(User.locale).filter_by(email="planner@vendor.example").scalar() == "en"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_would_succeed_now_is_not_done_by_the_switch(app: Flask, planned: World, language: str) -> None:
    """What was refused may be right a moment later, and whoever wants another language wants no more than that."""
    planner = Reader(app, "planner@vendor.example", language=language)
    planner.post(MAINTENANCE, WINDOW | {"reason_en": "Other words"})
    refused = planner.post(MAINTENANCE, WINDOW)
    assert list(refused.wrong) == ["reference"]
    the_window().reference = "M-2026-0"
    db.session.commit()
    before = everything()

    page = switched(planner, refused)

    other = "en" if language == "nl" else "nl"
    assert (page.status, page.alerts[-1]) == (422, NOT_DONE[other])
    assert page.value("reference") == WINDOW["reference"]
    # The language of whoever turned to it, and nothing else.
    assert {name for name, rows in everything().items() if rows != before[name]} <= {"user_account"}
    # The button of the page does what it says.
    assert planner.post(MAINTENANCE, WINDOW).status == 302
    assert count(MaintenanceWindow) == 2


def test_dates_that_were_only_checked_stay_as_well(planner: Reader) -> None:
    checked = planner.post(NEW, RIGHT | {"step": "check"})
    assert checked.status == 200
    dutch = switched(planner, checked)
    assert (dutch.status, dutch.value("version"), dutch.alerts) == (200, RIGHT["version"], [])
    assert "Versie" in dutch.main


def test_page_that_answers_no_form_is_only_fetched_again(planner: Reader) -> None:
    action, sent = other_language(planner.get(f"{NEW}?product=inconto"))
    assert (action, sent["back"]) == ("/language/nl", f"{NEW}?product=inconto")


def test_contact_keeps_what_it_asked_for(app: Flask, planned: World) -> None:
    contact = Reader(app, "contact1@zorggroep-de-brug.example")
    form = {"name": "Noor", "email": "nobody", "phone": "", "locale": "nl"}
    page = contact.post("/portal/zorggroep-de-brug/contacts", form)
    assert (page.status, list(page.wrong)) == (422, ["email"])
    dutch = switched(contact, page)
    assert (dutch.status, dutch.value("name"), dutch.value("email")) == (422, "Noor", "nobody")


@pytest.mark.parametrize(
    "typed", ["", "nonsense", "{}", "[1]", '[["reference"]]', '[["a", "b", "c"]]', "null", "[" * 9999, '[["step", 1]]']
)
def test_nonsense_in_what_was_typed_does_nothing(planner: Reader, typed: str) -> None:
    before = everything()
    page = planner.post(MAINTENANCE, {"typed": typed, "say_in": "en"})
    assert page.status == 422
    assert everything() == before


def test_language_that_we_do_not_have_switches_nothing_off(planner: Reader) -> None:
    form = WINDOW | {"say_in": "fr", "typed": json.dumps([])}
    assert planner.post(MAINTENANCE, form).status == 302
    assert count(MaintenanceWindow) == 1


def test_too_much_is_not_sent_to_and_fro(planner: Reader) -> None:
    action, sent = other_language(planner.post(MAINTENANCE, TYPED | {"reason_nl": "x" * 200_001}))
    assert (action, sent["back"]) == ("/language/nl", MAINTENANCE)
