"""Who was not reached, what is held, and what cannot be read, as planners see it."""

from datetime import timedelta

from flask import Flask

from announcements.settling import settle
from outbox.addresses import return_path
from outbox.bounces import take
from outbox.holds import hold, present_hold
from outbox.incoming import note
from outbox.models import MessageState
from storage import db
from tenants.contacts import ContactFacts, change_contact
from tests.faces.pages import Reader
from tests.outbox.rows import queue
from tests.outbox.written_reports import report
from tests.planning import TOLD, messages, pass_of_the_clock, planned_release, send
from tests.world import MANAGER, NOW, World

HELD = "The outbox is held: nothing is mailed. moving house"


def test_today_names_whom_mail_does_not_reach(manager: Reader, planner: Reader, planned: World) -> None:
    planned_release(planned.product)
    pass_of_the_clock(TOLD)
    send(None, TOLD)
    settle(TOLD)
    contact = planned.brug.contacts[0]
    change_contact(contact, ContactFacts(contact.name, contact.email, phone="+31 85 018 5725"), MANAGER)
    message = messages(planned.brug, MessageState.SENT)[0]
    take(report(return_path(message), message.address, message.message_id), NOW)
    page = manager.get("/planner/").main

    assert "A mail to Contact 1 came back. Call +31 85 018 5725, and correct the address." in page
    assert "It did reach Contact 2." in page
    assert f"{message.address}: 5.1.1 550 5.1.1" in page
    assert f"/planner/tenants/{planned.brug.slug}/contacts/{message.contact_id}" in manager.get("/planner/").html
    assert "Correct the address of Contact 1" not in planner.get("/planner/").main


def test_hold_shows_and_is_released_by_a_manager(manager: Reader, planner: Reader, planned: World) -> None:
    queue(2)
    hold("moving house", MANAGER, NOW)
    page = planner.get("/planner/outbox")

    assert HELD in planner.get("/planner/").main
    assert "2 mails would leave when it is released." in page.main
    assert "There is no journal to compare with." in page.main
    assert "Release the outbox" not in page.main
    assert planner.post("/planner/outbox/release", {}).status == 403
    assert "Release the outbox" in manager.get("/planner/outbox").main
    shown = manager.follow(manager.post("/planner/outbox/release", {})).main
    assert "Released: 2 mails wait. What is late by now is not sent by itself." in shown
    assert present_hold() is None
    assert HELD not in planner.get("/planner/").main


def test_release_waits_for_the_comparison(app: Flask, manager: Reader, planned: World) -> None:
    app.config["MAIL_JOURNAL_READ"] = "maildir:/nowhere"
    hold("moving house", MANAGER, NOW)

    assert "Release the outbox" not in manager.get("/planner/outbox").main
    shown = manager.follow(manager.post("/planner/outbox/release", {}))
    assert shown.alerts[0] == "Compare it with the journal first: what was sent already would be sent again."


def test_mailbox_that_cannot_be_read_shows(planner: Reader, planned: World) -> None:
    note("reports", NOW - timedelta(hours=1), "imap://me@mail.example:143/INBOX: timed out")
    db.session.rollback()
    page = planner.get("/planner/").main

    assert "The mailbox of delivery reports cannot be read: we do not hear what came back." in page
    assert "imap://me@mail.example:143/INBOX: timed out" in page
    note("reports", NOW)
    assert "cannot be read" not in planner.get("/planner/").main


def test_outbox_is_for_the_vendor(contact: Reader, anybody: Reader) -> None:
    assert contact.get("/planner/outbox").status == 404
    assert anybody.get("/planner/outbox").status == 302
