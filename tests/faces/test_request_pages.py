"""Somebody asks for an account: by the sign-in page, its own mailbox, and an answer (SLA 4.1). Nothing leaks."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from accounts.models import User
from accounts.request_models import AccountRequest, RequestState
from accounts.request_pace import FROM_ONE_PLACE, TO_ONE_ADDRESS
from accounts.requests import expire_requests
from entrypoints.tick import tick
from evidence.actors import Role
from evidence.chain import verify
from evidence.models import Entry
from outbox.models import OutboxMessage
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tenants.models import Contact
from tests.faces.conftest import CONTACT
from tests.faces.pages import Form, Page, Reader, everything
from tests.requests import waiting_requests
from tests.world import MANAGER, NOW, World, both_databases, make_tenant, make_user

ASK = "/account"
HOME = "/portal/zorggroep-de-brug"
SAM: Form = {"name": "Sam Smit", "email": "Sam@zorggroep-de-brug.example", "organisation": "De Brug"}
ADDRESS = "sam@zorggroep-de-brug.example"


@pytest.fixture
def visitor(anybody: Reader, planned: World) -> Reader:
    return anybody


def requests() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(AccountRequest).order_by(AccountRequest.id))
    return [(row.email, row.state.value) for row in rows]


def the_request() -> AccountRequest:
    return db.session.scalars(select(AccountRequest)).one()


def mails() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(row.address, row.letter.subject) for row in rows]


def link_in_last_mail() -> str:
    last = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
    (path,) = re.findall(r"http://localhost(/\S+)", last.letter.plain)
    return str(path)


def records() -> list[tuple[str, str, bool]]:
    rows = db.session.scalars(select(Entry).where(Entry.kind.startswith("account_")).order_by(Entry.id))
    return [(row.kind, row.actor, row.tenant_id is not None) for row in rows]


def waits(visitor: Reader, form: Form = SAM) -> int:
    """A request whose address is confirmed; its number."""
    visitor.post(ASK, form)
    visitor.post(link_in_last_mail())
    row = db.session.scalars(select(AccountRequest).order_by(AccountRequest.id.desc()).limit(1)).one()
    assert row.state is RequestState.WAITING
    return row.id


def test_sign_in_page_shows_the_way_to_an_account(visitor: Reader, app: Flask) -> None:
    page = visitor.get("/login")
    assert f'href="{ASK}"' in page.html
    assert "Account aanvragen" in Reader(app, language="nl").get("/login").main


@both_databases
def test_contact_lets_in_who_asked(visitor: Reader, contact: Reader, app: Flask) -> None:
    page = visitor.post(ASK, SAM)
    assert page.location == "/account/asked"
    assert visitor.follow(page).main.startswith("Look in your mailbox We have mailed the address that you gave.")
    assert requests() == [(ADDRESS, "asked")]
    assert mails() == [(ADDRESS, "Your request for an account")]
    assert contact.get(f"{HOME}/contacts").main.count("Sam") == 0

    link = link_in_last_mail()
    assert visitor.get(link).main.startswith("Is this your request? Name Sam Smit E-mail sam@")
    # A program that looks at links ahead of their reader confirms nothing.
    assert requests() == [(ADDRESS, "asked")]
    assert visitor.post(link).main.startswith("We look at your request")
    assert (visitor.get(link).status, visitor.post(link).status) == (410, 410)
    assert requests() == [(ADDRESS, "waiting")]
    assert waiting_requests() == 1
    assert [address for address, _subject in mails()[1:]] == [CONTACT, "contact2@zorggroep-de-brug.example"]

    asked = the_request().id
    shown = contact.get(f"{HOME}/contacts")
    assert "Sam Smit sam@zorggroep-de-brug.example Mon 23 November 2026 Approve or refuse" in shown.main
    path = f"{HOME}/requests/{asked}"
    assert "Organisation, as typed De Brug" in contact.get(path).main
    answered = contact.follow(contact.post(f"{path}/grant"))
    assert "Sam Smit is now a contact. The invitation leaves within a minute." in answered.main
    sam = db.session.scalars(select(Contact).where(Contact.email == ADDRESS)).one()
    assert (sam.name, sam.locale, sam.slot) == ("Sam Smit", "en", 3)
    assert mails()[-1] == (ADDRESS, "Your access to the Inconto portal")
    own = db.session.scalars(select(Contact.id).where(Contact.email == CONTACT)).one()
    assert records() == [("account_asked", "requester", True), ("account_granted", f"contact {own}", True)]
    assert verify() == []
    assert waiting_requests() == 0
    assert contact.get(path).status == 404

    newcomer = Reader(app)
    password = {"password": "another horse battery", "again": "another horse battery"}
    newcomer.post(link_in_last_mail(), password)
    assert newcomer.get(HOME).status == 200


def test_chain_holds_no_name_of_who_asked(visitor: Reader, contact: Reader) -> None:
    asked = waits(visitor)
    contact.post(f"{HOME}/requests/{asked}/grant")
    facts = list(db.session.scalars(select(Entry.facts).where(Entry.kind.startswith("account_")).order_by(Entry.id)))
    sam = db.session.scalars(select(Contact.id).where(Contact.email == ADDRESS)).one()
    assert [json.loads(one) for one in facts] == [{"request": asked}, {"contact": sam, "request": asked}]


@both_databases
def test_contact_refuses_with_a_reason_that_is_mailed(visitor: Reader, contact: Reader) -> None:
    asked = waits(visitor)
    path = f"{HOME}/requests/{asked}/refuse"
    page = contact.post(path, {"reason": " "})
    assert (page.status, page.wrong) == (422, {"reason": "Say why: who asked reads it."})
    contact.post(path, {"reason": "Jij werkt <hier> niet"})
    row = the_request()
    assert (row.state, row.reason) == (RequestState.REFUSED, "Jij werkt <hier> niet")
    last = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
    assert (last.address, last.letter.subject) == (ADDRESS, "Your request for an account is refused")
    assert "The reason: Jij werkt <hier> niet" in last.letter.plain
    assert "Zorggroep" not in last.letter.plain
    assert records()[-1][0] == "account_refused"
    assert list(db.session.scalars(select(Contact.email).where(Contact.email == ADDRESS))) == []


@both_databases
def test_fourth_takes_the_place_of_one_who_is_chosen(visitor: Reader, contact: Reader, planned: World) -> None:
    third = add_contact(planned.brug, ContactFacts("Noor", "noor@elsewhere.example"), MANAGER)
    asked, third_id = waits(visitor), third.id
    path = f"{HOME}/requests/{asked}"
    assert "Whose place does Sam Smit take? All three places are taken" in contact.get(path).main
    before = everything()
    for form in ({}, {"replaces": "nonsense"}, {"replaces": str(planned.peelrand.contacts[0].id)}):
        page = contact.post(f"{path}/grant", form)
        assert page.status == 422
        assert "which is the most there may be (SLA 4.1)" in page.alerts[0]
    assert everything() == before
    assert contact.post(f"{path}/grant", {"replaces": str(third_id)}).location == f"{HOME}/contacts"
    query = select(Contact.email).where(Contact.tenant_id == planned.brug.id).order_by(Contact.slot)
    assert list(db.session.scalars(query)) == [CONTACT, "contact2@zorggroep-de-brug.example", ADDRESS]
    assert mails()[-2:] == [
        ("noor@elsewhere.example", "Je bent geen contactpersoon meer voor Inconto"),
        (ADDRESS, "Your access to the Inconto portal"),
    ]


def test_contact_hands_its_own_place_over(visitor: Reader, contact: Reader, planned: World) -> None:
    add_contact(planned.brug, ContactFacts("Noor", "noor@elsewhere.example"), MANAGER)
    asked = waits(visitor)
    own = db.session.scalars(select(Contact.id).where(Contact.email == CONTACT)).one()
    assert "(you: you can then no longer sign in here)" in contact.get(f"{HOME}/requests/{asked}").main
    assert contact.post(f"{HOME}/requests/{asked}/grant", {"replaces": str(own)}).location == "/portal/"
    assert contact.get(HOME).status == 404
    kinds = [(row.kind, row.actor) for row in db.session.scalars(select(Entry).order_by(Entry.id.desc()).limit(3))]
    signature = f"contact {own}"
    assert kinds == [
        ("account_granted", signature),
        ("contact_added", signature),
        ("contact_removed", signature),
    ]


def test_contacts_of_another_tenant_learn_nothing(visitor: Reader, stranger: Reader) -> None:
    asked = waits(visitor)
    before = everything()
    for slug in ("zorggroep-de-brug", "ziekenhuis-peelrand"):
        path = f"/portal/{slug}/requests/{asked}"
        assert stranger.get(path).status == 404
        assert {stranger.post(f"{path}/{verb}", {"reason": "x"}).status for verb in ("grant", "refuse")} == {404}
    assert "Sam" not in stranger.get("/portal/ziekenhuis-peelrand/contacts").main
    assert everything() == before


# The vendor answers

UNKNOWN: Form = {"name": "Sam Smit", "email": "sam@gmail.com", "organisation": "peelrand"}


@both_databases
def test_manager_finds_the_tenant_and_lets_in(visitor: Reader, manager: Reader, planned: World) -> None:
    asked = waits(visitor, UNKNOWN)
    assert the_request().tenant_id is None
    assert mails() == [("sam@gmail.com", "Your request for an account")]
    shown = manager.get("/planner/requests").main
    assert "Sam Smit sam@gmail.com peelrand you: no tenant has this domain Mon 23 November 2026" in shown
    path = f"/planner/requests/{asked}"
    page = manager.get(path)
    assert "Ziekenhuis Peelrand" in page.main
    assert "Approve as a contact" not in page.main
    assert manager.follow(manager.post(f"{path}/grant")).alerts == ["Choose the tenant first."]
    assert f"{path}?tenant=ziekenhuis-peelrand&amp;words=peelrand#chosen" in page.html
    chosen = manager.get(f"{path}?tenant=ziekenhuis-peelrand&words=peelrand")
    assert "Approve as a contact of Ziekenhuis Peelrand Its contacts now: Contact 1." in chosen.main
    assert manager.post(f"{path}/grant", {"tenant": "ziekenhuis-peelrand"}).location == "/planner/requests"
    emails = list(db.session.scalars(select(Contact.email).where(Contact.tenant_id == planned.peelrand.id)))
    assert emails == ["contact1@ziekenhuis-peelrand.example", "sam@gmail.com"]
    assert mails()[1:] == [
        ("sam@gmail.com", "Your access to the Inconto portal"),
        ("contact1@ziekenhuis-peelrand.example", "Sam Smit is nu contactpersoon van Ziekenhuis Peelrand"),
    ]
    assert records() == [
        ("account_asked", "requester", False),
        ("account_granted", "manager@vendor.example", True),
    ]
    shown = manager.get("/planner/requests").main
    assert "Nobody waits for an account." in shown
    assert "Sam Smit sam@gmail.com Ziekenhuis Peelrand approved manager@vendor.example" in shown


def test_manager_refuses_and_erases(visitor: Reader, manager: Reader) -> None:
    asked = waits(visitor, UNKNOWN)
    path = f"/planner/requests/{asked}"
    assert manager.follow(manager.post(f"{path}/erase")).alerts == ["Answer it first: somebody waits for it."]
    assert manager.post(f"{path}/refuse", {}).wrong == {"reason": "Say why: who asked reads it."}
    manager.post(f"{path}/refuse", {"reason": "Unknown"})
    assert "refused manager@vendor.example" in manager.get("/planner/requests").main
    assert "Unknown" in manager.get(path).main
    assert manager.post(f"{path}/grant", {"tenant": "ziekenhuis-peelrand"}).status == 302
    assert the_request().state is RequestState.REFUSED
    assert manager.post(f"{path}/erase").location == "/planner/requests"
    assert requests() == []
    assert manager.get(path).status == 404
    assert records()[-1] == ("account_refused", "manager@vendor.example", False)


def test_full_tenant_gives_the_vendor_a_choice_too(visitor: Reader, manager: Reader, planned: World) -> None:
    for number in (2, 3):
        add_contact(planned.peelrand, ContactFacts(f"N{number}", f"n{number}@elsewhere.example"), MANAGER)
    asked = waits(visitor, UNKNOWN)
    path = f"/planner/requests/{asked}"
    page = manager.post(f"{path}/grant", {"tenant": "ziekenhuis-peelrand"})
    assert page.location == f"{path}?tenant=ziekenhuis-peelrand"
    shown = manager.follow(page)
    assert "(SLA 4.1). Remove one first." in shown.alerts[0]
    assert "Whose place does Sam Smit take?" in shown.main
    last = planned.peelrand.contacts[2].id
    manager.post(f"{path}/grant", {"tenant": "ziekenhuis-peelrand", "replaces": str(last)})
    emails = list(db.session.scalars(select(Contact.email).where(Contact.tenant_id == planned.peelrand.id)))
    assert sorted(emails) == ["contact1@ziekenhuis-peelrand.example", "n2@elsewhere.example", "sam@gmail.com"]


@pytest.mark.parametrize("role", ["viewer", "planner", "operator"])
def test_others_of_the_vendor_look_only(app: Flask, visitor: Reader, role: str) -> None:
    asked = waits(visitor, UNKNOWN)
    reader, path = Reader(app, f"{role}@vendor.example"), f"/planner/requests/{asked}"
    page = reader.get(path)
    assert page.main.endswith("A manager answers it, or a contact of the tenant. Requests for an account")
    assert "<form" not in page.html.partition("<main")[2]
    before = everything()
    answers = {reader.post(f"{path}/{verb}", {"reason": "x"}).status for verb in ("grant", "refuse", "erase")}
    assert (answers, everything()) == ({403}, before)


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
]


@pytest.mark.parametrize(("email", "slug"), DOMAINS)
def test_only_the_one_tenant_of_a_domain_is_asked(
    visitor: Reader, planned: World, email: str, slug: str | None
) -> None:
    add_contact(planned.brug, ContactFacts("G", "someone@gmail.com"), MANAGER)
    for number in (1, 2):
        make_tenant(planned.product, f"two-{number}", contacts=0)
        own = make_tenant(planned.product, f"three-{number}", contacts=0)
        add_contact(own, ContactFacts("T", f"t{number}@two.example"), MANAGER)
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


@both_databases
def test_one_place_asks_so_often_an_hour(visitor: Reader) -> None:
    for number in range(FROM_ONE_PLACE.most):
        assert visitor.post(ASK, SAM | {"email": f"s{number}@y.example"}).status == 302
    page = visitor.post(ASK, SAM)
    assert (page.status, len(page.alerts)) == (429, 1)
    assert len(requests()) == FROM_ONE_PLACE.most
    assert visitor.post(ASK, SAM, address="192.0.2.9").status == 302
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert visitor.post(ASK, SAM).status == 302


NONSENSE = [
    *(("name", value) for value in ("", "  ", "x" * 161, "\u202e\u200b")),
    *(("email", value) for value in ("", "sam", "sam@", "a@b@c", "x" * 300, "sam@y.example\nBcc: z@y.example")),
    *(("organisation", value) for value in ("", "x" * 161)),
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
    assert contact.get(f"{HOME}/requests/{asked_id}").status == 404
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
