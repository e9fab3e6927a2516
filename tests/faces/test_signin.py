"""The front door: who comes home, and what a wrong password tells."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from accounts.models import FAILURES_BEFORE_LOCK, FAILURES_OF_ACCOUNT, LOCKED_FOR
from outbox.models import OutboxMessage
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tenants.models import Contact
from tests.faces.conftest import CONTACT
from tests.faces.pages import Form, Reader
from tests.faces.signing_in import WRONG, invited, plain, try_wrong
from tests.world import ENGLISH, MANAGER, NOW, PASSWORD, World, both_databases

HOMES = [
    ("viewer@vendor.example", "/planner/"),
    ("admin@vendor.example", "/planner/"),
    (CONTACT, "/portal/"),
    (CONTACT.upper(), "/portal/"),
]


@pytest.mark.parametrize(("email", "home"), HOMES)
def test_person_comes_home_after_signing_in(visitor: Reader, email: str, home: str) -> None:
    page = visitor.post("/login", {"email": email, "password": PASSWORD})
    assert (page.status, page.location) == (302, "/")
    assert visitor.get("/").location == home


def test_front_door_leads_a_stranger_to_sign_in(anybody: Reader) -> None:
    assert (anybody.get("/").status, anybody.get("/").location) == (302, "/login")


def test_person_signs_out(contact: Reader) -> None:
    assert contact.post("/logout").location == "/login"
    assert contact.get("/portal/").location.startswith("/login")


def test_signing_out_is_never_a_mere_link(contact: Reader) -> None:
    assert contact.get("/logout").status == 405
    assert contact.get("/portal/zorggroep-de-brug").status == 200


def test_wrong_password_tells_nobody_who_our_customers_are(visitor: Reader) -> None:
    known = visitor.post("/login", WRONG)
    unknown = visitor.post("/login", WRONG | {"email": "nobody@brug.example"})
    assert (known.status, unknown.status) == (200, 200)
    assert plain(known, CONTACT) == plain(unknown, "nobody@brug.example")
    assert len(known.alerts) == 1
    assert len(visitor.post("/login", {"email": "", "password": ""}).alerts) == 1


def test_person_without_a_password_yet_looks_like_nobody(manager: Reader, visitor: Reader, planned: World) -> None:
    invited(manager, planned)
    page = visitor.post("/login", WRONG | {"email": ENGLISH})
    unknown = visitor.post("/login", WRONG | {"email": "nobody@brug.example"})
    assert plain(page, ENGLISH) == plain(unknown, "nobody@brug.example")


def test_tenth_wrong_password_locks_the_door(visitor: Reader) -> None:
    wrong = try_wrong(visitor, FAILURES_BEFORE_LOCK)
    page = visitor.post("/login", {"email": CONTACT, "password": PASSWORD})
    assert (page.status, page.html) == (200, wrong.html)
    (answer,) = page.alerts
    assert "After ten wrong passwords even the right one must wait a quarter of an hour" in answer
    with time_machine.travel(NOW + LOCKED_FOR - timedelta(seconds=1), tick=False):
        assert visitor.post("/login", {"email": CONTACT, "password": PASSWORD}).status == 200
    with time_machine.travel(NOW + LOCKED_FOR, tick=False):
        assert visitor.post("/login", {"email": CONTACT, "password": PASSWORD}).status == 302


def test_nine_wrong_passwords_are_forgiven(visitor: Reader) -> None:
    try_wrong(visitor, FAILURES_BEFORE_LOCK - 1)
    assert visitor.post("/login", {"email": CONTACT, "password": PASSWORD}).status == 302
    visitor.post("/logout")
    try_wrong(visitor, FAILURES_BEFORE_LOCK - 1)
    assert visitor.post("/login", {"email": CONTACT, "password": PASSWORD}).status == 302


def test_locked_door_looks_the_same_to_who_does_not_know_the_password(visitor: Reader) -> None:
    try_wrong(visitor, FAILURES_BEFORE_LOCK)
    locked = visitor.post("/login", WRONG)
    unknown = visitor.post("/login", WRONG | {"email": "nobody@brug.example"})
    assert plain(locked, CONTACT) == plain(unknown, "nobody@brug.example")


@both_databases
def test_wrong_passwords_from_elsewhere_keep_nobody_out(visitor: Reader) -> None:
    for number in range(FAILURES_BEFORE_LOCK + 1):
        visitor.post("/login", WRONG, address=f"2001:db8:1:2::{number}")
    right = {"email": CONTACT, "password": PASSWORD}
    assert visitor.post("/login", right, address="2001:db8:1:2::9").status == 200
    assert visitor.post("/login", right, address="192.0.2.7").status == 302


@both_databases
def test_so_many_wrong_passwords_from_everywhere_lock_the_door(visitor: Reader) -> None:
    for number in range(FAILURES_OF_ACCOUNT):
        visitor.post("/login", WRONG, address=f"192.0.2.{number}")
    right = {"email": CONTACT, "password": PASSWORD}
    assert visitor.post("/login", right, address="198.51.100.1").status == 200
    with time_machine.travel(NOW + LOCKED_FOR, tick=False):
        assert visitor.post("/login", right, address="198.51.100.1").status == 302


def test_wrong_passwords_lock_nobody_else_out(visitor: Reader) -> None:
    try_wrong(visitor, FAILURES_BEFORE_LOCK)
    assert visitor.post("/login", {"email": "viewer@vendor.example", "password": PASSWORD}).status == 302


NONSENSE: list[Form] = [
    {"email": "", "password": ""},
    {"email": CONTACT, "password": ""},
    {"email": "", "password": PASSWORD},
    {"email": "no address", "password": PASSWORD},
    {"email": f"{CONTACT}\0", "password": PASSWORD},
    {"email": CONTACT, "password": f"{PASSWORD}\0"},
    {"email": "💥@💥", "password": "💥"},
    {"email": "'; DROP TABLE user_account; --", "password": "x"},
    {"email": "a" * 100_000 + "@brug.example", "password": "x"},
    {"email": "\u202eten@brug.example", "password": "x"},
    {"email[]": CONTACT, "password[]": PASSWORD},
    {"email": ["%s", "%d"], "password": ["%s", "%d"]},
    {},
]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_nonsense_lets_nobody_in(visitor: Reader) -> None:
    for form in NONSENSE:
        page = visitor.post("/login", form)
        assert (page.status, bool(page.alerts or page.wrong)) == (200, True), form
        assert visitor.post("/reset", form).status in {200, 302}, form
    assert visitor.get("/planner/").status == 302
    assert db.session.scalar(select(func.count(OutboxMessage.id)).where(OutboxMessage.address != CONTACT)) == 0


def test_endless_password_is_refused(contact: Reader, visitor: Reader) -> None:
    endless = "x" * 100_000
    form = {"password": endless, "new_password": endless, "new_password_confirm": endless}
    for page in (visitor.post("/login", {"email": CONTACT, "password": endless}), contact.post("/change", form)):
        assert page.status == 422
        assert "This is too long: 100000 characters, 4096 at most." in page.main


def test_password_in_a_file_lets_nobody_in(visitor: Reader) -> None:
    file = {"email": CONTACT, "password": (BytesIO(PASSWORD.encode()), "password.txt")}
    assert visitor.post("/login", file, content_type="multipart/form-data").status == 200


def test_json_lets_nobody_in(visitor: Reader) -> None:
    body = f'{{"email": "{CONTACT}", "password": "{PASSWORD}"}}'.encode()
    assert visitor.send("/login?include_auth_token", body, "application/json").status == 415


def test_contact_of_one_tenant_comes_home_at_once(contact: Reader) -> None:
    assert contact.get("/portal/").location == "/portal/zorggroep-de-brug"


def test_contact_of_two_tenants_chooses(app: Flask, planned: World) -> None:
    add_contact(planned.peelrand, ContactFacts("Both", CONTACT), MANAGER)
    reader = Reader(app, CONTACT)
    page = reader.get("/portal/")
    assert page.main == "Choose your organisation Ziekenhuis Peelrand Zorggroep De Brug"
    for slug in ("zorggroep-de-brug", "ziekenhuis-peelrand"):
        assert f'href="/portal/{slug}"' in page.html
        assert "Other organisation" in reader.get(f"/portal/{slug}").seen


def test_contact_who_left_one_tenant_keeps_the_other(app: Flask, planned: World) -> None:
    add_contact(planned.peelrand, ContactFacts("Both", CONTACT), MANAGER)
    db.session.delete(db.session.scalars(select(Contact).where(Contact.tenant_id == planned.brug.id)).first())
    db.session.commit()
    reader = Reader(app, CONTACT)
    assert reader.get("/portal/zorggroep-de-brug").status == 404
    assert reader.get("/portal/").location == "/portal/ziekenhuis-peelrand"


def test_who_fills_in_nothing_gets_one_answer(visitor: Reader) -> None:
    (answer,) = visitor.post("/login", {"email": "", "password": ""}).alerts
    assert answer.startswith("This e-mail address or password is not right. ")
