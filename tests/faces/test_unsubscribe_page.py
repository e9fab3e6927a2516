"""One click in a mail stops the newsletter (RFC 8058); programs that only look at the link change nothing."""

import pytest
from flask import Flask

from announcements.unsubscribing import unsubscribe_url
from storage import db
from tenants.contacts import remove_contact
from tenants.models import Contact
from tests.faces.pages import Reader, everything
from tests.world import MANAGER, NOW, World

ONE_CLICK = b"List-Unsubscribe=One-Click"


@pytest.fixture
def path(planned: World) -> str:
    contact = planned.brug.contacts[0]
    return unsubscribe_url(contact.id, contact.email).removeprefix("http://localhost")


def first(world: World) -> Contact:
    contact = world.brug.contacts[0]
    db.session.refresh(contact)
    return contact


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_at_the_link_changes_nothing(app: Flask, planned: World, path: str, method: str) -> None:
    before = everything()
    response = app.test_client().open(path, method=method)
    assert response.status_code == 200
    assert everything() == before


def test_page_asks_in_the_readers_language(app: Flask, planned: World) -> None:
    pages = []
    for contact in planned.brug.contacts:
        address = unsubscribe_url(contact.id, contact.email).removeprefix("http://localhost")
        pages.append(Reader(app, language=None).get(address))
    assert ['<html lang="nl">' in page.html for page in pages] == [True, False]
    assert pages[1].main == (
        "Stop the newsletter? You get the newsletter of Inconto as a contact of Zorggroep De Brug. Stop the newsletter"
    )
    assert pages[1].html.count('<input type="hidden" name="List-Unsubscribe" value="One-Click">') == 1


def test_mail_program_stops_it_without_cookie_or_token(app: Flask, planned: World, path: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    for _time in range(2):
        page = Reader(app, language=None).send(path, ONE_CLICK)
        assert page.status == 200
        assert first(planned).unsubscribed_at == NOW
    assert planned.brug.contacts[1].unsubscribed_at is None


def test_mail_program_may_send_it_in_parts(app: Flask, planned: World, path: str) -> None:
    assert Reader(app).upload(path, {"List-Unsubscribe": "One-Click"}).status == 200
    assert first(planned).unsubscribed_at == NOW


@pytest.mark.parametrize("body", [b"", b"List-Unsubscribe=", b"x=One-Click", b"\x00\xff", b"One-Click"])
def test_other_words_stop_nothing(app: Flask, planned: World, path: str, body: bytes) -> None:
    assert Reader(app).send(path, body).status == 400
    assert first(planned).unsubscribed_at is None


def test_reader_thinks_better_of_it(app: Flask, planned: World, path: str) -> None:
    reader = Reader(app)
    assert reader.send(path, ONE_CLICK).main.startswith("You get no more newsletters")
    assert reader.get(path).main.startswith("You get no more newsletters")
    assert reader.post(path, {"subscribe": "again"}).main.startswith("You get the newsletter again")
    assert first(planned).unsubscribed_at is None


@pytest.mark.parametrize("token", ["none", "WzEsIjAiXQ", "x" * 500, "WzFd.AAAA", "\u0663", "%00"])
def test_wrong_token_is_not_found(app: Flask, planned: World, token: str) -> None:
    before = everything()
    reader = Reader(app)
    assert reader.get(f"/unsubscribe/{token}").status == 404
    assert reader.send(f"/unsubscribe/{token}", ONE_CLICK).status == 404
    assert everything() == before


def test_token_of_a_contact_that_is_gone_answers_kindly(app: Flask, planned: World, path: str) -> None:
    remove_contact(planned.brug.contacts[0], MANAGER)
    page = Reader(app).send(path, ONE_CLICK)
    assert (page.status, page.main.startswith("You get no more newsletters")) == (200, True)
