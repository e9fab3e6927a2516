"""Who forgot the password gets a new one by mail, and nobody learns who our customers are."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from passlib.context import CryptContext
from sqlalchemy import func, select

from accounts.models import FAILURES_BEFORE_LOCK
from accounts.request_pace import NEW_PASSWORDS_FROM_ONE_PLACE, NEW_PASSWORDS_TO_ONE
from entrypoints import security
from evidence.actors import Role
from outbox.models import OutboxMessage
from storage import db
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader
from tests.faces.signing_in import NEW, last_mail, link_in, plain, try_wrong, user
from tests.world import PASSWORD, both_databases, make_user


def test_new_password_comes_by_mail(visitor: Reader) -> None:
    page = visitor.post("/reset", {"email": CONTACT})
    assert page.status == 200
    mail = last_mail()
    assert (mail.address, mail.letter.language) == (CONTACT, "nl")
    link = link_in(mail)
    assert visitor.get(link).main.startswith("Choose a new password")
    assert visitor.post(link, {"password": NEW, "again": NEW}).location == "/"
    assert visitor.get(link).status == 410
    other = Reader.__new__(Reader)
    other.client = visitor.client.application.test_client()
    assert other.post("/login", {"email": CONTACT, "password": PASSWORD}).status == 200
    assert other.post("/login", {"email": CONTACT, "password": NEW}).location == "/"


def test_new_password_ends_all_sessions(contact: Reader, anybody: Reader) -> None:
    anybody.post("/reset", {"email": CONTACT})
    anybody.post(link_in(last_mail()), {"password": NEW, "again": NEW})
    assert contact.get("/portal/zorggroep-de-brug").location.startswith("/login")


def test_locked_person_gets_in_with_a_new_password(visitor: Reader) -> None:
    try_wrong(visitor, FAILURES_BEFORE_LOCK)
    visitor.post("/reset", {"email": CONTACT})
    visitor.post(link_in(last_mail()), {"password": NEW, "again": NEW})
    visitor.post("/logout")
    assert visitor.post("/login", {"email": CONTACT, "password": NEW}).location == "/"


def test_asking_for_a_new_password_tells_nobody_who_our_customers_are(visitor: Reader) -> None:
    known = visitor.post("/reset", {"email": CONTACT})
    unknown = visitor.post("/reset", {"email": "nobody@brug.example"})
    assert plain(known, CONTACT) == plain(unknown, "nobody@brug.example")
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == 1


class Counting(CryptContext):
    """A way to hash that tells how often it was gone."""

    def hash(self, *args: Any, **kwargs: Any) -> str:
        self.times = getattr(self, "times", 0) + 1
        return str(super().hash(*args, **kwargs))


def test_asking_for_a_new_password_costs_the_same_work_for_everybody(app: Flask, visitor: Reader) -> None:
    security = app.extensions["security"]
    security.pwd_context = passwords = Counting(["plaintext"])
    security.hashing_context = links = Counting(["hex_md5"])
    make_user("invited@brug.example", Role.CONTACT).password = None
    closed = make_user("closed@brug.example", Role.CONTACT)
    closed.active = False
    db.session.commit()
    work = {}
    for address in (CONTACT, "invited@brug.example", "closed@brug.example", "nobody@brug.example", *[CONTACT] * 6):
        passwords.times = links.times = 0
        visitor.post("/reset", {"email": address})
        work[address] = (passwords.times, links.times)
    assert set(work.values()) == {(1, 2)}


@both_databases
def test_new_passwords_are_mailed_so_often(visitor: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    # Each answer takes the time of a password, whoever asks: a few from one place tell as much as thirty.
    few = replace(NEW_PASSWORDS_FROM_ONE_PLACE, most=NEW_PASSWORDS_TO_ONE.most + 2)
    monkeypatch.setattr(security, "NEW_PASSWORDS_FROM_ONE_PLACE", few)
    pages = [visitor.post("/reset", {"email": CONTACT}) for _time in range(NEW_PASSWORDS_TO_ONE.most + 1)]
    assert len({plain(page, CONTACT) for page in pages}) == 1
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == NEW_PASSWORDS_TO_ONE.most
    for number in range(few.most):
        visitor.post("/reset", {"email": f"nobody{number}@brug.example"}, address="2001:db8:1:2::1")
    stranger = "contact1@ziekenhuis-peelrand.example"
    visitor.post("/reset", {"email": stranger}, address="2001:db8:1:2::2")
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == NEW_PASSWORDS_TO_ONE.most
    visitor.post("/reset", {"email": stranger}, address="2001:db8:1:3::2")
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == NEW_PASSWORDS_TO_ONE.most + 1


def test_link_in_a_mail_leads_to_us_whatever_host_was_asked(visitor: Reader) -> None:
    visitor.post("/reset", {"email": CONTACT}, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert "evil" not in last_mail().letter.plain
    assert link_in(last_mail()).startswith("/welcome/")


def test_closed_account_gets_no_link(visitor: Reader) -> None:
    user().active = False
    db.session.commit()
    assert visitor.post("/reset", {"email": CONTACT}).status == 200
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == 0
    assert visitor.post("/login", {"email": CONTACT, "password": PASSWORD}).status == 200


def test_password_is_changed_by_who_knows_it(contact: Reader) -> None:
    form = {"password": "not it, not it", "new_password": NEW, "new_password_confirm": NEW}
    page = contact.post("/change", form)
    assert (page.status, page.wrong) == (200, {"password": "This password is not right."})
    short = contact.post("/change", {"password": PASSWORD, "new_password": "short", "new_password_confirm": "short"})
    assert short.wrong.keys() == {"new_password"}
    assert re.findall(r'autocomplete="([^"]+)"', page.html.partition("<main")[2]) == [
        "current-password",
        "new-password",
        "new-password",
    ]
    assert contact.post("/change", form | {"password": PASSWORD}).status == 302
    contact.post("/logout")
    assert contact.post("/login", {"email": CONTACT, "password": NEW}).location == "/"
