"""A request for an account is answered, by a contact of the tenant or by the vendor (SLA 4.1)."""

import json
import re

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.request_models import RequestState
from evidence.chain import verify
from evidence.models import Entry
from outbox.models import OutboxMessage
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tenants.models import Contact
from tests.faces.asking_for_accounts import (
    ADDRESS,
    ASK,
    HOME,
    SAM,
    UNKNOWN,
    link_in_last_mail,
    mails,
    records,
    requests,
    the_request,
    waits,
)
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader, everything
from tests.requests import waiting_request, waiting_requests
from tests.world import MANAGER, World, both_databases


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
    late = contact.get(path)
    assert late.location == f"{HOME}/contacts"
    told = "Contact 1 has approved the request of Sam Smit already, on Mon 23 November 2026."
    assert told in contact.follow(late).main
    assert contact.post(f"{path}/refuse", {"reason": "x"}).location == f"{HOME}/contacts"

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
    # The language in which it was asked, whatever that of the tenant is.
    assert "Write it in English, the language of who reads it." in page.main
    contact.post(path, {"reason": "Jij werkt <hier> niet"})
    row = the_request()
    assert (row.state, row.reason) == (RequestState.REFUSED, "Jij werkt <hier> niet")
    last = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
    assert (last.address, last.letter.subject) == (ADDRESS, "Your request for an account was not approved")
    assert "The reason: Jij werkt <hier> niet" in last.letter.plain
    assert "Zorggroep" not in last.letter.plain
    assert records()[-1][0] == "account_refused"
    told = "Contact 1 has refused the request of Sam Smit already, on Mon 23 November 2026."
    assert told in contact.follow(contact.get(f"{HOME}/requests/{asked}")).main
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
        taken = "All three places for contacts are taken, which is the most there may be (SLA 4.1)."
        assert page.alerts == [f"{taken} Choose whose place Sam Smit takes."]
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
    assert "Nobody is waiting for an account." in shown
    assert "Sam Smit sam@gmail.com Ziekenhuis Peelrand approved manager@vendor.example" in shown


def test_manager_refuses_and_erases(visitor: Reader, manager: Reader) -> None:
    asked = waits(visitor, UNKNOWN)
    path = f"/planner/requests/{asked}"
    assert manager.follow(manager.post(f"{path}/erase")).alerts == ["Answer it first: somebody waits for it."]
    assert manager.post(f"{path}/refuse", {}).wrong == {"reason": "Say why: who asked reads it."}
    manager.post(f"{path}/refuse", {"reason": "Unknown"})
    assert "refused manager@vendor.example" in manager.get("/planner/requests").main
    assert "Unknown" in manager.get(path).main
    granted = manager.follow(manager.post(f"{path}/grant", {"tenant": "ziekenhuis-peelrand"}))
    assert granted.alerts == ["This request has been answered already."]
    assert the_request().state is RequestState.REFUSED
    page = manager.post(f"{path}/refuse", {"reason": "A stranger"})
    assert (page.status, page.alerts) == (422, ["This request has been answered already."])
    assert ("<textarea" in page.html, "What you typed A stranger" in page.main) == (False, True)
    assert manager.post(f"{path}/erase").location == "/planner/requests"
    assert requests() == []
    assert manager.get(path).status == 404
    assert records()[-1] == ("account_refused", "manager@vendor.example", False)


@both_databases
def test_every_request_that_waits_can_be_leafed_to(manager: Reader, planned: World) -> None:
    for number in range(121):
        waiting_request(None, f"Bot {number}", f"bot{number:03}@bots.example")
    pages = [manager.get(f"/planner/requests?page={page}").main for page in (1, 2, 3)]
    found = [re.findall(r"bot\d+@bots", page) for page in pages]
    assert [len(one) for one in found] == [50, 50, 21]
    assert len({one for page in found for one in page}) == 121
    assert "101–121 of 121" in pages[2]
    assert "121 people ask for an account." in manager.get("/planner/").main
    done = waiting_request(None, "Done", "done@asks.example")
    manager.post(f"/planner/requests/{done.id}/refuse", {"reason": "No"})
    page = manager.get("/planner/requests?page=2&answered=1")
    assert ("done@asks.example" in page.main, "bot050@bots" in page.main) == (True, True)


def test_full_tenant_gives_the_vendor_a_choice_too(visitor: Reader, manager: Reader, planned: World) -> None:
    for number in (2, 3):
        add_contact(planned.peelrand, ContactFacts(f"N{number}", f"n{number}@elsewhere.example"), MANAGER)
    asked = waits(visitor, UNKNOWN)
    path = f"/planner/requests/{asked}"
    page = manager.post(f"{path}/grant", {"tenant": "ziekenhuis-peelrand"})
    assert page.location == f"{path}?tenant=ziekenhuis-peelrand"
    shown = manager.follow(page)
    assert "(SLA 4.1). Choose whose place Sam Smit takes." in shown.alerts[0]
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
    assert page.main.endswith("A manager answers it, or a contact of the tenant. Account requests")
    assert "<form" not in page.html.partition("<main")[2]
    before = everything()
    answers = {reader.post(f"{path}/{verb}", {"reason": "x"}).status for verb in ("grant", "refuse", "erase")}
    assert (answers, everything()) == ({403}, before)
