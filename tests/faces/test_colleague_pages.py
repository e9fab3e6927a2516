"""The pages of the vendor's own people: who is let in as what, and the way in by mail."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.models import User
from evidence.actors import Role
from outbox.models import OutboxMessage
from storage import db
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader, everything, words
from tests.world import NOW, PASSWORD, World, make_user

PAGE = "/planner/colleagues"


def rows(reader: Reader) -> list[str]:
    html = reader.get(PAGE).html
    return [words(one) for one in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)][1:]


def user(email: str) -> User:
    db.session.rollback()
    return db.session.scalars(select(User).where(User.email == email)).one()


def page_of(email: str) -> str:
    return f"{PAGE}/{user(email).id}"


def test_colleague_comes_in_by_the_mail(app: Flask, admin: Reader) -> None:
    page = admin.post(PAGE, {"email": "anna@vendor.example", "role": "planner", "locale": "nl"})
    assert "anna@vendor.example is let in. A link to choose a password is on its way." in admin.follow(page).main
    assert "anna@vendor.example planner not known link mailed on Mon 23 November 2026, 10:00, not used yet" in rows(
        admin
    )
    (mail,) = db.session.scalars(select(OutboxMessage))
    (link,) = re.findall(r"http://localhost(/welcome/\S+)", mail.letter.plain)
    anna = Reader(app)
    assert anna.post(link, {"password": PASSWORD, "again": PASSWORD}).location == "/"
    assert anna.get("/planner/releases/new").status == 200
    assert anna.get(PAGE).status == 403
    assert "anna@vendor.example planner Mon 23 November 2026, 10:00 open" in rows(admin)


def test_list_says_who_was_there_and_who_is_locked_out(admin: Reader, planned: World) -> None:
    user("viewer@vendor.example").locked_until = NOW + timedelta(minutes=10)
    db.session.commit()
    user("planner@vendor.example").active = False
    db.session.commit()
    assert rows(admin) == [
        "admin@vendor.example (you) admin Mon 23 November 2026, 10:00 open",
        "manager@vendor.example manager not known open",
        "operator@vendor.example operator not known open",
        "viewer@vendor.example viewer not known locked by wrong passwords until Mon 23 November 2026, 10:10",
        "planner@vendor.example planner not known closed",
    ]


def test_role_is_changed_and_holds_at_once(admin: Reader, planner: Reader) -> None:
    path = page_of("planner@vendor.example")
    assert planner.get("/planner/releases/new").status == 200
    page = admin.follow(admin.post(path, {"role": "viewer"}))
    assert "planner@vendor.example has another role from now on." in page.main
    assert planner.get("/planner/releases/new").status == 403


def test_account_is_closed_and_opened_again(app: Flask, admin: Reader, planner: Reader) -> None:
    path = page_of("planner@vendor.example")
    page = admin.follow(admin.post(f"{path}/close"))
    assert "planner@vendor.example is let in no more." in page.main
    assert planner.get("/planner/").location.startswith("/login")
    assert Reader(app).post("/login", {"email": "planner@vendor.example", "password": PASSWORD}).status == 200

    page = admin.follow(admin.post(f"{path}/open"))
    assert "A link to choose a password is on its way." in page.main
    (mail,) = db.session.scalars(select(OutboxMessage))
    (link,) = re.findall(r"http://localhost(/welcome/\S+)", mail.letter.plain)
    again = Reader(app)
    assert again.post(link, {"password": PASSWORD, "again": PASSWORD}).location == "/"
    assert again.get("/planner/releases/new").status == 200


def test_link_of_a_closed_account_lets_nobody_in(app: Flask, admin: Reader) -> None:
    admin.post(PAGE, {"email": "anna@vendor.example", "role": "planner", "locale": "nl"})
    (mail,) = db.session.scalars(select(OutboxMessage))
    (link,) = re.findall(r"http://localhost(/welcome/\S+)", mail.letter.plain)
    path = page_of("anna@vendor.example")
    admin.post(f"{path}/close")
    assert Reader(app).get(link).status == 410
    # Nor after it was opened: that mailed another one.
    admin.post(f"{path}/open")
    assert Reader(app).get(link).status == 410


def test_own_account_has_no_form(admin: Reader) -> None:
    path = page_of("admin@vendor.example")
    page = admin.get(path)
    assert "This is your own account: only another administrator can change it." in page.main
    assert "<form" not in page.html.partition("<main")[2]
    before = everything()
    assert admin.post(path, {"role": "viewer"}).status == 422
    assert admin.follow(admin.post(f"{path}/close")).alerts == [
        "This is your own account: only another administrator can change it."
    ]
    assert everything() == before


def test_what_a_colleague_let_in_is_named_before_it_goes(admin: Reader, app: Flask, planned: World) -> None:
    make_user("second@vendor.example", Role.ADMIN)
    Reader(app, "second@vendor.example").post("/planner/tokens", {"name": "pipeline", "role": "operator"})
    page = admin.get(page_of("second@vendor.example"))
    assert "Programs it let in pipeline" in page.main
    assert "The programs that it let in keep coming in" in page.main
    assert "Programs it let in" not in admin.get(page_of("viewer@vendor.example")).main


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({}, {"email": "Fill this in."}),
        ({"email": "nonsense", "role": "planner", "locale": "nl"}, {"email": "This is not an e-mail address."}),
        ({"email": "a@b.example", "role": "boss", "locale": "nl"}, {"role": "Choose a role."}),
        ({"email": "a@b.example", "role": "contact", "locale": "nl"}, {"role": "Choose a role."}),
        ({"email": "a@b.example", "role": "viewer", "locale": "xx"}, {"locale": "Choose a language."}),
        (
            {"email": "viewer@vendor.example", "role": "viewer", "locale": "nl"},
            {"email": "This address has an account"},
        ),
        ({"email": CONTACT, "role": "viewer", "locale": "nl"}, {"email": "This is the address of a contact"}),
    ],
)
def test_nonsense_is_told_beside_its_field(admin: Reader, form: dict[str, str], wrong: dict[str, str]) -> None:
    before = everything()
    page = admin.post(PAGE, {"role": "planner", "locale": "nl"} | form)
    assert page.status == 422
    assert list(page.wrong) == list(wrong)
    for field, words_of_it in wrong.items():
        assert page.wrong[field].startswith(words_of_it)
    assert everything() == before


def test_only_administrators_see_colleagues(
    viewer: Reader, planner: Reader, manager: Reader, contact: Reader, anybody: Reader
) -> None:
    one = page_of("viewer@vendor.example")
    for reader in (viewer, planner, manager):
        assert (reader.get(PAGE).status, reader.get(one).status, reader.post(f"{one}/close").status) == (403, 403, 403)
        assert PAGE not in reader.get("/planner/").html
    assert (contact.get(PAGE).status, contact.get(one).status, contact.post(f"{one}/close").status) == (404, 404, 404)
    assert anybody.get(PAGE).location.startswith("/login")


def test_contact_of_a_tenant_is_not_found_among_colleagues(admin: Reader) -> None:
    theirs = page_of(CONTACT)
    assert (admin.get(theirs).status, admin.post(theirs, {"role": "admin"}).status) == (404, 404)
    assert admin.post(f"{theirs}/close").status == 404
    assert admin.get(f"{PAGE}/999999").status == 404
