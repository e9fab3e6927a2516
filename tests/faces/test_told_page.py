"""What a customer was told, laid before it: promise, deadline, when, to whom, and how it arrived; its own alone."""

import json
from datetime import timedelta

import time_machine
from flask import Flask

from announcements.settling import settle
from evidence.chain import head
from outbox.models import MessageState
from release_notes.services import publish_notes, save_notes
from schedules.notices import Channel
from schedules.running import report_version
from schedules.telling import record_told
from sla.terms import Change
from storage import db
from tenants.models import EnvironmentKind
from tests.bulletins import announced
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader
from tests.faces.told import HOME, SENT, TOLD, main_of, told_of_a_release
from tests.planning import messages, pass_of_the_clock, planned_release, planned_window, send, the_notice
from tests.world import MANAGER, NOW, OPERATOR, World, local


def test_customer_reads_what_was_promised_and_how_it_was_kept(app: Flask, planned: World) -> None:
    told_of_a_release(planned)
    main = main_of(app)
    acceptance = main.partition("Notice of 2027.1 in acceptance")[2]
    assert acceptance.startswith(
        " Takes place Mon 18 January 2027, 06:00, Amsterdam time (UTC+1) "
        "We promised to tell you 2 weeks ahead (SLA 3.3), so by Mon 4 January 2027, 06:00 "
        "We told you Sun 3 January 2027, 06:00, Amsterdam time (UTC+1) , 15 days ahead "
        "told in time, to every contact By mail to Contact 1, in Dutch. contact1@zorggroep-de-brug.example "
        "Our mail server took it on Sun 3 January 2027, 06:00, to deliver it; it has not come back. "
        "What the mail server said : Contact 1 "
        "250 2.0.0 Ok: queued as 17 SHA-256 abab"
    )
    assert "By mail to Contact 2, in English." in acceptance
    assert f"Head of the evidence at this moment: {head()}" in main


def test_customer_reads_nothing_of_a_plan_before_it_is_announced(contact: Reader, planned: World) -> None:
    planned_release(planned.product)
    assert "Nothing has been announced to you about changes in 2026." in contact.get(TOLD).main
    assert json.loads(contact.get(f"{TOLD}.json").body)["notices"] == []
    assert len(contact.get(f"{TOLD}.csv").body.decode("utf-8-sig").splitlines()) == 1


def test_customer_reads_of_its_own_alone(app: Flask, stranger: Reader, planned: World) -> None:
    told_of_a_release(planned)
    planned_window(planned.product, tenants=("zorggroep-de-brug",))
    announced(planned.product, tenants=("zorggroep-de-brug",))
    pass_of_the_clock(SENT)
    for path in ("told", "told.csv", "told.json"):
        page = stranger.get(f"/portal/ziekenhuis-peelrand/{path}")
        assert page.status == 200
        assert "zorggroep" not in page.html
        assert stranger.get(f"{HOME}/{path}").status == 404


def test_mail_that_came_back_and_a_call_are_told_plainly(app: Flask, planned: World) -> None:
    told_of_a_release(planned)
    (first, *_others) = messages(planned.brug, MessageState.SENT)
    first.bounced_at, first.bounce = SENT, "550 5.1.1 no such user"
    db.session.commit()
    notice = the_notice(planned_window(planned.product), Change.MAINTENANCE, planned.brug)
    record_told(notice, Channel.TELEPHONE, "mevrouw De Wit", NOW, OPERATOR, NOW)
    main = main_of(app)
    assert "It came back on Sun 3 January 2027, 06:00: this address did not get it." in main
    window = main_of(app, f"{TOLD}?year=2026")
    assert "By telephone to mevrouw De Wit on Mon 23 November 2026, 10:00, Amsterdam time (UTC+1)." in window
    assert OPERATOR.name not in window


def test_trial_proves_nothing(app: Flask, planned: World) -> None:
    planned_release(planned.product)
    pass_of_the_clock(SENT)
    send(None, SENT, trial=True)
    settle(SENT)
    main = main_of(app)
    assert "It lies in our own trial mailbox, which proves nothing." in main
    assert "told in time" not in main


def test_announcements_by_hand_stand_below(contact: Reader, planned: World) -> None:
    announced(planned.product, subject_en="Signing in fails")
    main = contact.get(TOLD).main
    assert "Announcements in 2026 Urgent Signing in fails Mon 23 November 2026, 10:00" in main


def test_release_notes_and_updates_that_were_mailed_are_proved_too(app: Flask, planned: World) -> None:
    release = planned_release(planned.product)
    for language in ("nl", "en"):
        save_notes(release, language, "Tekst", MANAGER, NOW)
    publish_notes(release, MANAGER, NOW)
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2027.1", NOW, OPERATOR, NOW)
    pass_of_the_clock(NOW)
    send(None, NOW)
    db.session.expire_all()
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        reader = Reader(app, CONTACT)
        page, found = reader.get(TOLD), json.loads(reader.get(f"{TOLD}.json").body)["notices"]
    told = page.main.partition("Also mailed in 2026 ")[2]
    mails = (
        "Mon 23 November 2026, 10:00, Amsterdam time (UTC+1) (SLA 3.3) "
        "By mail to Contact 1, in Dutch. contact1@zorggroep-de-brug.example "
        "Our mail server took it on Mon 23 November 2026, 10:00, to deliver it; it has not come back."
    )
    assert f"Production was updated to 2027.1 {mails}" in told
    assert f"Release notes of 2027.1 {mails}" in told
    assert sorted(
        (row["kind"], row["change"], row["address"], row["mail_state"], row["given_at"]) for row in found
    ) == [
        (kind, "2027.1", f"contact{number}@zorggroep-de-brug.example", "sent", NOW.isoformat())
        for kind in ("production_updated", "release_notes")
        for number in (1, 2)
    ]
    with time_machine.travel(local("2028-02-01T06:00"), tick=False):
        reader = Reader(app, CONTACT)
        newest, older = (reader.get(f"{TOLD}{query}").main for query in ("", "?year=2026"))
    assert "Also mailed" not in newest
    assert "Release notes of 2027.1" in older


def test_years_divide_what_was_told(app: Flask, planned: World) -> None:
    told_of_a_release(planned)
    planned_window(planned.product)
    pass_of_the_clock(local("2026-12-05T06:00"))
    assert "2027 2026" in main_of(app)
    assert "Notice of maintenance M-1" not in main_of(app)
    assert "Notice of maintenance M-1" in main_of(app, f"{TOLD}?year=2026")
