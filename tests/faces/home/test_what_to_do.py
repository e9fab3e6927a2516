"""A customer's answer in ten seconds: what comes next and what to do about it."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from evidence.actors import Role
from release_notes.services import publish_notes, save_notes
from schedules.models import Impact
from schedules.progress import finish_maintenance, start_due, start_maintenance
from schedules.release_cancelling import cancel_release
from schedules.running import report_version
from tenants.models import EnvironmentKind
from tests.faces.conftest import CONTACT
from tests.faces.home.reading import HOME, THEIRS, part, production_at, runs
from tests.faces.pages import Reader
from tests.planning import announce_all, moved, planned_release, planned_window
from tests.requests import waiting_request
from tests.world import MANAGER, NOW, OPERATOR, World, local, make_tenant, make_user


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
