"""What is over stands in its year, page by page."""

import re

import time_machine
from flask import Flask

from release_notes.services import publish_notes, save_notes
from schedules.models import Impact
from schedules.past_maintenance import past_maintenance
from schedules.release_cancelling import cancel_release
from storage import db
from tests.bulletins import announced
from tests.faces.conftest import CONTACT
from tests.faces.home.reading import HOME, part
from tests.faces.pages import Reader
from tests.planning import announce_all, notices, planned_release, planned_window
from tests.world import MANAGER, NOW, World, local


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
