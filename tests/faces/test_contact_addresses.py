"""New addresses of contacts: whose they are, who says so, and whom a mail reaches."""

from flask import Flask
from sqlalchemy import select

from accounts.models import User
from outbox.models import MessageState
from outbox.services import post_letter
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tenants.models import Contact
from tests.faces.conftest import CONTACT
from tests.faces.contacts import LIST, NOOR, SECOND, addresses, contact_named, link_in_last_mail, mails, records
from tests.faces.pages import Reader
from tests.world import MANAGER, NOW, World, both_databases


def test_somebody_elses_new_address_is_invited_and_the_old_one_told(contact: Reader) -> None:
    own, second = contact_named(CONTACT).id, contact_named(SECOND)
    path = f"{LIST}/{second.id}"
    assert contact.get(path).value("email") == SECOND
    page = contact.post(path, {"name": "Contact Two", "email": "two@brug.example", "phone": "", "locale": "en"})
    assert page.location == LIST
    assert addresses() == [CONTACT, "two@brug.example"]
    changed = ("contact_changed", f"contact {own}", {"contact": second.id, "fields": ["email", "name"]})
    assert records() == [changed]
    assert mails() == [
        ("two@brug.example", "Your access to the Inconto portal"),
        (SECOND, "This address is no longer used for Inconto"),
    ]


@both_databases
def test_own_new_address_counts_once_its_reader_says_so(contact: Reader, app: Flask) -> None:
    own = contact_named(CONTACT)
    facts = {"name": "Contact One", "email": "one@brug.example", "phone": "", "locale": "en"}
    page = contact.follow(contact.post(f"{LIST}/{own.id}", facts))
    assert "We mailed a link to one@brug.example. Your new address counts once you follow it." in page.main
    waits = "one@brug.example waits until you follow the link that we mailed to it, until Thu 26 November 2026, 10:00"
    assert waits in page.main
    assert waits not in Reader(app, CONTACT).get(LIST).main
    assert addresses() == [CONTACT, SECOND]
    assert contact_named(CONTACT).name == "Contact One"
    link = link_in_last_mail()
    assert mails() == [("one@brug.example", "Confirm your new e-mail address")]

    anybody = Reader(app)
    shown = anybody.get(link)
    assert "We then write to one@brug.example instead of contact1@zorggroep-de-brug.example" in shown.main
    assert addresses() == [CONTACT, SECOND]
    assert anybody.post(link).location == "/login"
    assert addresses() == ["one@brug.example", SECOND]
    assert mails()[1:] == [
        ("one@brug.example", "You sign in with this address now"),
        (CONTACT, "This address is no longer used for Inconto"),
    ]
    assert (anybody.get(link).status, anybody.post(link).status) == (410, 410)
    assert waits not in contact.get(LIST).main
    # The account goes along, with its password.
    assert Reader(app, "one@brug.example").get(LIST).status == 200
    assert contact.get(LIST).status == 302
    assert [record[0] for record in records()] == ["contact_changed", "contact_changed"]


@both_databases
def test_whoever_reads_the_old_address_comes_in_no_more(contact: Reader, app: Flask) -> None:
    elsewhere, thief = Reader(app, CONTACT), Reader(app)
    thief.post("/reset", {"email": CONTACT})
    old = link_in_last_mail()
    own = contact_named(CONTACT)
    contact.post(f"{LIST}/{own.id}", {"name": "One", "email": "one@brug.example", "phone": "", "locale": "en"})
    assert contact.post(link_in_last_mail()).location == "/portal/"
    # Who follows the link in the browser in which it was asked for stays signed in there, and nowhere else.
    assert (contact.get(LIST).status, elsewhere.get(LIST).status) == (200, 302)
    assert (thief.get(old).status, thief.post(old, {"password": "x" * 20, "again": "x" * 20}).status) == (410, 410)
    assert Reader(app, "one@brug.example").get(LIST).status == 200


def test_own_address_that_another_tenant_knows_keeps_its_account(app: Flask, contact: Reader, planned: World) -> None:
    add_contact(planned.peelrand, ContactFacts("Both", CONTACT), MANAGER)
    own = contact_named_at(planned.brug.id, CONTACT)
    contact.post(f"{LIST}/{own.id}", {"name": "One", "email": "one@brug.example", "phone": "", "locale": "nl"})
    Reader(app).post(link_in_last_mail())
    users = select(User.email).where(User.email.in_([CONTACT, "one@brug.example"])).order_by(User.email)
    assert list(db.session.scalars(users)) == [CONTACT, "one@brug.example"]
    assert ("one@brug.example", "Je toegang tot het klantportaal van Inconto") in mails()
    assert contact.get(LIST).status == 404
    assert contact.get("/portal/ziekenhuis-peelrand/contacts").status == 200


def contact_named_at(tenant_id: int, email: str) -> Contact:
    return db.session.scalars(select(Contact).where(Contact.tenant_id == tenant_id, Contact.email == email)).one()


def test_contact_cannot_take_the_address_of_the_vendor(contact: Reader) -> None:
    own = contact_named(CONTACT)
    vendors = {"name": "One", "email": "planner@vendor.example", "phone": "", "locale": "nl"}
    assert list(contact.post(f"{LIST}/{own.id}", vendors).wrong) == ["email"]
    second = contact_named(SECOND)
    assert list(contact.post(f"{LIST}/{second.id}", vendors).wrong) == ["email"]
    assert list(contact.post(LIST, vendors).wrong) == ["email"]
    assert addresses() == [CONTACT, SECOND]


def test_link_to_an_address_is_good_for_three_days_and_for_nothing_else(contact: Reader, app: Flask) -> None:
    anybody = Reader(app)
    for path in ("/address/nonsense", "/address/%00", f"/address/{'x' * 3000}", "/address/W10.aaaa.bbbb"):
        assert anybody.get(path).status in {404, 410}, path
    own = contact_named(CONTACT)
    contact.post(f"{LIST}/{own.id}", {"name": "One", "email": "one@brug.example", "phone": "", "locale": "nl"})
    link = link_in_last_mail()
    contact.post(f"{LIST}/{contact_named(SECOND).id}", NOOR | {"email": "one@brug.example"})
    page = anybody.post(link)
    assert page.status == 409
    assert addresses() == [CONTACT, "one@brug.example"]


def sent(contact: Contact, state: MessageState, reply: str, bounced: bool = False) -> None:
    mail = post_letter(contact.email, "Notice", "text", "", "en", NOW)
    mail.tenant_id, mail.contact_id, mail.state, mail.reply = contact.tenant_id, contact.id, state, reply
    mail.bounced_at, mail.bounce = (NOW, "mailbox full") if bounced else (None, "")
    db.session.commit()


@both_databases
def test_address_that_a_server_refused_shows_until_a_mail_arrives(contact: Reader, planned: World) -> None:
    second = contact_named(SECOND)
    told = "our last mail did not arrive, Mon 23 November 2026 Is the address right? If not, change it."
    sent(second, MessageState.FAILED, "550 no such user")
    sent(planned.peelrand.contacts[0], MessageState.FAILED, "550 theirs")
    page = contact.get(LIST).main
    assert f"{SECOND} {told} 550 no such user" in page
    assert (page.count(told), "theirs" in page) == (1, False)
    sent(contact_named(SECOND), MessageState.SENT, "250 ok")
    assert told not in contact.get(LIST).main
    sent(contact_named(SECOND), MessageState.SENT, "250 ok", bounced=True)
    assert f"{told} mailbox full" in contact.get(LIST).main
    contact.post(f"{LIST}/{second.id}", NOOR)
    assert told not in contact.get(LIST).main
