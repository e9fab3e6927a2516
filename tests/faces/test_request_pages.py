"""Somebody asks for an account: by the sign-in page and its own mailbox (SLA 4.1). Nothing leaks."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from accounts.models import User
from accounts.request_models import RequestState
from accounts.request_pace import FROM_ONE_PLACE, TO_ONE_ADDRESS
from accounts.requests import expire_requests
from entrypoints.tick import tick
from evidence.actors import Role
from outbox.models import OutboxMessage
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tests.faces.asking_for_accounts import (
    ADDRESS,
    ASK,
    HOME,
    SAM,
    link_in_last_mail,
    mails,
    records,
    requests,
    the_request,
    waits,
)
from tests.faces.conftest import CONTACT
from tests.faces.pages import Form, Page, Reader
from tests.requests import waiting_requests
from tests.world import MANAGER, NOW, World, both_databases, make_tenant, make_user


def test_sign_in_page_shows_the_way_to_an_account(visitor: Reader, app: Flask) -> None:
    page = visitor.get("/login")
    assert f'href="{ASK}"' in page.html
    assert "Account aanvragen" in Reader(app, language="nl").get("/login").main


def test_request_that_nobody_confirmed_is_nobodys_to_see(visitor: Reader, manager: Reader) -> None:
    visitor.post(ASK, SAM)
    asked = the_request().id
    assert manager.get(f"/planner/requests/{asked}").status == 404
    assert manager.post(f"/planner/requests/{asked}/grant", {"tenant": "zorggroep-de-brug"}).status == 404
    assert "Sam" not in manager.get("/planner/requests").main
    assert waiting_requests() == 0


# Whose it is

DOMAINS = [
    ("sam@zorggroep-de-brug.example", "zorggroep-de-brug"),
    ("sam@elsewhere.example", None),
    ("sam@sub.zorggroep-de-brug.example", None),
    ("sam@brug.example", None),
    ("sam@gmail.com", None),
    ("sam@two.example", None),
    ("sam@ghost.example", None),
]


@both_databases
@pytest.mark.parametrize(("email", "slug"), DOMAINS)
def test_only_the_one_tenant_of_a_domain_is_asked(
    visitor: Reader, planned: World, email: str, slug: str | None
) -> None:
    add_contact(planned.brug, ContactFacts("G", "someone@gmail.com"), MANAGER)
    make_user("someone@gmail.com", Role.CONTACT)
    # Any contact can write this down of a colleague; nobody has shown to read mail there.
    add_contact(planned.peelrand, ContactFacts("Ghost", "ghost@ghost.example"), MANAGER)
    make_user("ghost@ghost.example", Role.CONTACT).password = None
    db.session.commit()
    for number in (1, 2):
        make_tenant(planned.product, f"two-{number}", contacts=0)
        own = make_tenant(planned.product, f"three-{number}", contacts=0)
        add_contact(own, ContactFacts("T", f"t{number}@two.example"), MANAGER)
        make_user(f"t{number}@two.example", Role.CONTACT)
    waits(visitor, SAM | {"email": email})
    tenant = the_request().tenant
    assert (tenant.slug if tenant else None) == slug


# Nobody learns who our customers are


def asked(visitor: Reader, email: str) -> Page:
    page = visitor.post(ASK, SAM | {"email": email})
    assert page.status == 302
    return visitor.follow(page)


def test_answer_is_the_same_whatever_we_know(visitor: Reader, app: Flask) -> None:
    pages = [asked(visitor, email) for email in (ADDRESS, CONTACT, "contact2@zorggroep-de-brug.example", "x@y.example")]
    pages.append(asked(visitor, "manager@vendor.example"))
    assert len({page.html for page in pages}) == 1
    assert mails() == [
        (ADDRESS, "Your request for an account"),
        # Who has an account is told so; who is a contact without one is let in.
        (CONTACT, "You have an account already"),
        ("contact2@zorggroep-de-brug.example", "Your access to the Inconto portal"),
        ("x@y.example", "Your request for an account"),
        ("manager@vendor.example", "You have an account already"),
    ]
    assert requests() == [(ADDRESS, "asked"), ("x@y.example", "asked")]


def test_former_contact_asks_as_a_stranger_does(visitor: Reader) -> None:
    make_user("gone@zorggroep-de-brug.example", Role.CONTACT)
    waits(visitor, SAM | {"email": "gone@zorggroep-de-brug.example"})
    assert waiting_requests() == 1


@both_databases
def test_who_asks_twice_is_one_request(visitor: Reader) -> None:
    visitor.post(ASK, SAM)
    first = link_in_last_mail()
    visitor.post(ASK, SAM | {"name": "Sam de Smit"})
    assert requests() == [(ADDRESS, "asked")]
    assert visitor.get(first).status == 410
    visitor.post(link_in_last_mail())
    assert the_request().name == "Sam de Smit"
    visitor.post(ASK, SAM)
    assert requests() == [(ADDRESS, "waiting")]
    last = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
    assert "We have your request for an account and are looking at it." in last.letter.plain


def test_address_gets_so_many_mails_a_day_and_the_page_tells_nobody(visitor: Reader) -> None:
    pages = [asked(visitor, ADDRESS) for _time in range(TO_ONE_ADDRESS.most + 1)]
    assert len({page.html for page in pages}) == 1
    assert len(mails()) == TO_ONE_ADDRESS.most
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        asked(visitor, ADDRESS)
    assert len(mails()) == TO_ONE_ADDRESS.most + 1


def test_notes_behind_a_plus_are_one_mailbox(visitor: Reader) -> None:
    for number in range(TO_ONE_ADDRESS.most + 2):
        asked(visitor, f"victim+{number}@y.example")
    assert len(mails()) == TO_ONE_ADDRESS.most


@both_databases
def test_one_place_asks_so_often_an_hour(visitor: Reader) -> None:
    for number in range(FROM_ONE_PLACE.most):
        assert visitor.post(ASK, SAM | {"email": f"s{number}@y.example"}).status == 302
    page = visitor.post(ASK, SAM)
    assert (page.status, len(page.alerts)) == (429, 1)
    assert len(requests()) == FROM_ONE_PLACE.most
    assert visitor.post(ASK, SAM, address="192.0.2.9").status == 302
    # A machine with IPv6 has a new address for every request, and a mailbox one for every note behind a plus.
    for number in range(FROM_ONE_PLACE.most + 1):
        asker = {"email": f"v{number}@y.example"}
        page = visitor.post(ASK, SAM | asker, address=f"2001:db8:1:2::{number}")
    assert (page.status, visitor.post(ASK, SAM, address="2001:db8:1:3::1").status) == (429, 302)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert visitor.post(ASK, SAM).status == 302


NONSENSE = [
    *(("name", value) for value in ("", "  ", "x" * 161, "\u202e\u200b", "Pay at https://evil.example", "me@evil.x")),
    *(("email", value) for value in ("", "sam", "sam@", "a@b@c", "x" * 300, "sam@y.example\nBcc: z@y.example")),
    *(("organisation", value) for value in ("", "x" * 161, "WWW.evil.example", "now: HTTP://evil.example")),
]


def test_nonsense_is_told_at_its_field(visitor: Reader) -> None:
    for number, (field, value) in enumerate(NONSENSE):
        page = visitor.post(ASK, SAM | {field: value}, address=f"192.0.2.{number}")
        assert (page.status, list(page.wrong)) == (422, [field]), value
    odd: list[Form] = [{}, {"name": ["a", "b"]}, {"name[]": "x"}]
    for number, form in enumerate(odd):
        assert visitor.post(ASK, form, address=f"198.51.100.{number}").status == 422
    assert (requests(), mails()) == ([], [])


def test_nonsense_in_a_link_finds_nothing(visitor: Reader, manager: Reader, contact: Reader) -> None:
    for path in ("/account/nonsense", f"/account/{'x' * 5000}", "/account/%F0%9F%92%A5"):
        assert (visitor.get(path).status, visitor.post(path).status) == (410, 410)
    huge = "9" * 30
    assert manager.get(f"/planner/requests/{huge}").status == 404
    assert contact.get(f"{HOME}/requests/{huge}").status == 404
    assert manager.get(f"/planner/requests?page={huge}").status == 200
    assert manager.get("/planner/requests?page=-1").status == 200


# Time


def test_link_is_good_for_seven_days(visitor: Reader) -> None:
    visitor.post(ASK, SAM)
    link = link_in_last_mail()
    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        assert (visitor.get(link).status, visitor.post(link).status) == (410, 410)
    with time_machine.travel(NOW + timedelta(days=7, seconds=-1), tick=False):
        assert visitor.post(link).status == 200


@both_databases
def test_request_expires_after_thirty_days_and_is_erased_ninety_later(visitor: Reader, contact: Reader) -> None:
    asked_id = waits(visitor)
    assert expire_requests(NOW + timedelta(days=30, seconds=-1)) == 0
    ended = NOW + timedelta(days=30)
    assert (expire_requests(ended), expire_requests(ended)) == (1, 0)
    row = the_request()
    assert (row.state, row.answered_at) == (RequestState.EXPIRED, ended)
    assert mails()[-1] == (ADDRESS, "Your request for an account has expired")
    assert records()[-1] == ("account_expired", "clock", True)
    told = "Nobody answered the request of Sam Smit in time: it expired on Wed 23 December 2026."
    assert told in contact.follow(contact.get(f"{HOME}/requests/{asked_id}")).main
    expire_requests(ended + timedelta(days=90, seconds=-1))
    assert requests() == [(ADDRESS, "expired")]
    expire_requests(ended + timedelta(days=90))
    assert requests() == []


def test_request_that_nobody_confirmed_is_forgotten(visitor: Reader) -> None:
    visitor.post(ASK, SAM)
    expire_requests(NOW + timedelta(days=7))
    assert (requests(), len(mails())) == ([], 1)


def test_clock_sees_to_it(app: Flask, visitor: Reader) -> None:
    waits(visitor)
    with time_machine.travel(NOW + timedelta(days=31), tick=False):
        assert tick("tests")["requests_expired"] == 1
    assert db.session.scalars(select(User.email).where(User.email == ADDRESS)).all() == []
