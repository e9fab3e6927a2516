"""What the mails about an account say: all in the letter's form, in both languages, as text and as HTML."""

import re
from collections.abc import Callable
from email import message_from_bytes

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.access_letters import mail_password_link, tell_colleague, tell_of_access
from accounts.contact_letters import ask_to_confirm, tell_removed, tell_replaced
from accounts.models import User
from accounts.request_letters import (
    ask_whether_own,
    say_it_waits,
    say_there_is_one,
    tell_contacts,
    tell_expired,
    tell_of_newcomer,
    tell_refused,
)
from accounts.request_models import AccountRequest
from outbox.mime import render
from outbox.models import OutboxMessage
from storage import db
from tenants.models import Contact
from tests.faces.pages import words
from tests.requests import waiting_request
from tests.world import NOW, World

LINK = "http://localhost/welcome/token"
Write = Callable[[Contact, AccountRequest], None]


def anna(language: str) -> User:
    return User(email="anna@vendor.example", locale=language)


LETTERS: list[tuple[str, Write, bool]] = [
    ("access", lambda contact, _asked: tell_of_access(contact, LINK, NOW), True),
    ("access again", lambda contact, _asked: tell_of_access(contact, "", NOW), True),
    (
        "password",
        lambda contact, _asked: mail_password_link(contact.email, contact.locale, LINK, contact, NOW),
        True,
    ),
    (
        "one of us",
        lambda contact, _asked: mail_password_link("planner@x.example", contact.locale, LINK, None, NOW),
        True,
    ),
    ("colleague", lambda contact, _asked: tell_colleague(anna(contact.locale), LINK, NOW), True),
    ("replaced", lambda contact, _asked: tell_replaced(contact, "old@x.example", NOW), False),
    ("removed", lambda contact, _asked: tell_removed(contact, NOW), False),
    ("confirm", lambda contact, _asked: ask_to_confirm(contact, "new@x.example", LINK, NOW), True),
    ("own", lambda _contact, asked: ask_whether_own(asked, "token", NOW), True),
    ("waits", lambda _contact, asked: say_it_waits(asked, NOW), False),
    ("there", lambda contact, _asked: say_there_is_one(contact.email, contact, contact.locale, NOW), True),
    ("contacts", lambda contact, asked: tell_contacts(asked, [contact], NOW), True),
    ("newcomer", lambda contact, _asked: tell_of_newcomer(contact, [contact], NOW), True),
    ("refused", lambda _contact, asked: tell_refused(asked, NOW), False),
    ("expired", lambda _contact, asked: tell_expired(asked, NOW), True),
]
# What its reader may not have asked for says what to do then.
NOT_YOURS = {"password", "one of us", "confirm", "own", "there"}
OTHERWISE = {
    "nl": "Was jij het niet? Dan hoef je niets te doen",
    "en": "Was it not you? Then you do not need to do anything",
}


def letter(write: Write, contact: Contact, asked: AccountRequest) -> OutboxMessage:
    write(contact, asked)
    db.session.commit()
    return db.session.scalars(select(OutboxMessage)).one()


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(("kind", "write", "has_button"), LETTERS, ids=[kind for kind, _write, _button in LETTERS])
def test_mail_says_who_writes_and_where_to_ask(
    planned: World, language: str, kind: str, write: Write, has_button: bool
) -> None:
    contact, asked = planned.brug.contacts[0 if language == "nl" else 1], waiting_request(planned.brug)
    asked.locale = language
    mail = letter(write, contact, asked)
    html = words(mail.letter.html.partition("<body")[2])

    assert mail.letter.plain.startswith("Hallo" if language == "nl" else "Hello")
    for text in (mail.letter.plain, html):
        assert "Inconto" in text
        assert "servicedesk@inconto.example, +31 85 018 5725" in text
        assert text.count(OTHERWISE[language]) == (kind in NOT_YOURS)
    links = re.findall(r"^http://localhost/\S+$", mail.letter.plain, re.MULTILINE)
    assert len(links) == has_button
    assert re.findall(r'href="([^"]*)"', mail.letter.html) == links
    # Both say the same, but for the words of the button.
    lines = [line.rstrip(":") for line in mail.letter.plain.splitlines() if line]
    assert [line for line in lines if line not in html] == []
    assert message_from_bytes(render(mail.letter, mail, NOW)).get_content_type() == "multipart/alternative"
    assert f'<html lang="{language}">' in mail.letter.html


def test_what_a_stranger_typed_is_text_in_a_mail(planned: World) -> None:
    asked = waiting_request(planned.brug, name="<b>Sam</b>")
    mail = letter(lambda contact, asked: tell_contacts(asked, [contact], NOW), planned.brug.contacts[0], asked)
    assert "<b>Sam</b>" in mail.letter.plain
    assert "&lt;b&gt;Sam&lt;/b&gt;" in mail.letter.html
    assert "<b>Sam" not in mail.letter.html


def test_refusal_names_a_way_on_and_no_customer(planned: World) -> None:
    asked = waiting_request(planned.brug)
    asked.locale, asked.reason = "nl", "Jij werkt hier niet"
    mail = letter(lambda _contact, asked: tell_refused(asked, NOW), planned.brug.contacts[0], asked)
    assert mail.letter.plain.splitlines()[2:7:2] == [
        "Je aanvraag voor een account voor De Brug is niet goedgekeurd.",
        "De reden: Jij werkt hier niet",
        (
            "Heb je er toch een nodig? Vraag een collega die contactpersoon is om je toe te voegen, "
            "of vraag het de helpdesk."
        ),
    ]
    assert "Zorggroep" not in mail.letter.plain + mail.letter.html


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("nl", "Je account voor aankondigingen van releases en onderhoud"),
        ("en", "Your account for release and maintenance announcements"),
    ],
)
def test_colleague_is_let_in_where_there_is_no_product_yet(app: Flask, language: str, subject: str) -> None:
    tell_colleague(anna(language), LINK, NOW)
    db.session.commit()
    mail = db.session.scalars(select(OutboxMessage)).one()
    assert (mail.letter.subject, mail.letter.plain.count(LINK)) == (subject, 1)
    assert "None" not in mail.letter.plain + mail.letter.html
