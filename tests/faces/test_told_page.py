"""What a customer was told, laid before it: promise, deadline, when, to whom, and how it arrived; its own alone."""

import csv
import json
import re
from datetime import datetime, timedelta
from io import StringIO

import pytest
import time_machine
from flask import Flask

from announcements.calls import record_call
from announcements.settling import settle, watch_deadlines
from evidence.actors import Role
from evidence.chain import head
from outbox.models import MessageState
from release_notes.services import publish_notes, save_notes
from schedules.missed import waive_missed
from schedules.models import Release
from schedules.notices import Channel
from schedules.queries import release_named
from schedules.reasons import Reason
from schedules.release_cancelling import cancel_release
from schedules.running import report_version
from schedules.telling import record_told
from sla.terms import Change
from storage import db
from tenants.models import EnvironmentKind
from tenants.services import TenantFacts, change_tenant
from tests.bulletins import announced, calls
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader
from tests.planning import (
    ACCEPTANCE_DEADLINE,
    PRODUCTION,
    PRODUCTION_DEADLINE,
    messages,
    moved,
    pass_of_the_clock,
    planned_release,
    planned_window,
    send,
    the_notice,
    told_and_given,
)
from tests.world import MANAGER, NOW, OPERATOR, World, local, make_tenant, make_user

HOME = "/portal/zorggroep-de-brug"
TOLD = f"{HOME}/told"
SENT = ACCEPTANCE_DEADLINE - timedelta(days=1)


def told_of_a_release(planned: World) -> None:
    planned_release(planned.product)
    pass_of_the_clock(SENT)
    for message in messages(planned.brug):
        message.reply, message.sent_hash = "250 2.0.0 Ok: queued as 17", "ab" * 32
    send(None, SENT)
    settle(SENT)
    db.session.expire_all()


def main_of(app: Flask, path: str = TOLD) -> str:
    with time_machine.travel(SENT + timedelta(hours=1), tick=False):
        return Reader(app, CONTACT).get(path).main


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


def missed(planned: World) -> Release:
    """Notices that left nobody: their deadlines passed with no worker there."""
    release = planned_release(planned.product)
    watch_deadlines(PRODUCTION_DEADLINE + timedelta(minutes=1))
    db.session.expire_all()
    return release


def production_of(app: Flask, at: datetime) -> tuple[str, int, int]:
    """What a customer reads of 2027.1 in production: the page, and how many rows of the two files."""
    with time_machine.travel(at, tick=False):
        reader = Reader(app, CONTACT)
        page, as_json, as_csv = (reader.get(f"{TOLD}{one}") for one in ("", ".json", ".csv"))
    rows = list(csv.DictReader(StringIO(as_csv.body.decode("utf-8-sig"))))
    found = [row for row in json.loads(as_json.body)["notices"] if row["kind"] == "production"]
    return (
        page.main.partition("Notice of 2027.1 in production")[2].partition("Notice of")[0],
        len(found),
        len([row for row in rows if row["Kind"] == "production"]),
    )


def test_missed_notice_is_no_secret_once_the_change_has_come(app: Flask, planned: World) -> None:
    missed(planned)
    its_time = local(PRODUCTION)
    assert production_of(app, its_time - timedelta(minutes=1)) == ("", 0, 0)
    page, *numbers = production_of(app, its_time)
    assert page.startswith(
        " Takes place Mon 8 February 2027, 06:00, Amsterdam time (UTC+1) We promised to tell you 1 month ahead "
        "(SLA 3.3), so by Fri 8 January 2027, 06:00 We told you not told"
    )
    assert numbers == [1, 1]


def test_missed_notice_of_what_did_not_take_place_then_is_no_breach(app: Flask, planned: World) -> None:
    release = missed(planned)
    later = PRODUCTION_DEADLINE + timedelta(hours=1)
    moved(release, production="2027-03-15T06:00", by=MANAGER, now=later)
    assert production_of(app, local(PRODUCTION)) == ("", 0, 0)
    cancel_release(release, MANAGER, later)
    assert production_of(app, local("2027-04-01T06:00"))[1:] == (0, 0)


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


def signs_of(page: str) -> list[str]:
    """The last sign of each promise, with its look: how it was kept."""
    found = re.findall(r'<span class="sign (\w+)">(told [^<]*)</span>', page)
    return [f"{look}: {text}" for look, text in found]


def test_let_pass_is_not_told_in_time(app: Flask, planned: World) -> None:
    release, late = planned_release(planned.product), ACCEPTANCE_DEADLINE + timedelta(days=2)
    pass_of_the_clock(late)
    waive_missed(
        release, Change.ACCEPTANCE, Reason("De mailserver was stuk.", "The mail server was broken."), MANAGER, late
    )
    told_and_given(late)
    with time_machine.travel(late + timedelta(hours=1), tick=False):
        page = Reader(app, CONTACT).get(TOLD)
        in_dutch = Reader(app, CONTACT, language="nl").get(TOLD)
    assert "The reason it came later The mail server was broken." in page.main
    assert "De mailserver was stuk." in in_dutch.main
    assert "The mail server" not in in_dutch.main
    assert signs_of(page.html) == ["complete: told in time, to every contact", "missed: told later than promised"]


@pytest.mark.parametrize("late", [timedelta(days=2), timedelta(days=6, hours=23, minutes=30)], ids=["days", "ahead"])
def test_maintenance_told_after_the_aim_is_not_told_in_time(app: Flask, planned: World, late: timedelta) -> None:
    """No worker ran for days, and nobody decided that it came later: the SLA only aims at a week."""
    window = planned_window(planned.product)
    told_at = the_notice(window, Change.MAINTENANCE, planned.brug).deadline_at + late
    told_and_given(told_at)
    with time_machine.travel(told_at, tick=False):
        reader = Reader(app, CONTACT)
        assert signs_of(reader.get(f"{TOLD}?year=2026").html) == ["due: told later than we aim to"]
        portal = reader.get(f"{HOME}/maintenance").main
    assert "You should have heard of this by Tue 8 December 2026, 22:00. We are sorry." in portal


def test_who_joined_late_was_told_at_once(app: Flask, planned: World) -> None:
    planned_release(planned.product)
    joined_at = ACCEPTANCE_DEADLINE + timedelta(days=1)
    make_tenant(planned.product, "nieuwkomer", now=joined_at)
    make_user("contact1@nieuwkomer.example", Role.CONTACT)
    told_and_given(joined_at)
    with time_machine.travel(joined_at, tick=False):
        page = Reader(app, "contact1@nieuwkomer.example").get("/portal/nieuwkomer/told")
        sheet = Reader(app, "contact1@nieuwkomer.example").get("/portal/nieuwkomer/told.csv").body.decode("utf-8-sig")
    kept = ["told in time, to every contact", "told at once when our agreement with you began"]
    assert signs_of(page.html) == [f"complete: {words}" for words in kept]
    assert [row["How it was kept"] for row in csv.DictReader(StringIO(sheet))] == kept


def test_new_date_stands_beside_the_old_one(app: Flask, planned: World) -> None:
    told_of_a_release(planned)
    release = release_named(planned.product, "2027.1")
    assert release is not None
    moved(release, "2027-01-18T06:00", "2027-02-15T06:00", by=MANAGER, now=SENT)
    pass_of_the_clock(SENT)
    main = main_of(app)
    assert "New date of 2027.1 in production Takes place Mon 15 February 2027, 06:00" in main
    assert (
        "(before: Mon 8 February 2027, 06:00) In time was before the old date came: Mon 8 February 2027, 06:00" in main
    )
    assert "so by Mon 8 February" not in main


def test_date_that_came_forward_needed_its_whole_period(app: Flask, planned: World) -> None:
    told_of_a_release(planned)
    release = release_named(planned.product, "2027.1")
    assert release is not None
    moved(release, "2027-01-18T06:00", "2027-02-07T06:00", by=MANAGER, now=SENT)
    pass_of_the_clock(SENT)
    main = main_of(app)
    assert "(before: Mon 8 February 2027, 06:00) We promised to tell you 1 month ahead (SLA 3.3), so by" in main
    assert "In time was" not in main


def test_cancellation_had_to_come_before_the_date(app: Flask, planned: World) -> None:
    told_of_a_release(planned)
    release = release_named(planned.product, "2027.1")
    assert release is not None
    cancel_release(release, MANAGER, SENT)
    pass_of_the_clock(SENT)
    cancelled = main_of(app).partition("Cancellation of 2027.1 in acceptance")[2]
    assert " In time was before the date came that is off: Mon 18 January 2027, 06:00 " in cancelled
    assert "We promised" not in cancelled.partition("Notice of")[0]
    with time_machine.travel(SENT + timedelta(hours=1), tick=False):
        page = Reader(app, MANAGER.name).get("/planner/tenants/zorggroep-de-brug").main
    assert "before the date that the tenant knew" in page


@pytest.mark.parametrize(
    ("agreed", "words"),
    [
        ("", "We aim to tell you 1 week ahead (SLA 3.3), so by"),
        ("P2W", "We promised to tell you 2 weeks ahead (the signed agreement), so by"),
    ],
)
def test_week_ahead_of_maintenance_is_an_aim_unless_an_agreement_promises_it(
    app: Flask, planned: World, agreed: str, words: str
) -> None:
    facts = TenantFacts(planned.brug.slug, planned.brug.name, maintenance_notice=agreed)
    change_tenant(planned.brug, facts, MANAGER)
    planned_window(planned.product, tenants=("zorggroep-de-brug",))
    pass_of_the_clock(local("2026-12-05T06:00"))
    main = main_of(app, f"{TOLD}?year=2026")
    assert words in main
    assert main.count("to tell you") == 1


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


def test_customer_takes_everything_along(app: Flask, planned: World) -> None:
    told_of_a_release(planned)
    with time_machine.travel(SENT + timedelta(hours=1), tick=False):
        reader = Reader(app, CONTACT)
        as_json, as_csv = reader.get(f"{TOLD}.json"), reader.get(f"{TOLD}.csv")
    assert as_json.headers["Content-Disposition"] == "attachment; filename=zorggroep-de-brug.json"
    found = json.loads(as_json.body)
    assert (found["tenant"], found["head"]) == ("zorggroep-de-brug", str(head()))
    assert as_csv.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(StringIO(as_csv.body.decode("utf-8-sig"))))
    assert [(row["Kind"], row["Address"]) for row in rows] == [
        (row["kind"], row["address"]) for row in found["notices"]
    ]
    assert {row["What the mail server said, or was said on the telephone"] for row in rows} == {
        "250 2.0.0 Ok: queued as 17"
    }
    assert list(rows[-1].items()) == [
        ("Organisation", "Zorggroep De Brug"),
        ("About", "2027.1"),
        ("Kind", "acceptance"),
        ("What was said", "notice"),
        ("Takes place", "2027-01-18 06:00"),
        ("Promised ahead", "2 weeks"),
        ("Clause", "SLA 3.3"),
        ("To be told by", "2027-01-04 06:00"),
        ("How it was kept", "told in time, to every contact"),
        ("Announced", "2027-01-03 06:00"),
        ("Told", "2027-01-03 06:00"),
        ("Days ahead", "15"),
        ("Missed since", ""),
        ("The reason it came later", ""),
        ("Way", "mail"),
        ("Name", "Contact 2"),
        ("Address", "contact2@zorggroep-de-brug.example"),
        ("Language", "English"),
        ("Subject", "[Inconto] Acceptance to 2027.1 on Mon 18 January 2027, 06:00"),
        ("What it said of the end of full support", ""),
        (
            "What became of it",
            "Our mail server took it on Sun 3 January 2027, 06:00, to deliver it; it has not come back.",
        ),
        ("Sent", "2027-01-03 06:00"),
        ("What the mail server said, or was said on the telephone", "250 2.0.0 Ok: queued as 17"),
        ("How we know, where no server said so", ""),
        ("Came back on", ""),
        ("What the report said", ""),
        ("Message-ID", found["notices"][-1]["message_id"]),
        ("SHA-256", "ab" * 32),
        ("Times are those of", "Europe/Amsterdam"),
    ]


def test_spreadsheet_is_in_the_readers_language(app: Flask, planned: World) -> None:
    bulletin = announced(planned.product, subject_nl="Inloggen lukt niet", subject_en="Signing in fails")
    record_call(calls(bulletin, planned.brug)[0], "no_answer", "", OPERATOR, NOW)
    told_of_a_release(planned)
    with time_machine.travel(SENT + timedelta(hours=1), tick=False):
        file = Reader(app, CONTACT, language="nl").get(f"{TOLD}.csv").body.decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(file), delimiter=";"))
    chosen = ("Over", "Soort", "Beloofd vooraf", "Hoe het is nagekomen", "Dagen vooraf", "Manier", "Taal")
    assert [tuple(row[name] for name in chosen) for row in rows[-5:]] == [
        ("2027.1", "acceptatie", "2 weken", "op tijd verteld, aan elke contactpersoon", "15", "mail", "Nederlands"),
        ("2027.1", "acceptatie", "2 weken", "op tijd verteld, aan elke contactpersoon", "15", "mail", "Engels"),
        ("Inloggen lukt niet", "Urgent", "", "", "", "mail", "Nederlands"),
        ("Inloggen lukt niet", "Urgent", "", "", "", "mail", "Engels"),
        ("Inloggen lukt niet", "Urgent", "", "", "", "telefoon", ""),
    ]
    assert [row["Wat ermee gebeurde"] for row in rows[-3:]][-1] == "er werd niet opgenomen"
