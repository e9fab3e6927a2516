"""Announcing by hand: written, looked at, announced, called about, and read on the portal."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from announcements.bulletin_mailing import put_out
from announcements.calls import record_call
from announcements.models import Bulletin, BulletinKind
from announcements.reach import close_reached
from announcements.unsubscribing import unsubscribe
from compliance.bulletin_evidence import bulletin_proofs, bulletin_rows
from storage import db
from tenants.contacts import ContactFacts, change_contact
from tenants.models import Contact
from tests.bulletins import announced, calls, drafted, fresh
from tests.faces.conftest import CONTACT
from tests.faces.pages import Form, Page, Reader, everything
from tests.planning import messages, send
from tests.world import MANAGER, NOW, OPERATOR, World, make_tenant

NEW = "/planner/bulletins/new"
FORM: Form = {
    "subject_nl": "Inloggen lukt niet",
    "subject_en": "Signing in fails",
    "markdown_nl": "Wij werken **eraan**.",
    "markdown_en": "We are **on it**.",
    "step": "save",
}
HOME = "/portal/zorggroep-de-brug"


def typed(**more: str) -> Form:
    return FORM | more


def draft_of(reader: Reader, kind: str = "urgent", **more: str) -> tuple[str, Page]:
    """The address of a draft that somebody wrote, and its page."""
    page = reader.post(f"{NEW}/{kind}", typed(**more))
    return page.location, reader.follow(page)


def test_urgent_announcement_goes_from_words_to_calls(manager: Reader, operator: Reader, planned: World) -> None:
    path, draft = draft_of(manager)
    assert "A draft: nobody has got it yet." in draft.main
    assert "Announce it now: mails 3 contacts of 2 tenants" in draft.main
    assert messages() == []

    page = manager.follow(manager.post(f"{path}/announce", {"revision": draft.value("revision")}))
    assert page.main.startswith("It is announced; the mails leave at once. Signing in fails")
    assert "It is on its way: within seconds its mails are in the outbox" in page.main
    assert "It is on its way." in manager.get("/planner/").main
    put_out(NOW)
    assert "Open: 2 tenants have not been reached." in manager.get(path).main
    assert [(one.urgent, one.not_after) for one in messages()] == [(True, NOW + timedelta(hours=24))] * 3
    today = re.sub(r"Urgent\s*:", "Urgent :", manager.get("/planner/").main)
    assert "Urgent : Signing in fails 2 tenants have not been reached yet (SLA 4.1)." in today

    send(planned.brug, NOW)
    bulletin = db.session.get_one(Bulletin, int(path.rpartition("/")[2]))
    [call] = calls(bulletin, planned.peelrand)
    page = operator.follow(operator.post(f"{path}/calls/{call.id}", {"state": "reached", "outcome": "Weet het"}))
    assert page.main.startswith("Every tenant has been reached. Signing in fails Every tenant has been reached: closed")
    assert "reached: Weet het (operator@vendor.example" in page.main
    assert "Urgent" not in manager.get("/planner/").main
    assert fresh(bulletin).closed_by == "operator@vendor.example"


def test_tenants_not_reached_stand_first_with_numbers_to_dial(operator: Reader, planned: World) -> None:
    contact = planned.peelrand.contacts[0]
    change_contact(contact, ContactFacts("Wil Jansen", contact.email, "020 123 4567"), MANAGER)
    make_tenant(planned.product, "aardappel", contacts=0)
    bulletin = announced(planned.product)
    send(planned.brug, NOW)
    html = operator.get(f"/planner/bulletins/{bulletin.id}").html
    names = re.findall(r'<a href="/planner/tenants/([a-z-]+)">', html)
    assert names == ["aardappel", "ziekenhuis-peelrand", "zorggroep-de-brug"]
    assert html.count("nobody to reach") == 1
    assert html.count('href="tel:+31-20-123-4567"') == 1


def test_somebody_else_is_called_where_there_is_no_contact(operator: Reader, planned: World) -> None:
    tenant = make_tenant(planned.product, "aardappel", contacts=0)
    bulletin = announced(planned.product, tenants=("aardappel",))
    path = f"/planner/bulletins/{bulletin.id}/tenants/aardappel/calls"
    refused = operator.post(path, {"name": "", "phone": "020 123 4567", "state": "reached"})
    assert (refused.status, refused.wrong) == (422, {f"name-{tenant.id}": "Fill this in."})
    assert 'value="020 123 4567"' in refused.html

    page = operator.post(
        path, {"name": "Portier", "phone": "020 123 4567", "state": "reached", "outcome": "Geeft door"}
    )
    assert fresh(bulletin).closed_at == NOW
    assert "Portier" in operator.follow(page).main
    assert operator.post(path.replace("aardappel", "nergens"), {}).status == 404


def test_page_of_many_is_small_and_asks_only_for_what_changed(operator: Reader, planned: World) -> None:
    many = [make_tenant(planned.product, f"veel-{number}", contacts=3) for number in range(15)]
    db.session.execute(update(Contact).values(phone="020 123 4567"))
    db.session.commit()
    bulletin = announced(planned.product)
    path = f"/planner/bulletins/{bulletin.id}"
    page = operator.get(path)
    assert "Page 1 of 2" in page.main
    assert len(page.html) < 50_000
    # One form a tenant: for whom to call now.
    assert page.html.count('name="state" value="reached"') == 10
    (part,) = re.findall(r'data-from="([^"]+)"', page.html)
    assert part == f"{path}/live"

    first = operator.client.get(part)
    assert "<html" not in first.text
    again = operator.client.get(part, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    record_call(calls(bulletin, many[0])[0], "no_answer", "", OPERATOR, NOW)
    changed = operator.client.get(part, headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, changed.text.count("no answer")) == (200, 1)
    draft = drafted(planned.product)
    assert operator.get(f"/planner/bulletins/{draft.id}/live").status == 404


def test_whoever_else_was_called_is_written_down_in_a_form_asked_for(operator: Reader, planned: World) -> None:
    bulletin = announced(planned.product)
    path = f"/planner/bulletins/{bulletin.id}"
    second = calls(bulletin, planned.brug)[1]
    assert f'id="said-{second.id}"' not in operator.get(path).html
    (place,) = re.findall(rf'href="([^"]+open=call-{second.id}[^"]*)"', operator.get(path).html)
    assert f'id="said-{second.id}"' in operator.get(place.partition("#")[0]).html
    assert f'id="name-{planned.brug.id}"' in operator.get(f"{path}?open=tenant-{planned.brug.id}").html


def test_call_without_an_outcome_says_so_beside_it(operator: Reader, planned: World) -> None:
    bulletin = announced(planned.product)
    call = calls(bulletin)[0]
    page = operator.post(f"/planner/bulletins/{bulletin.id}/calls/{call.id}", {"outcome": "x"})
    assert (page.status, page.wrong) == (422, {f"said-{call.id}": "Say whether you reached somebody."})
    other = announced(planned.product, subject_en="Another")
    assert operator.post(f"/planner/bulletins/{other.id}/calls/{call.id}", {"state": "reached"}).status == 404


@pytest.mark.parametrize("kind", ["urgent", "newsletter", "terms"])
def test_page_shows_what_is_wrong_beside_its_field(manager: Reader, kind: str) -> None:
    terms = {"document": "Voorwaarden", "effective_on": "2027-01-01"} if kind == "terms" else {}
    page = manager.post(f"{NEW}/{kind}", typed(subject_en="x" * 300, **terms))
    assert page.status == 422
    assert page.wrong == {"subject_en": "This is too long: 300 characters, 200 at most."}
    assert page.value("subject_nl") == "Inloggen lukt niet"


def test_terms_ask_for_a_document_and_a_day_ahead(planner: Reader) -> None:
    page = planner.post(f"{NEW}/terms", typed(document="Voorwaarden", effective_on="2026-11-23"))
    assert page.wrong == {
        "effective_on": "Contacts are always told ahead of changed terms (SLA 6.1). Choose a day that is still to come."
    }
    _path, draft = draft_of(planner, "terms", document="Voorwaarden", effective_on="2027-01-01")
    assert "Voorwaarden" in draft.main
    assert "A manager announces it." in draft.main
    assert "Not announced yet; contacts are always told before this day (SLA 6.1)." in planner.get("/planner/").main


def test_preview_writes_nothing(manager: Reader, planned: World) -> None:
    before = everything()
    page = manager.post(f"{NEW}/newsletter", typed(step="preview", markdown_en="**b** <script>alert(1)</script>"))
    assert page.status == 200
    assert '<div class="prose" lang="en"><p><strong>b</strong>' in page.html
    assert "<script>alert" not in page.html.partition("As customers read it")[2]
    assert everything() == before


def test_draft_says_who_wants_none_and_who_cannot_be_reached(planner: Reader, planned: World) -> None:
    unsubscribe(planned.brug.contacts[1], NOW)
    make_tenant(planned.product, "aardappel", contacts=0)
    _path, draft = draft_of(planner, "newsletter")
    assert "2 contacts of 2 tenants, each in their own language." in draft.main
    assert "1 contact wants no newsletter and gets none: Contact 2 (Zorggroep De Brug)" in draft.main
    assert "1 tenant has no contact: Aardappel" in draft.main


def test_second_press_announces_nothing_more(manager: Reader, planned: World) -> None:
    path, draft = draft_of(manager, "newsletter")
    form = {"revision": draft.value("revision")}
    pages = [manager.follow(manager.post(f"{path}/announce", form)) for _press in range(2)]
    assert "This has been announced already; it went out once." in pages[1].alerts[0]
    put_out(NOW)
    assert len(messages()) == 3


def test_draft_is_changed_until_it_is_announced(manager: Reader, planned: World) -> None:
    path, _draft = draft_of(manager, "newsletter", tenants="zorggroep-de-brug")
    edit = manager.get(f"{path}/edit")
    assert edit.value("tenants") == "Zorggroep De Brug"
    form = typed(revision=edit.value("revision"), subject_en="Better", tenants="")
    page = manager.follow(manager.post(f"{path}/edit", form))
    assert page.main.startswith("The draft is saved. Better")
    assert manager.post(f"{path}/edit", form | {"subject_en": "Best"}).status == 422
    manager.post(f"{path}/announce", {"revision": page.value("revision")})
    assert manager.follow(manager.get(f"{path}/edit")).alerts == ["This can no longer be changed."]
    put_out(NOW)
    assert len(messages()) == 3


def test_dropped_draft_goes_to_nobody(planner: Reader, manager: Reader, planned: World) -> None:
    path, draft = draft_of(planner, "newsletter")
    planner.post(f"{path}/drop", {"revision": draft.value("revision")})
    assert "Nobody got it." in planner.get(path).main
    page = manager.follow(manager.post(f"{path}/announce", {"revision": "1"}))
    assert page.alerts[0] == "This draft was dropped. Write a new one."
    assert messages() == []


def test_writer_is_told_that_somebody_else_announces(manager: Reader, planned: World) -> None:
    planned.product.needs_approval = True
    db.session.commit()
    path, draft = draft_of(manager, "newsletter")
    assert "You wrote this. For this product somebody else must announce it." in draft.main
    assert "Announce it now" not in draft.main
    manager.post(f"{path}/announce", {"revision": "1"})
    assert messages() == []
    assert "An incident cannot wait" in manager.get(f"{NEW}/urgent").main


def test_how_it_stands_goes_on_in_the_same_thread(manager: Reader, planned: World) -> None:
    first = announced(planned.product)
    page = manager.get(f"{NEW}/urgent?follows={first.id}")
    assert page.value("subject_en") == "Signing in fails"
    page = manager.post(f"{NEW}/urgent?follows={first.id}", typed(subject_en="Solved"))
    path, draft = page.location, manager.follow(page)
    assert "the same tenants as the first announcement" in draft.main
    manager.post(f"{path}/announce", {"revision": "1"})
    put_out(NOW)
    assert "About the same matter Signing in fails" in manager.get(path).main
    assert {one.letter.thread for one in messages()} == {f"bulletin-{first.id}"}
    for wrong in ("0", "x", "999", "\u0663"):
        assert manager.get(f"{NEW}/urgent?follows={wrong}").status == 404
    assert manager.get(f"{NEW}/newsletter?follows={first.id}").status == 404
    assert manager.get(f"{NEW}/gossip").status == 404


@pytest.mark.parametrize("kind", list(BulletinKind))
def test_portal_keeps_what_was_announced(contact: Reader, planned: World, kind: BulletinKind) -> None:
    bulletin = announced(planned.product, kind)
    drafted(planned.product, kind, subject_en="Not yet")
    listed = contact.get(f"{HOME}/announcements")
    assert "Signing in fails" in listed.main
    assert "Not yet" not in listed.main
    page = contact.get(f"{HOME}/announcements/{bulletin.id}")
    assert "We are <strong>on it</strong>." in page.html


def test_portal_is_for_those_it_went_to(contact: Reader, stranger: Reader, planned: World) -> None:
    bulletin = announced(planned.product, tenants=("zorggroep-de-brug",))
    draft = drafted(planned.product, BulletinKind.NEWSLETTER)
    own = "/portal/ziekenhuis-peelrand/announcements"
    assert contact.get(f"{HOME}/announcements/{bulletin.id}").status == 200
    for path in (f"{own}/{bulletin.id}", f"{own}/{draft.id}", f"{own}/999", f"{HOME}/announcements/{bulletin.id}"):
        assert stranger.get(path).status == 404
    assert "Signing in fails" not in stranger.get(own).html + stranger.get("/portal/ziekenhuis-peelrand").html


def test_urgent_matter_stands_on_top_until_a_day_after_it_closed(app: Flask, contact: Reader, planned: World) -> None:
    announced(planned.product)
    announced(planned.product, BulletinKind.NEWSLETTER, subject_en="News")
    assert contact.get(HOME).main.startswith("Zorggroep De Brug Urgent Signing in fails")
    assert "News" not in contact.get(HOME).main.partition("Acceptance")[0]
    send(None, NOW)
    close_reached(NOW)
    for hours, shown in ((23, True), (25, False)):
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            page = Reader(app, CONTACT).get(HOME)
        on_top, below = page.main.split("Production", 1)
        assert ("Signing in fails" in on_top) == shown
        assert "Signing in fails" in below


def test_contact_stops_the_newsletter_and_gets_it_again(contact: Reader, stranger: Reader, planned: World) -> None:
    own = planned.brug.contacts[0]
    page = contact.follow(contact.post(f"{HOME}/newsletter", {"wanted": "no"}))
    assert "You get no newsletters since" in page.main
    db.session.refresh(own)
    assert own.unsubscribed_at == NOW
    assert stranger.post(f"{HOME}/newsletter", {"wanted": "yes"}).status == 404
    db.session.refresh(own)
    assert own.unsubscribed_at == NOW
    page = contact.follow(contact.post(f"{HOME}/newsletter", {"wanted": "yes"}))
    assert f"You get the newsletter at {CONTACT}." in page.main
    assert planned.brug.contacts[1].unsubscribed_at is None


def test_vendor_stops_and_starts_the_newsletter_of_a_contact(manager: Reader, planned: World) -> None:
    own = planned.brug.contacts[0]
    path = f"/planner/tenants/zorggroep-de-brug/contacts/{own.id}/newsletter"
    page = manager.follow(manager.post(path, {"wanted": "no"}))
    assert "wants no newsletter" in page.main
    page = manager.follow(manager.post(path, {"wanted": "yes"}))
    assert "wants no newsletter" not in page.main
    assert manager.post(path.replace("zorggroep-de-brug", "ziekenhuis-peelrand"), {}).status == 404


NONSENSE = [
    "=?utf-8?q?x=0d=0aBcc:_a@b?=",
    "\u202etxet",
    "a\u2028b\u2029c",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "x" * 200,
]


@pytest.mark.parametrize("words", NONSENSE)
def test_nonsense_is_shown_as_it_is(manager: Reader, contact: Reader, planned: World, words: str) -> None:
    more = dict.fromkeys(("subject_nl", "subject_en", "markdown_nl", "markdown_en", "document"), words)
    path, draft = draft_of(manager, "terms", **(more | {"effective_on": "2027-01-01"}))
    assert draft.status == 200
    manager.post(f"{path}/announce", {"revision": "1"})
    put_out(NOW)
    number = path.rpartition("/")[2]
    seen = [manager.get(path), manager.get("/planner/"), contact.get(f"{HOME}/announcements/{number}")]
    assert [page.status for page in seen] == [200] * 3
    assert not any("<script>alert" in page.html for page in seen)
    assert len(messages()) == 3


def test_markdown_of_a_megabyte_is_taken_and_more_is_not(manager: Reader, planned: World) -> None:
    most = "x " * (512 * 1024 - 1)
    page = manager.upload(f"{NEW}/newsletter", typed(markdown_en=most + "xx"))
    assert page.status == 302
    page = manager.upload(f"{NEW}/newsletter", typed(markdown_en=most + "xxx"))
    assert page.wrong == {"markdown_en": "These notes are longer than 1 MB."}


def test_list_shows_how_each_stands(manager: Reader, planned: World) -> None:
    announced(planned.product)
    drafted(planned.product, BulletinKind.NEWSLETTER, subject_en="Soon")
    main = manager.get("/planner/bulletins").main
    assert main.index("Soon") < main.index("Signing in fails")
    assert "open: 0 of 2 tenants reached" in main
    assert "written by manager@vendor.example" in main


def test_what_was_said_says_in_which_language(operator: Reader, planned: World) -> None:
    bulletin = announced(planned.product)
    path = f"/planner/bulletins/{bulletin.id}"
    [call] = calls(bulletin, planned.peelrand)
    operator.post(f"{path}/calls/{call.id}", {"state": "reached", "outcome": "Knows of it"})
    assert "reached: Knows of it (" in operator.get(path).main
    assert '<span lang="en">Knows of it</span>' in operator.get(path).html
    person = {"name": "Jan", "phone": "020 123 4567", "state": "reached", "outcome": "Knows it too"}
    operator.post(f"{path}/tenants/ziekenhuis-peelrand/calls", person)
    rows = bulletin_rows(bulletin_proofs(planned.peelrand), planned.peelrand)
    said = [(row["server_reply"], row["language"]) for row in rows if row["channel"] == "telephone"]
    assert said == [("Knows of it", "en"), ("Knows it too", "en")]


def test_evidence_of_a_tenant_shows_what_was_told_by_hand(manager: Reader, planned: World) -> None:
    bulletin = announced(planned.product)
    record_call(calls(bulletin, planned.peelrand)[0], "reached", "Weet het", OPERATOR, NOW)
    main = manager.get("/planner/tenants/ziekenhuis-peelrand/evidence").main
    assert "Announced by hand in 2026 Urgent Signing in fails" in main
    assert "reached: Weet het (operator@vendor.example" in main
    assert "Announced by hand" in manager.get("/planner/tenants/zorggroep-de-brug/evidence").main


def test_nobody_is_said_to_be_out_of_reach_before_the_mails_are_written(operator: Reader, planned: World) -> None:
    bulletin = announced(planned.product, tenants=("zorggroep-de-brug",))
    bulletin.written_at = None
    db.session.commit()
    page = operator.get(f"/planner/bulletins/{bulletin.id}")
    assert "Zorggroep De Brug on its way" in page.main
    assert "nobody to reach" not in page.main
