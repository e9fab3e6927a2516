"""A calendar is well written, whatever was typed, and reads in the language of the tenant."""

import pytest
from flask import Flask
from icalendar import Calendar, vText
from sqlalchemy import update

from schedules.models import MaintenanceWindow, Release
from schedules.release_words import retitle_release
from storage import db
from tests.faces.calendars import events, lines, text
from tests.faces.pages import Reader
from tests.planning import announce_all, planned_release, planned_window
from tests.world import NOW, PLANNER, World


def test_calendar_says_what_it_is(anybody: Reader, feed: str, release: Release) -> None:
    announce_all()
    found = lines(anybody.get(feed))
    for line in (
        *("BEGIN:VCALENDAR", "VERSION:2.0", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"),
        *("NAME:Inconto: Zorggroep De Brug", "X-WR-CALNAME:Inconto: Zorggroep De Brug"),
        *("REFRESH-INTERVAL;VALUE=DURATION:PT4H", "X-PUBLISHED-TTL:PT4H", "END:VCALENDAR"),
    ):
        assert found.count(line) == 1, line
    assert sum(line.startswith("PRODID:") for line in found) == 1
    assert not any(line.startswith("BEGIN:VALARM") for line in found)


def test_lines_are_folded_at_75_octets_with_crlf(anybody: Reader, feed: str, planned: World) -> None:
    release = planned_release(planned.product)
    retitle_release(release, "é🚀" * 60, "é🚀" * 60, PLANNER, NOW)
    announce_all()
    body = anybody.get(feed).body
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    assert "é🚀" * 60 in text(events(anybody.get(feed))[0], "DESCRIPTION")


ODD = ["a;b,c\\d:e\"f'g", "Eén\\nregel", "🚀 العربية", "BEGIN:VEVENT", "%(x)s {{ 7 }} <b>"]


@pytest.mark.parametrize("title", ODD)
def test_odd_words_come_through_as_they_were_typed(
    anybody: Reader, feed: str, maintnote: str, planned: World, title: str
) -> None:
    planned.product.name = title
    planned.brug.name = f"{title}\nBEGIN:VEVENT\nX-EVIL:1"
    db.session.commit()
    release = planned_release(planned.product)
    retitle_release(release, title, title, PLANNER, NOW)
    planned_window(planned.product)
    db.session.execute(update(MaintenanceWindow).values(reason_nl=f"{title}\r\nX-EVIL:1"))
    announce_all()
    page = anybody.get(feed)
    window, acceptance, _production = events(page)
    assert text(acceptance, "DESCRIPTION").split("\n")[0] == title
    assert text(acceptance, "SUMMARY").startswith(f"{title}: ")
    assert text(window, "SUMMARY").startswith(f"{title}: ")
    assert not [line for path in (feed, maintnote) for line in lines(anybody.get(path)) if line.startswith("X-EVIL")]
    calendar = Calendar.from_ical(page.body)
    name = vText(f"{title}: {title}\nBEGIN:VEVENT\nX-EVIL:1").to_ical().decode()
    assert str(calendar["X-WR-CALNAME"]) == name
    assert len(calendar.walk("VEVENT")) == 3
    assert len(events(anybody.get(maintnote))) == 1


def test_event_leads_to_the_portal(anybody: Reader, feed: str, release: Release, window: MaintenanceWindow) -> None:
    announce_all()
    assert [text(event, "URL") for event in events(anybody.get(feed))] == [
        "http://localhost/portal/zorggroep-de-brug/maintenance",
        "http://localhost/portal/zorggroep-de-brug/releases/2027.1",
        "http://localhost/portal/zorggroep-de-brug/releases/2027.1",
    ]


def test_calendar_reads_in_the_language_of_the_tenant(
    app: Flask, anybody: Reader, feed: str, planned: World, release: Release
) -> None:
    announce_all()
    dutch = anybody.get(feed, headers={"Accept-Language": "en"})
    assert "Sneller zoeken" in dutch.body.decode()
    planned.brug.locale = "en"
    db.session.commit()
    assert "Faster search" in anybody.get(feed).body.decode()
