"""An event keeps its name, and counts what was told of it."""

import re
from datetime import timedelta

import time_machine
from flask import Flask

from schedules.models import MaintenanceWindow, Release
from schedules.release_cancelling import cancel_release
from schedules.release_words import retitle_release
from tests.faces.calendars import LATER, events, identity, path_of, text
from tests.faces.pages import Reader
from tests.planning import ACCEPTANCE, announce_all, moved, planned_window
from tests.world import LONG_AGO, MANAGER, NOW, PLANNER, World, local


def test_unchanged_data_gives_the_same_bytes(
    anybody: Reader, feed: str, maintnote: str, release: Release, window: MaintenanceWindow
) -> None:
    announce_all()
    for path in (feed, maintnote):
        first = anybody.get(path)
        with time_machine.travel(LATER, tick=False):
            second = anybody.get(path)
        assert first.body == second.body
        assert first.headers["ETag"] == second.headers["ETag"]
        assert first.headers["Last-Modified"] == second.headers["Last-Modified"] == "Mon, 23 Nov 2026 09:00:00 GMT"


def test_event_keeps_its_name_and_counts_what_was_told(anybody: Reader, feed: str, release: Release) -> None:
    announce_all()
    acceptance, production = events(anybody.get(feed))
    assert identity(acceptance)[1:] == identity(production)[1:] == (0, NOW)
    assert text(acceptance, "UID") != text(production, "UID")

    moved(release, ACCEPTANCE, "2027-02-15T06:00", now=LATER)
    assert identity(events(anybody.get(feed))[1]) == identity(production)
    assert events(anybody.get(feed))[1].start == local("2027-02-08T06:00")

    announce_all(LATER)
    after = events(anybody.get(feed))
    assert identity(after[0]) == identity(acceptance)
    assert identity(after[1]) == (text(production, "UID"), 1, LATER)
    assert after[1].start == local("2027-02-15T06:00")


def test_new_title_is_a_change(anybody: Reader, feed: str, release: Release) -> None:
    announce_all()
    before = anybody.get(feed)
    retitle_release(release, "Beter zoeken", "Better search", PLANNER, LATER)
    after = anybody.get(feed)
    for old, new in zip(events(before), events(after), strict=True):
        assert identity(new) == (text(old, "UID"), 1, LATER)
        assert "Beter zoeken" in text(new, "DESCRIPTION")
    assert before.headers["ETag"] != after.headers["ETag"]
    assert after.headers["Last-Modified"] == "Thu, 26 Nov 2026 09:00:00 GMT"


def test_names_of_events_tell_nothing_and_differ_by_tenant(
    app: Flask, anybody: Reader, feed: str, planned: World, release: Release
) -> None:
    announce_all()
    names = [
        text(event, "UID") for path in (feed, path_of(app, planned.peelrand.id)) for event in events(anybody.get(path))
    ]
    assert len(set(names)) == 4
    for name in names:
        assert re.fullmatch(r"[0-9a-f]{32}@localhost", name)


def test_cancelled_release_stays_with_the_word(anybody: Reader, feed: str, release: Release) -> None:
    announce_all()
    before = events(anybody.get(feed))
    cancel_release(release, MANAGER, LATER)
    assert [text(event, "STATUS") for event in events(anybody.get(feed))] == ["CONFIRMED"] * 2
    announce_all(LATER)
    after = events(anybody.get(feed))
    for old, new in zip(before, after, strict=True):
        assert identity(new) == (text(old, "UID"), 1, LATER)
        assert (text(new, "STATUS"), new.start) == ("CANCELLED", old.start)
        assert text(new, "SUMMARY").endswith(text(old, "SUMMARY"))
        assert text(new, "SUMMARY") != text(old, "SUMMARY")


def test_what_is_over_stays_for_a_year(anybody: Reader, feed: str, release: Release) -> None:
    announce_all()
    with time_machine.travel(local("2028-02-01T06:00"), tick=False):
        assert [event.start for event in events(anybody.get(feed))] == [
            local("2027-01-18T06:00"),
            local("2027-02-08T06:00"),
        ]
    with time_machine.travel(local("2029-02-01T06:00"), tick=False):
        assert [event.start for event in events(anybody.get(feed))] == [LONG_AGO]


def test_calendar_is_never_without_an_event(anybody: Reader, feed: str, release: Release) -> None:
    page = anybody.get(feed)
    (event,) = events(page)
    assert (event.start, event.end) == (LONG_AGO, LONG_AGO + timedelta(hours=1))
    assert identity(event)[1:] == (0, LONG_AGO)
    assert (text(event, "STATUS"), text(event, "TRANSP")) == ("CONFIRMED", "TRANSPARENT")
    assert page.headers["Last-Modified"] == "Thu, 01 Jan 2026 00:00:00 GMT"
    with time_machine.travel(LATER, tick=False):
        assert anybody.get(feed).body == page.body
    announce_all()
    assert LONG_AGO not in {event.start for event in events(anybody.get(feed))}


def test_calendar_tells_nothing_before_it_was_told(anybody: Reader, feed: str, release: Release) -> None:
    assert b"2027.1" not in anybody.get(feed).body


def test_calendar_holds_nothing_of_another_tenant(
    app: Flask, anybody: Reader, planned: World, release: Release
) -> None:
    planned_window(planned.product, tenants=("zorggroep-de-brug",))
    announce_all()
    path = path_of(app, planned.peelrand.id)
    for body in (anybody.get(path).body, anybody.get(path.replace(".ics", "/maintenance.ics")).body):
        assert b"rug" not in body
        assert b"M-1" not in body
