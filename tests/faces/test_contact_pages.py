"""A tenant keeps its own contacts: three at most, the last one stays, each change told and on record (SLA 4.1)."""

import json
import re

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.models import User
from accounts.own_pace import BY_ONE_TENANT
from accounts.request_pace import TO_ONE_ADDRESS
from evidence.actors import Role
from evidence.chain import verify
from evidence.models import Entry
from outbox.models import MessageState, OutboxMessage
from outbox.services import post_letter
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tenants.models import Contact
from tests.faces.conftest import CONTACT, STRANGER
from tests.faces.pages import Form, Reader, everything
from tests.world import MANAGER, NOW, PASSWORD, World, both_databases, make_user

HOME = "/portal/zorggroep-de-brug"
LIST = f"{HOME}/contacts"
NOOR: Form = {"name": "Noor van Dam", "email": "Noor@Brug.example", "phone": "020 123 4567", "locale": "en"}
SECOND = "contact2@zorggroep-de-brug.example"


def contact_named(email: str) -> Contact:
    return db.session.scalars(select(Contact).where(Contact.email == email)).one()


def addresses() -> list[str]:
    """The contacts of De Brug in the order of their places."""
    query = select(Contact.email).where(Contact.email.not_like("%peelrand%")).order_by(Contact.slot)
    return list(db.session.scalars(query))


def records() -> list[tuple[str, str, dict[str, object]]]:
    """What was put on record of contacts since the world began, with who did it."""
    rows = db.session.scalars(select(Entry).where(Entry.kind.startswith("contact_")).order_by(Entry.id))
    return [(row.kind, row.actor, json.loads(row.facts)) for row in rows][3:]


def mails() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(row.address, row.letter.subject) for row in rows]


def link_in_last_mail() -> str:
    last = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
    (path,) = re.findall(r"http://localhost(/\S+)", last.letter.plain)
    return str(path)


@both_databases
def test_contact_adds_another_who_is_invited(contact: Reader, app: Flask) -> None:
    own = contact_named(CONTACT).id
    page = contact.post(LIST, NOOR)
    assert page.location == LIST
    added = contact_named("noor@brug.example")
    assert (added.name, added.phone, added.locale, added.slot) == ("Noor van Dam", "+31 20 123 4567", "en", 3)
    assert records() == [("contact_added", f"contact {own}", {"contact": added.id})]
    assert verify() == []
    assert mails() == [("noor@brug.example", "Your access to the Inconto portal")]
    shown = contact.follow(page).main
    assert "Noor van Dam is added. The invitation leaves within a minute." in shown
    assert "Noor van Dam noor@brug.example +31 20 123 4567 English invited on Mon 23 November 2026" in shown
    welcome = link_in_last_mail()
    newcomer = Reader(app)
    newcomer.post(welcome, {"password": "another horse battery", "again": "another horse battery"})
    assert "Noor van Dam (you)" in newcomer.get(LIST).main


def test_fourth_contact_is_refused_in_friendly_words(contact: Reader, planned: World) -> None:
    add_contact(planned.brug, ContactFacts("Noor", "noor@brug.example"), MANAGER)
    before = everything()
    shown = contact.get(LIST)
    assert "These are your three contacts." in shown.main
    assert 'name="email"' not in shown.html
    page = contact.post(LIST, NOOR | {"email": "fourth@brug.example"})
    assert (page.status, list(page.wrong)) == (422, ["email"])
    assert "which is the most there may be (SLA 4.1)" in page.wrong["email"]
    assert everything() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "Look: https://evil.example"),
        ("email", "nobody"),
        ("email", CONTACT),
        ("phone", "12"),
        ("locale", "de"),
    ],
)
def test_nonsense_is_told_at_its_field_and_writes_nothing(contact: Reader, field: str, value: str) -> None:
    before = everything()
    second = contact_named(SECOND).id
    for path in (LIST, f"{LIST}/{second}"):
        page = contact.post(path, NOOR | {field: value})
        assert (page.status, list(page.wrong)) == (422, [field]), path
    assert everything() == before


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


def test_change_of_nothing_is_not_on_record(contact: Reader) -> None:
    second = contact_named(SECOND)
    contact.post(f"{LIST}/{second.id}", {"name": second.name, "email": SECOND, "phone": "", "locale": second.locale})
    assert (records(), mails()) == ([], [])


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


@both_databases
def test_contact_removes_another_who_is_told(contact: Reader) -> None:
    second, own = contact_named(SECOND).id, contact_named(CONTACT).id
    path = f"{LIST}/{second}/remove"
    shown = contact.get(path)
    assert shown.main.startswith("Remove Contact 2? Contact 2 then gets no more mails about Inconto")
    assert addresses() == [CONTACT, SECOND]
    assert contact.post(path).location == LIST
    assert addresses() == [CONTACT]
    assert records() == [("contact_removed", f"contact {own}", {"contact": second})]
    assert mails() == [(SECOND, "You are no longer a contact for Inconto")]
    assert contact.post(path).status == 404


def test_contact_removes_itself_after_a_warning(contact: Reader) -> None:
    own = contact_named(CONTACT).id
    path = f"{LIST}/{own}/remove"
    assert "Remove yourself?" in contact.get(path).main
    page = contact.post(path)
    assert page.location == "/portal/"
    assert "You are no longer a contact" in contact.follow(page).main
    assert contact.get(LIST).status == 404
    assert records() == [("contact_removed", f"contact {own}", {"contact": own})]


def test_last_contact_stays(stranger: Reader) -> None:
    own = contact_named(STRANGER).id
    path = f"/portal/ziekenhuis-peelrand/contacts/{own}/remove"
    page = stranger.get(path)
    assert page.main.startswith("Contact 1 stays for now This is your last contact: somebody must hear from us.")
    assert "<form" not in page.html.partition("<main")[2]
    told = stranger.follow(stranger.post(path))
    assert told.alerts == ["This is the last contact. Add another one first: somebody must hear from us."]
    assert contact_named(STRANGER).id == own


def test_contact_is_invited_again_until_it_can_sign_in(contact: Reader) -> None:
    second = contact_named(SECOND)
    assert "English not invited yet Change Contact 2 Invite Contact 2" in contact.get(LIST).main
    contact.post(f"{LIST}/{second.id}/invite")
    assert mails() == [(SECOND, "Your access to the Inconto portal")]
    assert "invited on Mon 23 November 2026 Change Contact 2 Invite again Contact 2" in contact.get(LIST).main


@both_databases
def test_contacts_make_us_mail_so_often(contact: Reader) -> None:
    second = contact_named(SECOND).id
    for _time in range(TO_ONE_ADDRESS.most + 1):
        page = contact.post(f"{LIST}/{second}/invite")
    said = contact.follow(page).alerts
    wait = "Try again after Tue 24 November 2026, 01:00, Amsterdam time (UTC+1)."
    assert said == [f"This address got three mails today, and nobody came in with it. {wait}"]
    # Neither by notes behind a plus, nor as somebody else's or one's own new address.
    noted = NOOR | {"email": SECOND.replace("@", "+1@")}
    assert list(contact.post(f"{LIST}/{contact_named(CONTACT).id}", noted).wrong) == ["email"]
    assert list(contact.post(LIST, noted).wrong) == ["email"]
    assert len(mails()) == TO_ONE_ADDRESS.most

    for number in range(BY_ONE_TENANT.most - TO_ONE_ADDRESS.most):
        own = NOOR | {"email": f"n{number}@brug.example"}
        assert contact.post(f"{LIST}/{contact_named(CONTACT).id}", own).status == 302
    page = contact.post(f"{LIST}/{second}", NOOR)
    assert page.wrong == {
        "email": "We mail ten times an hour for your contacts. "
        "Try again after Mon 23 November 2026, 11:00, Amsterdam time (UTC+1)."
    }
    assert (len(mails()), addresses()) == (BY_ONE_TENANT.most, [CONTACT, SECOND])
    # A name and a number are no mail; neither are they counted.
    assert contact.post(f"{LIST}/{second}", NOOR | {"email": SECOND}).status == 302


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


def test_contacts_of_others_are_nobodys(contact: Reader, planned: World) -> None:
    theirs = planned.peelrand.contacts[0].id
    before = everything()
    for path in (f"{LIST}/{theirs}", f"{LIST}/{theirs}/remove"):
        assert contact.get(path).status == 404
        assert contact.post(path, NOOR).status == 404
    assert contact.post(f"{LIST}/{theirs}/invite").status == 404
    assert contact.post("/portal/ziekenhuis-peelrand/contacts", NOOR).status == 404
    assert everything() == before


def test_vendor_who_is_no_contact_changes_nothing_on_the_portal(app: Flask, planned: World) -> None:
    admin = Reader(app, "admin@vendor.example")
    assert admin.post(LIST, NOOR).status == 404
    assert addresses() == [CONTACT, SECOND]


def test_changes_by_the_vendor_are_on_record_too(manager: Reader) -> None:
    brug = "/planner/tenants/zorggroep-de-brug/contacts"
    manager.post(brug, NOOR)
    added = contact_named("noor@brug.example").id
    manager.post(f"{brug}/{added}", NOOR | {"name": "Noor"})
    manager.post(f"{brug}/{added}/remove")
    assert records() == [
        ("contact_added", "manager@vendor.example", {"contact": added}),
        ("contact_changed", "manager@vendor.example", {"contact": added, "fields": ["name"]}),
        ("contact_removed", "manager@vendor.example", {"contact": added}),
    ]


def test_second_person_signs_in_with_what_the_first_gave(app: Flask, planned: World) -> None:
    make_user(SECOND, Role.CONTACT)
    assert "Contact 2 (you)" in Reader(app, SECOND, PASSWORD).get(LIST).main
