"""Who is invited chooses a password, once."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from outbox.mime import render
from outbox.models import OutboxMessage
from storage import db
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader
from tests.faces.signing_in import NEW, invited, last_mail, link_in, plain, user
from tests.world import ENGLISH, NOW, PASSWORD, World, both_databases


def test_invitation_works_once(manager: Reader, visitor: Reader, planned: World) -> None:
    page = invited(manager, planned)
    assert manager.follow(page).seen.count("The invitation leaves within a minute.") == 1
    mail = last_mail()
    assert (mail.address, mail.letter.language) == (ENGLISH, "en")
    assert mail.letter.subject == "Your access to the Inconto portal"
    link = link_in(mail)
    assert visitor.get(link).main.startswith("Welcome Choose a password for contact2@zorggroep-de-brug.example.")

    page = visitor.post(link, {"password": NEW, "again": NEW})
    assert page.location == "/"
    assert visitor.get("/portal/zorggroep-de-brug").status == 200

    for again in (visitor.get(link), visitor.post(link, {"password": PASSWORD, "again": PASSWORD})):
        assert again.status == 410
        assert again.main.startswith("This link no longer works")
    visitor.post("/logout")
    assert visitor.post("/login", {"email": mail.address, "password": NEW}).location == "/"


WEAK = [
    ("short", "short", {"password": "Use at least ten characters."}),
    ("", "", {"password": "Use at least ten characters."}),
    ("x" * 201, "x" * 201, {"password": "Use at least ten characters."}),
    (NEW, PASSWORD, {"again": "These two differ. Type the same one twice."}),
    (NEW, "", {"again": "These two differ. Type the same one twice."}),
]


def test_weak_password_is_refused_and_the_link_still_works(manager: Reader, visitor: Reader, planned: World) -> None:
    invited(manager, planned)
    link = link_in(last_mail())
    for password, again, wrong in WEAK:
        page = visitor.post(link, {"password": password, "again": again})
        assert (page.status, page.wrong) == (422, wrong)
    assert user(ENGLISH).password is None
    assert visitor.post(link, {"password": NEW, "again": NEW}).status == 302


def test_invitation_lasts_a_fortnight(manager: Reader, visitor: Reader, planned: World) -> None:
    invited(manager, planned)
    link = link_in(last_mail())
    with time_machine.travel(NOW + timedelta(days=14), tick=False):
        assert visitor.get(link).status == 200
    with time_machine.travel(NOW + timedelta(days=14, seconds=2), tick=False):
        assert visitor.get(link).status == 410


@pytest.mark.parametrize("token", ["none", "x" * 5000, "..%2f..", "💥", "WyJhIl0.aaaa.bbbb", "%00"])
def test_forged_invitation_is_none(anybody: Reader, token: str) -> None:
    assert anybody.get(f"/welcome/{token}").status in {404, 410}
    assert anybody.post(f"/welcome/{token}", {"password": NEW, "again": NEW}).status in {404, 410}


def test_dutch_contact_is_invited_in_dutch(manager: Reader, planned: World) -> None:
    contact = planned.brug.contacts[0]
    db.session.delete(user())
    db.session.commit()
    manager.post(f"/planner/tenants/zorggroep-de-brug/contacts/{contact.id}/invite")
    mail = last_mail()
    assert (mail.address, mail.letter.language) == (CONTACT, "nl")
    assert b"Content-Language: nl" in render(mail.letter, mail, NOW)
    assert (
        "Kies een wachtwoord om in te loggen. De link werkt één keer en is veertien dagen geldig." in mail.letter.plain
    )


def test_who_signs_in_already_keeps_the_password_when_another_tenant_invites(
    stranger: Reader, app: Flask, planned: World
) -> None:
    form = {"name": "Both", "email": CONTACT, "phone": "", "locale": "en"}
    assert stranger.post("/portal/ziekenhuis-peelrand/contacts", form).status == 302
    mail = last_mail()
    assert mail.address == CONTACT
    assert "You sign in with this address and the password that you have already." in mail.letter.plain
    assert link_in(mail) == "/portal/ziekenhuis-peelrand"
    assert "/welcome/" not in mail.letter.plain + mail.letter.html
    assert Reader(app, CONTACT).get("/portal/ziekenhuis-peelrand").status == 200


@both_databases
def test_contact_whom_nobody_invited_asks_for_a_password_and_is_invited(visitor: Reader) -> None:
    known = visitor.post("/reset", {"email": ENGLISH})
    unknown = visitor.post("/reset", {"email": "nobody@brug.example"})
    assert plain(known, ENGLISH) == plain(unknown, "nobody@brug.example")
    mail = last_mail()
    assert (mail.address, mail.letter.subject) == (ENGLISH, "Your access to the Inconto portal")
    # Who lost that mail asks again, and gets the same.
    visitor.post("/reset", {"email": ENGLISH.upper()})
    assert (last_mail().address, last_mail().letter.subject) == (ENGLISH, "Your access to the Inconto portal")
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == 2
    assert visitor.post(link_in(last_mail()), {"password": NEW, "again": NEW}).location == "/"
    assert visitor.get("/portal/zorggroep-de-brug").status == 200
