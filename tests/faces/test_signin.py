"""The front door: passwords, invitations, new passwords, and who belongs to two tenants."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask_security import current_user
from passlib.context import CryptContext
from sqlalchemy import delete, func, select

from accounts.models import FAILURES_BEFORE_LOCK, FAILURES_OF_ACCOUNT, LOCKED_FOR, User
from accounts.request_pace import NEW_PASSWORDS_FROM_ONE_PLACE, NEW_PASSWORDS_TO_ONE
from evidence.actors import Role
from outbox.mime import render
from outbox.models import OutboxMessage
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tenants.models import Contact
from tests.faces.conftest import CONTACT
from tests.faces.pages import Form, Page, Reader
from tests.requests import waiting_request
from tests.world import MANAGER, NOW, PASSWORD, PLANNER, World, both_databases, make_user

WRONG: Form = {"email": CONTACT, "password": "not this one either"}
NEW = "another horse battery"
ENGLISH = "contact2@zorggroep-de-brug.example"


@pytest.fixture
def visitor(anybody: Reader, planned: World) -> Reader:
    return anybody


def user(email: str = CONTACT) -> User:
    return db.session.scalars(select(User).where(User.email == email)).one()


def invited(manager: Reader, planned: World) -> Page:
    """A manager invites the contact who reads English."""
    return manager.post(f"/planner/tenants/zorggroep-de-brug/contacts/{planned.brug.contacts[1].id}/invite")


def try_wrong(reader: Reader, times: int) -> Page:
    pages = [reader.post("/login", WRONG) for _time in range(times)]
    assert {page.status for page in pages} == {200}
    return pages[-1]


def last_mail() -> OutboxMessage:
    return db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()


def link_in(message: OutboxMessage) -> str:
    """The path of the one link in a mail."""
    found = re.findall(r"http://localhost(/\S+)", message.letter.plain)
    assert len(found) == 1
    path: str = found[0]
    return path


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


def _plain(page: Page, email: str) -> str:
    """The page without what the reader typed."""
    return page.html.replace(email, "")


def test_wrong_password_tells_nobody_who_our_customers_are(visitor: Reader) -> None:
    known = visitor.post("/login", WRONG)
    unknown = visitor.post("/login", WRONG | {"email": "nobody@brug.example"})
    assert (known.status, unknown.status) == (200, 200)
    assert _plain(known, CONTACT) == _plain(unknown, "nobody@brug.example")
    assert len(known.alerts) == 1
    assert len(visitor.post("/login", {"email": "", "password": ""}).alerts) == 1


def test_person_without_a_password_yet_looks_like_nobody(manager: Reader, visitor: Reader, planned: World) -> None:
    invited(manager, planned)
    page = visitor.post("/login", WRONG | {"email": ENGLISH})
    unknown = visitor.post("/login", WRONG | {"email": "nobody@brug.example"})
    assert _plain(page, ENGLISH) == _plain(unknown, "nobody@brug.example")


def test_tenth_wrong_password_locks_the_door(visitor: Reader) -> None:
    try_wrong(visitor, FAILURES_BEFORE_LOCK)
    page = visitor.post("/login", {"email": CONTACT, "password": PASSWORD})
    assert page.status == 200
    assert page.alerts == [
        "Too many wrong passwords. Try again in a quarter of an hour, or ask for a new one.",
    ]
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
    assert _plain(locked, CONTACT) == _plain(unknown, "nobody@brug.example")


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


def test_new_password_comes_by_mail(visitor: Reader) -> None:
    page = visitor.post("/reset", {"email": CONTACT})
    assert page.status == 200
    mail = last_mail()
    assert (mail.address, mail.letter.language) == (CONTACT, "nl")
    link = link_in(mail)
    assert visitor.get(link).status == 200
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
    assert _plain(known, CONTACT) == _plain(unknown, "nobody@brug.example")
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
def test_new_passwords_are_mailed_so_often(visitor: Reader) -> None:
    pages = [visitor.post("/reset", {"email": CONTACT}) for _time in range(NEW_PASSWORDS_TO_ONE.most + 1)]
    assert len({_plain(page, CONTACT) for page in pages}) == 1
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == NEW_PASSWORDS_TO_ONE.most
    for number in range(NEW_PASSWORDS_FROM_ONE_PLACE.most):
        visitor.post("/reset", {"email": f"nobody{number}@brug.example"}, address="2001:db8:1:2::1")
    stranger = "contact1@ziekenhuis-peelrand.example"
    visitor.post("/reset", {"email": stranger}, address="2001:db8:1:2::2")
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == NEW_PASSWORDS_TO_ONE.most
    visitor.post("/reset", {"email": stranger}, address="2001:db8:1:3::2")
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == NEW_PASSWORDS_TO_ONE.most + 1


@both_databases
def test_contact_whom_nobody_invited_asks_for_a_password_and_is_invited(visitor: Reader) -> None:
    known = visitor.post("/reset", {"email": ENGLISH})
    unknown = visitor.post("/reset", {"email": "nobody@brug.example"})
    assert _plain(known, ENGLISH) == _plain(unknown, "nobody@brug.example")
    mail = last_mail()
    assert (mail.address, mail.letter.subject) == (ENGLISH, "Your access to the Inconto portal")
    # Who lost that mail asks again, and gets the same.
    visitor.post("/reset", {"email": ENGLISH.upper()})
    assert (last_mail().address, last_mail().letter.subject) == (ENGLISH, "Your access to the Inconto portal")
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == 2
    assert visitor.post(link_in(last_mail()), {"password": NEW, "again": NEW}).location == "/"
    assert visitor.get("/portal/zorggroep-de-brug").status == 200


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
    assert contact.post("/change", form).status == 200
    assert contact.post("/change", form | {"password": PASSWORD}).status == 302
    contact.post("/logout")
    assert contact.post("/login", {"email": CONTACT, "password": NEW}).location == "/"


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
    refused = contact.post(form.format(asked=asked), {})
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


def test_who_fills_in_nothing_gets_one_answer(visitor: Reader) -> None:
    (answer,) = visitor.post("/login", {"email": "", "password": ""}).alerts
    assert answer == "This e-mail address or password is not right."
