"""A tenant keeps its own contacts: three at most, the last one stays, each change told and on record (SLA 4.1)."""

import pytest
from flask import Flask

from accounts.own_pace import BY_ONE_TENANT
from accounts.request_pace import TO_ONE_ADDRESS
from evidence.actors import Role
from evidence.chain import verify
from tenants.contacts import ContactFacts, add_contact
from tests.faces.conftest import CONTACT, STRANGER
from tests.faces.contacts import LIST, NOOR, SECOND, addresses, contact_named, link_in_last_mail, mails, records
from tests.faces.pages import Reader, everything
from tests.world import MANAGER, PASSWORD, World, both_databases, make_user


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


def test_change_of_nothing_is_not_on_record(contact: Reader) -> None:
    second = contact_named(SECOND)
    contact.post(f"{LIST}/{second.id}", {"name": second.name, "email": SECOND, "phone": "", "locale": second.locale})
    assert (records(), mails()) == ([], [])


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
