"""Announcing by hand: written, looked at, announced, called about, and read on the portal."""

import re
from datetime import timedelta

import pytest

from announcements.bulletin_mailing import put_out
from announcements.models import Bulletin, BulletinKind
from announcements.unsubscribing import unsubscribe
from storage import db
from tests.bulletins import announced, calls, drafted, fresh
from tests.faces.pages import Form, Page, Reader, everything
from tests.planning import messages, send
from tests.world import NOW, World, make_tenant

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
