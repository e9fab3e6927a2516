"""Maintenance for programs: the MAINTNOTE properties, whole and counted."""

from datetime import datetime

from schedules.maintenance import cancel_maintenance, move_maintenance
from schedules.models import Impact, MaintenanceWindow, Release
from storage import db
from tests.faces.calendars import LATER, events, identity, lines, text
from tests.faces.pages import Reader
from tests.planning import announce_all, planned_release, planned_window
from tests.world import MANAGER, NOW, PLANNER, World, local

ONCE = ("DTSTAMP", "DTSTART", "DTEND", "UID", "SUMMARY", "ORGANIZER", "SEQUENCE")
MAINTNOTE = ("PROVIDER", "ACCOUNT", "MAINTENANCE-ID", "IMPACT", "STATUS")


def test_maintnote_feed_without_maintenance_is_a_calendar_without_events(
    anybody: Reader, maintnote: str, release: Release
) -> None:
    announce_all()
    page = anybody.get(maintnote)
    assert events(page) == []
    assert lines(page)[0] == "BEGIN:VCALENDAR"


def test_maintnote_event_has_the_whole_set(anybody: Reader, maintnote: str, planned: World) -> None:
    planned_release(planned.product)
    planned_window(planned.product, "2026-11-26T21:00", "2026-11-27T02:00", reason="De schijf is stuk")
    planned_window(planned.product, reference="M-2", impact=Impact.NO_IMPACT)
    announce_all()
    page = anybody.get(maintnote)
    assert b"METHOD" not in page.body
    found = events(page)
    assert [text(event, "X-MAINTNOTE-MAINTENANCE-ID") for event in found] == ["M-1", "M-2"]
    for event in found:
        names = [name for name, _value in event.property_items(recursive=False)]
        for name in (*ONCE, *(f"X-MAINTNOTE-{name}" for name in MAINTNOTE)):
            assert names.count(name) == 1, name
        assert isinstance(event["DTSTART"].dt, datetime)
    assert {name: text(found[0], f"X-MAINTNOTE-{name}") for name in MAINTNOTE} == {
        "PROVIDER": "localhost",
        "ACCOUNT": "zorggroep-de-brug",
        "MAINTENANCE-ID": "M-1",
        "IMPACT": "OUTAGE",
        "STATUS": "CONFIRMED",
    }
    assert text(found[0], "X-MAINTNOTE-OBJECT-ID") == "zorggroep-de-brug/production"
    assert text(found[0], "ORGANIZER") == "mailto:announcements@localhost.localdomain"
    assert text(found[1], "X-MAINTNOTE-IMPACT") == "NO-IMPACT"


def test_maintnote_names_every_environment_once(anybody: Reader, maintnote: str, planned: World) -> None:
    window = planned_window(planned.product)
    window.acceptance = True
    db.session.commit()
    announce_all()
    objects = [line for line in lines(anybody.get(maintnote)) if line.startswith("X-MAINTNOTE-OBJECT-ID:")]
    assert objects == [
        "X-MAINTNOTE-OBJECT-ID:zorggroep-de-brug/acceptance",
        "X-MAINTNOTE-OBJECT-ID:zorggroep-de-brug/production",
    ]


def test_maintnote_counts_its_notices(anybody: Reader, maintnote: str, window: MaintenanceWindow) -> None:
    announce_all()

    def read() -> tuple[str, str, int, datetime]:
        (event,) = events(anybody.get(maintnote))
        return text(event, "UID"), text(event, "X-MAINTNOTE-STATUS"), int(event["SEQUENCE"]), event.start

    uid = read()[0]
    assert read() == (uid, "CONFIRMED", 0, local("2026-12-15T22:00"))
    move_maintenance(window, local("2026-12-16T22:00"), local("2026-12-17T02:00"), PLANNER, NOW, revision=1)
    assert read() == (uid, "CONFIRMED", 0, local("2026-12-15T22:00"))
    announce_all()
    assert read() == (uid, "CONFIRMED", 1, local("2026-12-16T22:00"))
    cancel_maintenance(window, MANAGER, LATER)
    announce_all(LATER)
    assert read() == (uid, "CANCELLED", 2, local("2026-12-16T22:00"))


def test_maintenance_without_impact_that_is_off_stays_to_say_so(
    anybody: Reader, maintnote: str, planned: World
) -> None:
    window = planned_window(planned.product, impact=Impact.NO_IMPACT)
    before = anybody.get(maintnote)
    cancel_maintenance(window, MANAGER, LATER)
    after = anybody.get(maintnote)
    (old,), (new,) = events(before), events(after)
    assert identity(new) == (text(old, "UID"), 1, LATER)
    assert (text(new, "STATUS"), text(new, "X-MAINTNOTE-STATUS")) == ("CANCELLED", "CANCELLED")
    assert text(new, "SUMMARY").endswith(text(old, "SUMMARY"))
    assert text(new, "SUMMARY") != text(old, "SUMMARY")
    since = {"If-Modified-Since": before.headers["Last-Modified"]}
    assert anybody.get(maintnote, headers=since).status == 200


def test_both_feeds_speak_of_the_same_event(
    anybody: Reader, feed: str, maintnote: str, window: MaintenanceWindow
) -> None:
    announce_all()
    (one,), (other,) = events(anybody.get(feed)), events(anybody.get(maintnote))
    assert identity(one) == identity(other)
    assert (one.start, one.end) == (other.start, other.end)
