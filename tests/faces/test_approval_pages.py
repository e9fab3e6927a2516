"""Pages that show what will be sent, let a second person approve it, and mail a trial to oneself."""

import re
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from announcements.models import Approval
from announcements.services import announce_due
from announcements.settling import settle
from announcements.trial import send_trial
from evidence.actors import Role
from outbox.models import MessageState, OutboxMessage
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Says
from schedules.releases import retitle_release
from schedules.upkeep import keep_up_all
from sla.terms import Change
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tenants.models import Product
from tests.approving import asks_for_approval
from tests.at_once import Act, at_once
from tests.faces.pages import Reader, everything, words
from tests.planning import counted_queries, messages, moved, planned_release, planned_window, queued_mails, read, send
from tests.world import MANAGER, NOW, PLANNER, World, both_databases, local, make_tenant, make_user

SECOND = "second@vendor.example"


@pytest.fixture
def release(planned: World) -> Release:
    asks_for_approval(planned.product)
    return planned_release(planned.product)


def of(release: Release, kind: str = "production", says: str = "planned") -> str:
    return f"/planner/releases/{release.id}/mails/{kind}/{says}"


def facts(html: str) -> dict[str, str]:
    """The first list of facts of a page."""
    found = re.search(r'<dl class="facts">(.*?)</dl>', html, re.DOTALL)
    assert found is not None
    return {
        words(name): words(value) for name, value in re.findall(r"<dt>(.*?)</dt>(.*?)(?=<dt>|$)", found[1], re.DOTALL)
    }


# What will be sent


def test_dry_run_says_whom_it_reaches_and_what_comes_of_it(release: Release, manager: Reader) -> None:
    page = manager.get(of(release))

    assert page.status == 200
    assert facts(page.html) == {
        "Goes to": "3 contacts of 2 tenants 2 in Dutch, 1 in English",
        "Must be given by": "Fri 8 January 2027, 06:00, Amsterdam time (UTC+1) in 46 days",
        "Leaves": "Not before a second person has approved it. It was planned to leave on Fri 1 January 2027, 06:00; "
        "once approved, it leaves at once.",
        "Changed last by": "planner@vendor.example",
        "Slots of 2027": "1 of 4 releases used (SLA 3.3). This one is among them.",
        "Support": "Nobody loses full support by it (SLA 4.2).",
    }
    rows = re.findall(r"<tr>(.*?)</tr>", page.html.partition('id="recipients"')[2], re.DOTALL)[1:]
    assert [words(row) for row in rows] == [
        f"{tenant} {name} {address} {language} Fri 8 January 2027, 06:00 See this mail : {name}, {tenant}"
        for tenant, name, address, language in (
            ("Ziekenhuis Peelrand", "Contact 1", "contact1@ziekenhuis-peelrand.example", "Dutch"),
            ("Zorggroep De Brug", "Contact 1", "contact1@zorggroep-de-brug.example", "Dutch"),
            ("Zorggroep De Brug", "Contact 2", "contact2@zorggroep-de-brug.example", "English"),
        )
    ]


@both_databases
def test_dry_run_shows_the_very_mails_that_are_sent_then(release: Release, manager: Reader) -> None:
    page = manager.get(of(release))
    html = {one: manager.get(f"{of(release)}/html?language={one}") for one in ("nl", "en")}
    manager.post(f"{of(release)}/approve", {"seen": page.value("seen")})
    announce_due(NOW)

    dutch, english = [mail for mail in queued_mails() if "zorggroep" in mail.address]
    for language, mail in (("nl", dutch), ("en", english)):
        shown = re.findall(rf'<pre class="letter" lang="{language}">(.*?)</pre>', page.html, re.DOTALL)
        assert [words(one) for one in shown] == [" ".join(mail.text.split())]
        assert f"<strong>{mail.subject}</strong>" in page.html
        assert html[language].html == mail.html


def test_html_of_a_mail_may_do_nothing(release: Release, manager: Reader) -> None:
    page = manager.get(f"{of(release)}/html?language=nl")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert manager.get(f"{of(release)}/html?language=fr").status == 404


def test_mail_of_a_certain_reader_can_be_looked_at(planned: World, release: Release, manager: Reader) -> None:
    reader = planned.peelrand.contacts[0]
    page = manager.get(f"{of(release)}?reader={reader.id}")
    assert page.main.count("To Contact 1, Ziekenhuis Peelrand contact1@ziekenhuis-peelrand.example") == 2
    assert "This reader gets it in the other language" in page.main
    # Somebody who gets none: the first readers stand in.
    assert manager.get(f"{of(release)}?reader=999").main == manager.get(of(release)).main
    assert manager.get(f"{of(release)}/html?language=nl&reader=999").status == 200


@both_databases
def test_dry_run_writes_nothing(release: Release, manager: Reader) -> None:
    window = planned_window(db.session.get_one(Product, release.product_id))
    before = everything()
    for path in (of(release), f"{of(release)}/html", f"/planner/maintenance/{window.id}/mails/planned"):
        assert manager.get(path).status == 200
    assert everything() == before


def test_dry_run_waits_for_nobody_who_writes(app: Flask, release: Release, manager: Reader) -> None:
    path = of(release)
    database = Path(str(db.engine.url.database))
    db.session.rollback()
    writer = sqlite3.connect(database, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert manager.get(path).status == 200
        assert manager.get(f"{path}/html").status == 200
    finally:
        writer.rollback()
        writer.close()


def test_tenants_out_of_reach_are_named(planned: World, release: Release, manager: Reader) -> None:
    for slug, contacts in (("empty", 0), ("dead", 2), ("half", 2), ("mended", 1)):
        make_tenant(planned.product, slug, contacts)
    window = planned_window(planned.product)
    keep_up_all(NOW)
    asks_for_approval(planned.product, asks=False)
    announce_due(local("2026-12-09T09:00"))
    for message in messages():
        slug = message.address.partition("@")[2].removesuffix(".example")
        if slug in {"dead", "mended"} or message.address == "contact1@half.example":
            message.state = MessageState.SENT if message.address == "contact2@dead.example" else MessageState.FAILED
            message.bounced_at = NOW if message.state is MessageState.SENT else None
    mended = next(one for one in messages() if one.address == "contact1@mended.example")
    db.session.add(
        OutboxMessage(
            letter_id=mended.letter_id,
            tenant_id=mended.tenant_id,
            contact_id=mended.contact_id,
            address=mended.address,
            message_id="<later@localhost>",
            state=MessageState.SENT,
            created_at=NOW,
            next_attempt_at=NOW,
        )
    )
    db.session.commit()
    assert {message.address.partition("@")[2] for message in messages()} >= {"dead.example", "mended.example"}
    assert window.id

    page = manager.get(of(release))

    note = re.search(r'<div class="note warning">(.*?)</div>', page.html, re.DOTALL)
    assert note is not None
    assert words(note[1]) == (
        "1 tenant has no contact, and hears nothing: Empty Of 1 tenant the last mail to every contact came back: Dead"
    )


def test_strictest_agreement_is_named(planned: World, release: Release, manager: Reader) -> None:
    make_tenant(planned.product, "strict", production_notice="P6W")
    other = planned_release(planned.product, "2027.2", "2027-03-15T06:00", "2027-04-12T06:00")
    assert facts(manager.get(of(other)).html)["Must be given by"] == (
        "Mon 1 March 2027, 06:00, Amsterdam time (UTC+1) in 98 days That is the strictest agreement: Strict. "
        "The last one must know by Fri 12 March 2027, 06:00."
    )


def test_recipients_are_paged_and_found(planned: World, release: Release, manager: Reader) -> None:
    for number in range(40):
        make_tenant(planned.product, f"tenant-{number:02d}", contacts=3)
    # The clock makes their notices.
    keep_up_all(NOW)
    pages = [manager.get(of(release)), manager.get(f"{of(release)}?page=2"), manager.get(f"{of(release)}?page=3")]
    assert [page.html.count("See this mail") for page in pages] == [50, 50, 23]
    assert manager.get(f"{of(release)}?page=99").html.count("See this mail") == 23
    found = manager.get(f"{of(release)}?words=CONTACT2@tenant-07")
    assert re.findall(r"contact\d@tenant-\d\d", found.html.partition('id="recipients"')[2]) == ["contact2@tenant-07"]
    assert "Nobody by that name gets it." in manager.get(f"{of(release)}?words=%25").main


def test_nothing_open_says_so(planned: World, release: Release, manager: Reader) -> None:
    assert "Nothing of this waits to be sent." in manager.get(of(release, says="moved")).main
    assert manager.get("/planner/releases/999/mails/production/planned").status == 404
    assert manager.get("/planner/maintenance/999/mails/planned").status == 404
    assert manager.get(f"{of(release)}/nothing").status == 404


# Approval


def test_manager_approves_what_is_shown(release: Release, manager: Reader) -> None:
    page = manager.get(of(release))
    assert "Approve: mails 3 contacts of 2 tenants now" in page.main

    answer = manager.post(f"{of(release)}/approve", {"seen": page.value("seen")})

    assert answer.location == of(release)
    after = manager.get(of(release)).main
    assert "Approved: 3 mails leave within a minute." in after
    assert "Approved by manager@vendor.example on Mon 23 November 2026, 10:00: 3 contacts of 2 tenants." in after
    assert "Approve: mails" not in after
    on_its_way = "It is on its way."
    assert on_its_way in manager.get(f"/planner/releases/{release.id}").main
    assert announce_due(NOW) == len(messages()) == 3
    assert (
        "Notice of 2027.1 in production approved by manager@vendor.example"
        in manager.get(f"/planner/releases/{release.id}").main
    )
    assert on_its_way not in manager.get(f"/planner/releases/{release.id}").main


@pytest.mark.parametrize("role", ["viewer", "planner", "operator"])
def test_others_look_but_may_not_approve(app: Flask, release: Release, role: str) -> None:
    reader = Reader(app, f"{role}@vendor.example")
    page = reader.get(of(release))
    assert page.status == 200
    assert "A manager approves it." in page.main
    assert "Approve: mails" not in page.main
    assert ("Send me a trial" in page.main) is (role == "planner")
    before = everything()
    assert reader.post(f"{of(release)}/approve", {"seen": ""}).status == 403
    assert (reader.post(f"{of(release)}/trial").status == 403) is (role != "planner")
    if role != "planner":
        assert everything() == before


def test_whoever_planned_it_is_refused_and_another_manager_is_not(app: Flask, planned: World, manager: Reader) -> None:
    asks_for_approval(planned.product)
    release = planned_release(planned.product, by=MANAGER)
    make_user(SECOND, Role.MANAGER)
    second = Reader(app, SECOND)
    page = manager.get(of(release))
    assert "You made the last change to it, so somebody else has to approve it." in page.main
    seen = second.get(of(release)).value("seen")

    refused = manager.post(f"{of(release)}/approve", {"seen": seen})

    assert (refused.status, refused.alerts) == (
        422,
        ["You made the last change to it, so somebody else has to approve it."],
    )
    assert messages() == []
    assert second.post(f"{of(release)}/approve", {"seen": seen}).status == 302
    assert announce_due(NOW) == len(messages()) == 3


def test_page_that_is_out_of_date_is_shown_anew(planned: World, release: Release, manager: Reader) -> None:
    seen = manager.get(of(release)).value("seen")
    retitle_release(db.session.merge(release), "Anders", "Different", PLANNER, NOW)

    refused = manager.post(f"{of(release)}/approve", {"seen": seen})

    assert (refused.status, refused.alerts) == (
        422,
        ["This has changed since you looked. Below is what would be sent now."],
    )
    assert "2027.1: Different" in refused.main
    assert refused.value("seen") != seen
    assert messages() == []
    assert manager.post(f"{of(release)}/approve", {"seen": refused.value("seen")}).status == 302
    assert announce_due(NOW) == len(messages()) == 3


@pytest.mark.parametrize("seen", ["", "nonsense", "\ue000name\ue001"])
def test_made_up_fingerprint_approves_nothing(release: Release, manager: Reader, seen: str) -> None:
    assert manager.post(f"{of(release)}/approve", {"seen": seen}).status == 422
    assert messages() == []


def test_second_press_of_the_button_sends_nothing_more(app: Flask, release: Release, manager: Reader) -> None:
    seen = manager.get(of(release)).value("seen")
    pages = [manager.post(f"{of(release)}/approve", {"seen": seen}) for _press in range(3)]
    assert [page.status for page in pages] == [302, 422, 422]
    assert pages[1].alerts == ["manager@vendor.example has approved this already."]
    assert announce_due(NOW) == len(messages()) == 3
    assert len(db.session.scalars(select(Approval)).all()) == 1


def test_announcing_by_hand_gives_way_to_the_approval(planned: World, release: Release, manager: Reader) -> None:
    window = planned_window(planned.product)
    for page, path in (("releases", "announce/production"), ("maintenance", "announce")):
        number = release.id if page == "releases" else window.id
        shown = manager.get(f"/planner/{page}/{number}")
        assert "waits for a second person See what will be sent" in shown.main
        assert "/announce" not in shown.html
        answer = manager.follow(manager.post(f"/planner/{page}/{number}/{path}"))
        assert answer.alerts == [
            "This product asks for a second person: look at what will be sent, and have it approved there."
        ]
    assert announce_due(NOW) == 0


def test_today_lists_what_waits_for_whom(planned: World, release: Release, manager: Reader, planner: Reader) -> None:
    moved(release, production="2027-02-15T06:00", by=MANAGER)
    planned_window(planned.product)

    def rows(reader: Reader) -> list[str]:
        html = reader.get("/planner/").html
        return [words(row) for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL) if "second person" in row]

    mine = "You made the last change to it, so somebody else has to approve it."
    by_me = f"Changed last by manager@vendor.example. {mine} 3 contacts of 2 tenants Look : Notice of 2027.1"
    of_window = (
        "The aim is to tell it by Tue 8 December 2026, 22:00, a week ahead (SLA 3.3). It is missed only if it starts "
        "untold, on Tue 15 December 2026, 22:00. Changed last by planner@vendor.example. "
        "3 contacts of 2 tenants Read and approve : Notice of maintenance M-1"
    )
    assert [row.partition(" Waits for a second person. ")[2] for row in rows(manager)] == [
        of_window,
        f"Must be given by Mon 4 January 2027, 06:00 (SLA 3.3). {by_me} in acceptance",
        f"Must be given by Fri 15 January 2027, 06:00 (SLA 3.3). {by_me} in production",
    ]
    assert {"A manager approves it." in row for row in rows(planner)} == {True}
    assert "Leaves by itself on" not in planner.get("/planner/").main


@pytest.mark.parametrize("asks", [True, False])
def test_plans_say_that_nobody_is_mailed_before_the_approval(planned: World, manager: Reader, asks: bool) -> None:
    asks_for_approval(planned.product, asks)
    release, window = planned_release(planned.product), planned_window(planned.product)
    numbers = {"releases": release.id, "maintenance": window.id}
    for page, number in numbers.items():
        for path in ("new", f"{number}/move"):
            shown = manager.get(f"/planner/{page}/{path}").main
            assert ("Nobody is mailed before a second person has approved it." in shown) is asks
        # Nobody hears that something is off which nobody was told of.
        assert "Nobody was told of it yet, so nobody is mailed." in manager.get(f"/planner/{page}/{number}/cancel").main


def test_product_asks_for_a_second_person_by_its_settings(app: Flask, planned: World) -> None:
    admin = Reader(app, "admin@vendor.example")
    page = admin.get("/planner/products/inconto")
    assert re.search(r'<input[^>]*name="needs_approval"[^>]*>', page.html)
    form = {name: page.value(name) for name in ("name", "timezone", "test_period", "announce_ahead", "update_minutes")}
    admin.post("/planner/products/inconto", form | {"needs_approval": "y"})
    assert db.session.get_one(Product, planned.product.id, populate_existing=True).needs_approval is True
    assert re.search(r'<input checked[^>]*name="needs_approval"', admin.get("/planner/products/inconto").html)
    admin.post("/planner/products/inconto", form)
    assert db.session.get_one(Product, planned.product.id, populate_existing=True).needs_approval is False


# Without approval


def test_product_that_asks_nobody_shows_what_will_be_sent(planned: World, manager: Reader) -> None:
    window: MaintenanceWindow = planned_window(planned.product)
    path = f"/planner/maintenance/{window.id}/mails/planned"
    assert f'href="{path}"' in manager.get(f"/planner/maintenance/{window.id}").html
    page = manager.get(path)
    assert facts(page.html)["Leaves"] == "By itself on Tue 1 December 2026, 22:00."
    assert "Approv" not in page.main
    assert manager.post(f"{path}/approve", {"seen": "x"}).alerts == [
        "This product asks for nobody's approval: its notices leave by themselves."
    ]


# A trial


def test_trial_goes_to_oneself_in_both_languages_and_proves_nothing(release: Release, planner: Reader) -> None:
    before = everything()
    page = planner.follow(planner.post(f"{of(release)}/trial"))

    assert "The trial mails to planner@vendor.example leave within a minute." in page.main
    dutch, english = queued_mails()
    assert {dutch.address, english.address} == {"planner@vendor.example"}
    assert english.subject == "[Trial] [Inconto] Production to 2027.1 on Mon 8 February 2027, 06:00"
    on_top = (
        "This is a trial, to you alone. The real mail would go to 3 contacts of 2 tenants. "
        "Below it is as Contact 2 of Zorggroep De Brug would get it."
    )
    assert english.text.split("\n\n")[:2] == [on_top, "Hello Contact 2,"]
    assert words(english.html.partition("<body")[2].partition(">")[2]).startswith(
        f"{on_top} ◆ Inconto Hello Contact 2,"
    )
    assert {message.announcement_id for message in messages()} == {None}
    send(None, NOW)
    assert settle(NOW) == 0
    after = everything()
    assert {name for name in after if after[name] != before[name]} == {"letter", "outbox_message", "trial_mail"}


def test_trial_of_a_certain_reader(planned: World, release: Release, planner: Reader) -> None:
    reader = planned.peelrand.contacts[0]
    page = planner.get(f"{of(release)}?reader={reader.id}")
    answer = planner.post(f"{of(release)}/trial", {"reader": page.value("reader")})
    assert answer.location == f"{of(release)}?reader={reader.id}"
    assert {read(message).text.count("Ziekenhuis Peelrand") > 1 for message in messages()} == {True}


def test_trials_are_ten_an_hour_at_most(app: Flask, release: Release, planner: Reader, manager: Reader) -> None:
    path = f"{of(release)}/trial"
    pages = [planner.follow(planner.post(path)) for _press in range(6)]
    assert [page.alerts for page in pages] == [[]] * 5 + [
        ["You get 10 trial mails an hour at most. Wait a while before you ask for more."]
    ]
    assert len(messages()) == 10
    # Another person's are another matter, and an hour later they are forgotten.
    assert manager.follow(manager.post(path)).alerts == []
    with time_machine.travel(NOW + timedelta(hours=1, seconds=1), tick=False):
        assert planner.follow(planner.post(path)).alerts == []
    assert len(messages()) == 14


@both_databases
def test_trials_asked_for_at_the_same_moment_are_counted_together(app: Flask, release: Release) -> None:
    number = release.id

    def person() -> Act:
        own = db.session.get_one(Release, number)
        return lambda: send_trial(own, Change.PRODUCTION, Says.PLANNED, PLANNER.name, PLANNER, NOW)

    outcomes = at_once(app, [person] * 8)
    assert sorted(type(one).__name__ for one in outcomes) == ["Refused"] * 3 + ["int"] * 5
    assert len(messages()) == 10


def test_trial_of_nothing_is_refused(planned: World, release: Release, planner: Reader) -> None:
    page = planner.follow(planner.post(f"{of(release, says='moved')}/trial"))
    assert page.alerts == ["Nobody would get this mail now, so there is nothing to try."]
    assert messages() == []


def test_markup_in_a_name_is_text_in_a_trial(planned: World, release: Release, planner: Reader) -> None:
    for contact in planned.brug.contacts:
        contact.name = "<b>Bo</b>"
    db.session.commit()
    planner.post(f"{of(release)}/trial")
    assert ["<b>Bo" in mail.html for mail in queued_mails()] == [False, False]
    assert "<b>Bo" not in planner.get(of(release)).html


def test_contact_who_joined_is_in_the_next_look(planned: World, release: Release, manager: Reader) -> None:
    manager.get(of(release))
    add_contact(planned.peelrand, ContactFacts("Noor", "noor@peelrand.example"), MANAGER)
    assert "Approve: mails 4 contacts of 2 tenants now" in manager.get(of(release)).main


def test_dry_run_asks_the_same_of_more_tenants(planned: World, release: Release, manager: Reader) -> None:
    counts = []
    for number in range(0, 30, 29):
        for one in range(number):
            make_tenant(planned.product, f"tenant-{one:02d}", contacts=one % 4)
        keep_up_all(NOW)
        for path in (of(release), f"{of(release)}/html", f"{of(release)}?reader=1&words=tenant"):
            with counted_queries() as statements:
                assert manager.get(path).status == 200
            counts.append(len(statements))
    assert counts[:3] == counts[3:]
    assert max(counts) <= 30
