"""Pages in the language of the browser, of the account, or that somebody chose."""

import pytest
from flask import Flask
from flask_security import current_user
from sqlalchemy import delete

from accounts.models import User
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader
from tests.faces.signing_in import user
from tests.requests import waiting_request
from tests.world import MANAGER, PLANNER, World

LANGUAGES = [
    ("", "nl"),
    ("nl-NL,nl;q=0.9", "nl"),
    ("en-GB,en;q=0.9,nl;q=0.8", "en"),
    ("de-DE,de;q=0.9", "nl"),
    ("de,en;q=0.5", "en"),
    ("*", "nl"),
    ("💥", "nl"),
]


@pytest.mark.parametrize(("asked", "language"), LANGUAGES)
def test_stranger_reads_the_language_of_the_browser(app: Flask, asked: str, language: str) -> None:
    page = Reader(app, language=None).get("/login", headers={"Accept-Language": asked} if asked else None)
    assert f'<html lang="{language}">' in page.html


def test_person_reads_the_language_of_the_account(app: Flask, planned: World) -> None:
    assert '<html lang="nl">' in Reader(app, CONTACT, language=None).get("/portal/zorggroep-de-brug").html
    assert '<html lang="en">' in Reader(app, "viewer@vendor.example", language=None).get("/planner/").html


COMES_BACK = [
    ("/portal/zorggroep-de-brug/contacts", "/portal/zorggroep-de-brug/contacts"),
    ("/portal/zorggroep-de-brug/requests/{asked}/grant", "/portal/zorggroep-de-brug/requests/{asked}"),
    ("/portal/zorggroep-de-brug/requests/{asked}/refuse", "/portal/zorggroep-de-brug/requests/{asked}"),
]


@pytest.mark.parametrize(("form", "page"), COMES_BACK)
def test_who_turns_to_another_language_after_a_refusal_comes_back(
    contact: Reader, planned: World, form: str, page: str
) -> None:
    add_contact(planned.brug, ContactFacts("Noor", "noor@brug.example"), MANAGER)
    asked = waiting_request(planned.brug).id
    # More than the page sends to and fro; else what was typed comes back with it.
    refused = contact.post(form.format(asked=asked), {"words": "x" * 200_001})
    assert (refused.status, refused.value("back")) == (422, page.format(asked=asked))
    assert contact.get(refused.value("back")).status == 200


def test_choice_of_language_stays_with_the_person(app: Flask, planned: World) -> None:
    Reader(app, CONTACT, language=None).post("/language/en", {"back": "/"})
    assert user().locale == "en"
    assert '<html lang="en">' in Reader(app, CONTACT, language=None).get("/portal/zorggroep-de-brug").html


def test_person_who_is_removed_meanwhile_reads_what_went_wrong(app: Flask, planned: World) -> None:
    @app.get("/removed")
    def removed() -> str:
        db.session.execute(delete(User).where(User.email == PLANNER.name).execution_options(synchronize_session=False))
        db.session.commit()
        return str(current_user.email)

    app.config["PROPAGATE_EXCEPTIONS"] = False
    planner = Reader(app, PLANNER.name, language=None)
    page = planner.get("/removed")
    assert (page.status, "Er ging iets mis aan onze kant." in page.main) == (500, True)
    assert planner.get("/planner/").location == "/login?next=/planner/"
