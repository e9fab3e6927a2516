"""A customer's answer in ten seconds: what we run and until when, what comes next and what to do about it."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from evidence.actors import Role
from release_notes.services import publish_notes, save_notes
from schedules.models import Impact
from schedules.past_maintenance import past_maintenance
from schedules.progress import finish_maintenance, start_due, start_maintenance
from schedules.releases import cancel_release
from schedules.running import report_version
from sla.terms import Change
from storage import db
from tenants.models import EnvironmentKind
from tests.bulletins import announced
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader
from tests.planning import ACCEPTANCE, announce_all, moved, notices, planned_release, planned_window, the_notice
from tests.requests import waiting_request
from tests.world import MANAGER, NOW, OPERATOR, World, local, make_tenant, make_user

HOME = "/portal/zorggroep-de-brug"
THEIRS = "/portal/ziekenhuis-peelrand"


@pytest.fixture
def history(planned: World) -> None:
    for version, acceptance, production in (
        ("2026.2", "2026-04-06T06:00", "2026-05-11T06:00"),
        ("2026.3", "2026-07-06T06:00", "2026-08-10T06:00"),
        ("2026.4", "2026-10-05T06:00", "2026-11-09T06:00"),
    ):
        planned_release(planned.product, version, acceptance, production, now=local("2026-02-01T06:00"))


def runs(planned: World, production: str, acceptance: str = "") -> None:
    for kind, version in ((EnvironmentKind.PRODUCTION, production), (EnvironmentKind.ACCEPTANCE, acceptance)):
        if version:
            report_version(planned.brug, kind, version, local("2026-11-20T06:00"), OPERATOR, NOW)


def part(page: str, start: str, end: str) -> str:
    """What stands between two words."""
    return page.partition(start)[2].partition(end)[0].strip()


def test_home_says_what_to_do_between_which_days(contact: Reader, planned: World) -> None:
    planned_release(planned.product)
    announce_all()
    main = contact.get(HOME).main
    production = part(main, "Production", "Acceptance unknown")
    assert "Mon 8 February 2027, 06:00, Amsterdam time (UTC+1) In 77 days" in production
    assert (
        "What you do: test 2027.1 in acceptance, from Mon 18 January 2027 until Mon 8 February 2027, "
        "and tell your users." in production
    )
    assert "Put this date in your calendar : production" in production
    assert "What is new in" not in main
    with time_machine.travel(local("2027-01-19T06:00"), tick=False):
        main = Reader(contact.client.application, CONTACT).get(HOME).main
    assert "What you do: test 2027.1 in acceptance before Mon 8 February 2027, and tell your users." in main
    assert "In 20 days" in main


ON_TRIAL = [
    ("2027.1", True),
    ("2027.1.2", True),
    ("2027.2", True),
    ("eigen bouw", True),
    ("2026.4", False),
    ("2026.4.9", False),
]


@pytest.mark.parametrize(("version", "can"), ON_TRIAL)
def test_home_asks_nobody_to_test_what_acceptance_does_not_run(
    app: Flask, planned: World, version: str, can: bool
) -> None:
    planned_release(planned.product)
    announce_all()
    runs(planned, "2026.4", version)
    with time_machine.travel(local("2027-01-19T06:00"), tick=False):
        main = Reader(app, CONTACT).get(HOME).main
    assert ("What you do: test 2027.1 in acceptance before Mon 8 February 2027, and tell your users." in main) == can
    asks = "What you do: ask the help desk when 2027.1 comes to your acceptance environment, where it is not yet."
    assert (asks in main) != can


def test_home_leads_to_release_notes_once_they_can_be_read(contact: Reader, planned: World) -> None:
    release = planned_release(planned.product)
    announce_all()
    for language in ("nl", "en"):
        save_notes(release, language, "Tekst", MANAGER, NOW)
    assert "What is new in" not in contact.get(HOME).main
    publish_notes(release, MANAGER, NOW)
    page = contact.get(HOME)
    assert page.main.count("What is new in 2027.1") == 2
    assert f'<a href="{HOME}/releases/2027.1">What is new in 2027.1</a>' in page.html


def test_home_without_anything_says_what_to_expect(app: Flask, planned: World) -> None:
    make_tenant(planned.product, "leeg", contacts=1)
    make_user("contact1@leeg.example", Role.CONTACT)
    main = Reader(app, "contact1@leeg.example").get("/portal/leeg").main
    assert main.count("No update has been announced. You hear of the next one in time.") == 2
    assert "We announce it at least 1 month ahead, by mail to your contacts and here (SLA 3.3)." in main
    assert "We announce it at least 2 weeks ahead, by mail to your contacts and here (SLA 3.3)." in main
    assert "No maintenance has been announced." in main
    assert "Nothing yet. Release notes appear here when acceptance is updated at the latest" in main
    assert "(SLA 4.2): none yet. Until when" in main


def test_home_promises_what_the_own_agreement_does(app: Flask, planned: World) -> None:
    make_tenant(planned.product, "leeg", contacts=1, production_notice="P2M")
    make_user("contact1@leeg.example", Role.CONTACT)
    main = Reader(app, "contact1@leeg.example").get("/portal/leeg").main
    assert "We announce it at least 2 months ahead, by mail to your contacts and here (the signed agreement)." in main


UNTIL = [
    ("2026.4", False, "at least until two newer versions have come"),
    ("2026.3", False, "until the next version comes, whose date has not been announced"),
    ("2026.3.7", True, "until 8 February 2027, when 2027.1 comes"),
    ("2026.2", True, "full support ended on 9 November 2026, when 2026.4 came"),
    ("2027.1", True, "at least until two newer versions have come"),
    ("eigen bouw", True, "The help desk knows more."),
]


@pytest.mark.parametrize(("version", "told", "words"), UNTIL)
def test_home_and_versions_say_until_when_as_far_as_one_may_know(
    contact: Reader, planned: World, history: None, version: str, told: bool, words: str
) -> None:
    planned_release(planned.product)
    runs(planned, version)
    if told:
        announce_all()
    assert words in part(contact.get(HOME).main, f"Production {version}", "Next:" if told else "No update")
    page = contact.get(f"{HOME}/versions").main
    assert words in page.partition(version)[2]


def test_support_ends_at_the_moment_itself_not_on_its_day(app: Flask, planned: World, history: None) -> None:
    planned_release(planned.product)
    announce_all()
    runs(planned, "2026.3")
    found = []
    for moment in ("2027-02-08T03:00", "2027-02-08T06:30"):
        with time_machine.travel(local(moment), tick=False):
            page = Reader(app, CONTACT).get(HOME).main
        found.append(part(page, "Fri 20 November 2026 ", " 2027.1"))
    assert found == [
        "full support, the version before the last until 8 February 2027, when",
        "update first full support ended on 8 February 2027, when",
    ]


def test_versions_are_those_supported_and_ones_own(contact: Reader, planned: World, history: None) -> None:
    planned_release(planned.product)
    announce_all()
    runs(planned, "2026.2", "2026.4")
    page = contact.get(f"{HOME}/versions").main
    table = part(page, "With you", "What comes next")
    assert table == (
        "2026.4 Faster search full support, the last version at least until two newer versions have come acceptance "
        "2026.3 Faster search full support, the version before the last until 8 February 2027, when 2027.1 comes "
        "not with you "
        "2026.2 Faster search update first full support ended on 9 November 2026, when 2026.4 came "
        "production"
    )


def test_date_that_was_not_told_stays_unknown(contact: Reader, planned: World, history: None) -> None:
    planned_release(planned.product)
    runs(planned, "2026.3")
    for path in (HOME, f"{HOME}/versions"):
        assert "2027" not in contact.get(path).main


def test_product_without_a_release_has_no_supported_versions(contact: Reader) -> None:
    assert "No version has reached production yet." in contact.get(f"{HOME}/versions").main


# One date for the calendar


def test_one_event_is_the_one_of_the_feed(contact: Reader, planned: World) -> None:
    release = planned_release(planned.product)
    announce_all()
    notice = the_notice(release, Change.PRODUCTION, planned.brug)
    page = contact.get(f"{HOME}/calendar/{notice.id}.ics")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert page.headers["Content-Disposition"] == "attachment; filename=2027.1-production.ics"
    event: Any = Calendar.from_ical(page.body).walk("VEVENT")[0]
    assert event["SUMMARY"] == "Inconto: production to 2027.1"
    assert event["DTSTART"].dt == local("2027-02-08T06:00")
    feed = contact.get(feed_of(contact))
    uids = {str(one["UID"]) for one in Calendar.from_ical(feed.body).walk("VEVENT")}
    assert str(event["UID"]) in uids


def feed_of(reader: Reader) -> str:
    html = reader.get(f"{HOME}/calendar").html
    return html.partition('id="people" value="http://localhost')[2].partition('"')[0]


def test_event_of_another_tenant_or_of_an_old_date_is_nobodys(
    contact: Reader, stranger: Reader, planned: World
) -> None:
    release = planned_release(planned.product)
    not_told = the_notice(release, Change.PRODUCTION, planned.brug).id
    assert contact.get(f"{HOME}/calendar/{not_told}.ics").status == 404
    announce_all()
    theirs = the_notice(release, Change.PRODUCTION, planned.peelrand).id
    assert contact.get(f"{HOME}/calendar/{theirs}.ics").status == 404
    assert stranger.get(f"{HOME}/calendar/{not_told}.ics").status == 404
    moved(release, ACCEPTANCE, "2027-02-15T06:00")
    announce_all()
    assert contact.get(f"{HOME}/calendar/{not_told}.ics").status == 404
    assert contact.get(f"{HOME}/calendar/{'9' * 30}.ics").status == 404


# What is on, what is new


def production_at(app: Flask, at: datetime) -> str:
    """What home says of production, from its version on."""
    with time_machine.travel(at, tick=False):
        return Reader(app, CONTACT).get(HOME).main.partition("Production")[2].partition(" Acceptance ")[0]


def test_update_stays_until_its_version_is_reported(app: Flask, planned: World, history: None) -> None:
    release = planned_release(planned.product)
    runs(planned, "2026.4", "2027.1")
    announce_all()
    begins = release.production_at
    going = "2027.1 Faster search Is being updated now Expected to be done by Mon 8 February 2027, 07:00."
    late = "Planned for Mon 8 February 2027, 06:00, and not confirmed yet. Ask the help desk."
    none = "No update has been announced."
    assert going in production_at(app, begins)
    assert "Next:" not in production_at(app, begins)
    for after in (timedelta(hours=1), timedelta(days=100)):
        page = production_at(app, begins + after)
        assert (late in page, none in page) == (True, False)
    said_at = begins + timedelta(days=1)
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.4.1", said_at, OPERATOR, said_at)
    assert late in production_at(app, said_at)
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2027.1.1", said_at, OPERATOR, said_at)
    assert none in production_at(app, said_at + timedelta(minutes=1))
    # What was there and was set back has been confirmed.
    set_back = said_at + timedelta(hours=1)
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.4.1", set_back, OPERATOR, set_back)
    assert none in production_at(app, set_back)


def test_update_that_was_called_off_or_moved_has_not_begun(app: Flask, planned: World, history: None) -> None:
    release = planned_release(planned.product)
    runs(planned, "2026.4", "2027.1")
    announce_all()
    old = release.production_at
    moved(release, production="2027-03-08T06:00")
    announce_all()
    assert "Next: 2027.1 Faster search Mon 8 March 2027" in production_at(app, old)
    cancel_release(release, MANAGER, NOW)
    announce_all()
    page = production_at(app, local("2027-03-09T06:00"))
    assert ("not confirmed" in page, "No update has been announced." in page) == (False, True)


def test_home_shows_first_what_is_on(contact: Reader, planned: World, app: Flask) -> None:
    window = planned_window(planned.product)
    announce_all()
    assert "under way" not in contact.get(HOME).main
    start_due(window.starts_at)
    with time_machine.travel(window.starts_at + timedelta(minutes=5), tick=False):
        main = Reader(app, CONTACT).get(HOME).main
    assert (
        "Maintenance is under way New database server, until Wed 16 December 2026, 02:00"
        in main.partition("Production")[0]
    )


def test_maintenance_that_runs_over_is_not_past(app: Flask, planned: World) -> None:
    """Nobody has said that it is done: a clock that has come to its end does not make it so."""
    windows = [
        planned_window(planned.product),
        planned_window(planned.product, reference="M-2", impact=Impact.NO_IMPACT),
    ]
    announce_all()
    start_due(windows[0].starts_at)
    start_maintenance(windows[1], OPERATOR, windows[1].starts_at)
    for late in (timedelta(minutes=5), timedelta(days=5)):
        with time_machine.travel(windows[0].ends_at + late, tick=False):
            reader = Reader(app, CONTACT)
            home, archive = reader.get(HOME).main, reader.get(f"{HOME}/maintenance?year=2026").main
        assert (
            "Maintenance is under way New database server, should have been done by Wed 16 December 2026, 02:00, "
            "and still goes on"
        ) in home.partition("Production")[0]
        ahead, _past, past = archive.partition(" Past ")
        assert (ahead.count("New database server"), past.count("New database server")) == (2, 0)
    done_at = windows[0].ends_at + timedelta(minutes=90)
    for window in windows:
        finish_maintenance(window, OPERATOR, done_at)
    with time_machine.travel(done_at + timedelta(minutes=1), tick=False):
        reader = Reader(app, CONTACT)
        home, archive = reader.get(HOME).main, reader.get(f"{HOME}/maintenance?year=2026").main
    assert "under way" not in home
    past = archive.partition(" Past ")[2]
    # Until it was done, and not until it should have been.
    assert past.count("Tue 15 December 2026, 22:00 until Wed 16 December 2026, 03:30") == 2


def test_home_says_who_waits_for_an_answer(contact: Reader, stranger: Reader, planned: World) -> None:
    waiting_request(planned.brug)
    assert "Sam Smit asks for an account. Approve or refuse" in contact.get(HOME).main.partition("Production")[0]
    assert "Sam" not in stranger.get(THEIRS).main


def test_latest_holds_notes_and_announcements_together(app: Flask, planned: World) -> None:
    release = planned_release(planned.product)
    for language in ("nl", "en"):
        save_notes(release, language, "Tekst", MANAGER, NOW)
    publish_notes(release, MANAGER, NOW)
    announced(planned.product, subject_en="Signing in fails")
    main = Reader(app, CONTACT).get(HOME).main
    latest = part(main, "The latest to read When What About", "All release notes")
    assert sorted([latest.partition(" Mon ")[0], "Mon " + latest.partition(" Mon ")[2]]) == [
        "Mon 23 November 2026 Release notes of 2027.1 Faster search",
        "Mon 23 November 2026 Signing in fails Urgent",
    ]
    cancel_release(release, MANAGER, NOW)
    assert "Release notes of" not in Reader(app, CONTACT).get(HOME).main


def test_maintenance_stands_in_the_own_zone_too(contact: Reader, planned: World) -> None:
    planned.brug.timezone = "America/Curacao"
    planned_window(planned.product)
    announce_all()
    main = contact.get(HOME).main
    assert (
        "Tue 15 December 2026, 22:00 until Wed 16 December 2026, 02:00 · in 22 days "
        "Tue 15 December 2026, 17:00 until Tue 15 December 2026, 21:00, Curaçao time (UTC-4)"
    ) in main
    assert "Times are those of Europe/Amsterdam." in main


# Archives


def test_past_maintenance_stands_in_its_year(app: Flask, planned: World) -> None:
    planned_window(planned.product)
    planned_window(planned.product, "2027-01-12T22:00", "2027-01-13T02:00", reference="M-2")
    announce_all()
    with time_machine.travel(local("2027-02-01T06:00"), tick=False):
        reader = Reader(app, CONTACT)
        newest, older = (reader.get(f"{HOME}/maintenance{query}").main for query in ("", "?year=2026"))
        odd = {reader.get(f"{HOME}/maintenance?year={year}&page=x").main for year in ("2025", "x", "9" * 40, "-1")}
        assert reader.get(f"{HOME}/maintenance?page=2").status == 200
    assert "Past 2027 2026 When" in newest
    assert ("Tue 12 January 2027" in newest, "Tue 15 December 2026" in newest) == (True, False)
    assert ("Tue 12 January 2027" in older, "Tue 15 December 2026" in older) == (False, True)
    assert odd == {newest}


def test_year_without_maintenance_says_so(contact: Reader) -> None:
    assert "There was no maintenance in 2026." in contact.get(f"{HOME}/maintenance").main


def test_past_maintenance_without_impact_stays_too(app: Flask, planned: World) -> None:
    planned_window(planned.product, impact=Impact.NO_IMPACT)
    planned_window(planned.product, reference="M-2", impact=Impact.NO_IMPACT, tenants=("ziekenhuis-peelrand",))
    with time_machine.travel(local("2026-12-17T06:00"), tick=False):
        past = Reader(app, CONTACT).get(f"{HOME}/maintenance").main.partition(" Past ")[2]
    assert past.count("New database server") == 1


def test_maintenance_that_was_over_when_it_was_imported_is_history(app: Flask, planned: World) -> None:
    window = planned_window(planned.product)
    window.imported = planned.brug.imported = True
    for notice in notices(window):
        db.session.delete(notice)
    db.session.commit()
    with time_machine.travel(local("2026-12-17T06:00"), tick=False):
        past = Reader(app, CONTACT).get(f"{HOME}/maintenance").main.partition(" Past ")[2]
    assert "Tue 15 December 2026, 22:00 until Wed 16 December 2026, 02:00 New database server M-1 " in past
    assert "New database server M-1 production: not available" in past


def test_past_maintenance_stands_in_order_of_its_date_whoever_was_mailed(app: Flask, planned: World) -> None:
    for number in range(1, 5):
        planned_window(
            planned.product,
            f"2026-12-{number:02d}T22:00",
            f"2026-12-{number:02d}T23:00",
            reference=f"M-{number}",
            impact=Impact.NO_IMPACT if number % 2 else Impact.OUTAGE,
            reason="Snel",
        )
    announce_all()
    now, year = local("2026-12-17T06:00"), (local("2026-01-01T00:00"), local("2027-01-01T00:00"))
    for per_page, pages in ((50, [[4, 3, 2, 1]]), (3, [[4, 3, 2], [1], [1]])):
        found = [past_maintenance(planned.brug, *year, now, 1 + at, per_page=per_page) for at in range(len(pages))]
        assert [[one.starts_at.day for one in page.rows] for page in found] == pages
        assert {page.total for page in found} == {4}
    with time_machine.travel(now, tick=False):
        past = Reader(app, CONTACT).get(f"{HOME}/maintenance").main.partition(" Past ")[2]
    assert re.findall(r"(\d) December 2026, 22:00", past) == ["4", "3", "2", "1"]


def test_announcements_stand_in_their_year(app: Flask, planned: World) -> None:
    announced(planned.product, subject_en="Old matter")
    with time_machine.travel(local("2027-02-01T06:00"), tick=False):
        reader = Reader(app, CONTACT)
        newest, older = (reader.get(f"{HOME}/announcements{query}").main for query in ("", "?year=2026"))
    assert "Nothing was announced in 2027 beside releases and maintenance." in newest
    assert "Old matter" in older


def test_long_year_is_paged(contact: Reader, planned: World) -> None:
    for number in range(51):
        announced(planned.product, subject_en=f"Matter {number:02d}")
    first, second, beyond = (contact.get(f"{HOME}/announcements?page={page}") for page in (1, 2, 9))
    assert [f"Matter {number:02d}" in first.main for number in range(51)] == [False] + [True] * 50
    assert [f"Matter {number:02d}" in second.main for number in range(51)] == [True] + [False] * 50
    assert f'href="{HOME}/announcements?page=2&amp;year=2026"' in first.html
    assert beyond.main == second.main


# Subscriptions


def test_contact_chooses_the_language_of_its_mails(contact: Reader, planned: World) -> None:
    path = f"{HOME}/subscriptions"
    assert "We write to you in Dutch. So is your own calendar." in contact.get(path).main
    page = contact.follow(contact.post(f"{HOME}/mail-language", {"locale": "en"}))
    assert "From now on we write to you in English." in page.main
    assert "We write to you in English." in page.main.partition("Language of your mails")[2]
    own, other = planned.brug.contacts
    db.session.refresh(own)
    assert (own.locale, other.locale) == ("en", "en")
    for value in ("", "de", "x" * 300):
        assert contact.follow(contact.post(f"{HOME}/mail-language", {"locale": value})).alerts == ["Choose nl or en."]


def test_what_was_promised_cannot_be_switched_off_and_the_page_says_why(contact: Reader) -> None:
    page = contact.get(f"{HOME}/subscriptions")
    assert "You cannot switch these off: the service level agreement promises your organisation" in page.main
    forms = page.html.partition("<main")[2].count("<form")
    assert forms == 2


def test_subscriptions_of_others_are_nobodys(stranger: Reader, planned: World) -> None:
    for path in ("subscriptions", "told", "told.csv", "told.json", "versions", "contacts"):
        assert stranger.get(f"{HOME}/{path}").status == 404
    assert stranger.post(f"{HOME}/mail-language", {"locale": "en"}).status == 404
    assert [one.locale for one in db.session.scalars(select(type(planned.brug.contacts[0])))].count("nl") == 2
