"""Calendars as clients poll and read them: identity and change, HTTP, properties, MAINTNOTE."""

import gzip
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import recurring_ical_events
import time_machine
import vobject
from flask import Flask
from icalendar import Calendar, vText
from sqlalchemy import update

from schedules.maintenance import cancel_maintenance, move_maintenance
from schedules.models import Impact, MaintenanceWindow, Release
from schedules.progress import extend_maintenance, finish_maintenance, start_maintenance
from schedules.releases import cancel_release, retitle_release
from storage import db
from tenants.feed_tokens import current
from tenants.models import Tenant
from tests.faces.pages import Page, Reader, everything
from tests.planning import ACCEPTANCE, announce_all, moved, planned_release, planned_window
from tests.world import LONG_AGO, MANAGER, NOW, OPERATOR, PLANNER, World, local

LATER = NOW + timedelta(days=3)


@pytest.fixture
def release(planned: World) -> Release:
    return planned_release(planned.product)


@pytest.fixture
def window(planned: World) -> MaintenanceWindow:
    return planned_window(planned.product)


@pytest.fixture
def feed(app: Flask, planned: World) -> str:
    """The path of De Brug's calendar for people."""
    return path_of(app, planned.brug)


@pytest.fixture
def maintnote(feed: str) -> str:
    """The path of its maintenance for programs."""
    return feed.replace(".ics", "/maintenance.ics")


def path_of(app: Flask, tenant: Tenant) -> str:
    return f"/feeds/{current(app.config['FEED_KEY'], tenant.id)}.ics"


def lines(page: Page) -> list[str]:
    """The lines of a calendar, unfolded."""
    return page.body.decode().replace("\r\n ", "").split("\r\n")


def events(page: Page) -> list[Any]:
    assert page.status == 200
    return list(Calendar.from_ical(page.body).walk("VEVENT"))


def text(event: Any, name: str) -> str:
    return str(event[name])


# Times


def test_times_are_utc_and_no_zone_is_written(anybody: Reader, feed: str, release: Release) -> None:
    announce_all()
    page = anybody.get(feed)
    found = [line for line in lines(page) if re.match(r"DT|LAST-MODIFIED", line)]
    assert sorted(found) == [
        "DTEND:20270118T060000Z",
        "DTEND:20270208T060000Z",
        *["DTSTAMP:20261123T090000Z"] * 2,
        "DTSTART:20270118T050000Z",
        "DTSTART:20270208T050000Z",
        *["LAST-MODIFIED:20261123T090000Z"] * 2,
    ]
    assert b"TZID" not in page.body
    assert b"VTIMEZONE" not in page.body


def test_local_times_stand_in_the_description_with_their_zone(anybody: Reader, feed: str, planned: World) -> None:
    planned.brug.timezone = "America/Curacao"
    planned.brug.locale = "en"
    db.session.commit()
    planned_release(planned.product)
    planned_window(planned.product)
    announce_all()
    window, acceptance, production = (text(event, "DESCRIPTION") for event in events(anybody.get(feed)))
    assert "Mon 18 January 2027, 06:00, Amsterdam time (UTC+1) = Mon 18 January 2027, 01:00, Curaçao time (UTC-4)" in (
        acceptance
    )
    assert "Mon 8 February 2027, 06:00, Amsterdam time (UTC+1)" in production
    for clock in ("Tue 15 December 2026, 22:00", "Tue 15 December 2026, 17:00", "Wed 16 December 2026, 02:00"):
        assert clock in window


SEASONS = [
    ("winter", "2027-01-18T06:00", "2027-02-08T06:00"),
    ("summer", "2027-06-07T06:00", "2027-07-12T06:00"),
    ("both", "2027-03-14T02:30", "2027-03-29T02:30"),
    ("the hour that comes twice", "2027-10-04T06:00", "2027-10-31T02:30"),
]


@pytest.mark.filterwarnings("ignore::DeprecationWarning:vobject")
@pytest.mark.parametrize(("acceptance", "production"), [pytest.param(*dates, id=name) for name, *dates in SEASONS])
def test_readers_agree_on_the_instants(
    anybody: Reader, feed: str, planned: World, acceptance: str, production: str
) -> None:
    planned_release(planned.product, acceptance=acceptance, production=production)
    announce_all()
    body = anybody.get(feed).body
    instants = [local(acceptance).astimezone(UTC), local(production).astimezone(UTC)]

    calendar = Calendar.from_ical(body)
    assert [event["DTSTART"].dt.astimezone(UTC) for event in events(anybody.get(feed))] == instants
    found = recurring_ical_events.of(calendar).between(NOW, NOW + timedelta(days=700))
    assert sorted(event["DTSTART"].dt.astimezone(UTC) for event in found) == instants
    read = vobject.readOne(body.decode())
    assert [event.dtstart.value.astimezone(UTC) for event in read.vevent_list] == instants
    for event in read.vevent_list:
        assert event.dtend.value - event.dtstart.value == timedelta(minutes=60)


# Identity and change


def identity(event: Any) -> tuple[str, int, datetime]:
    assert event["LAST-MODIFIED"].dt == event["DTSTAMP"].dt
    return text(event, "UID"), int(event["SEQUENCE"]), event["DTSTAMP"].dt


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
        text(event, "UID") for path in (feed, path_of(app, planned.peelrand)) for event in events(anybody.get(path))
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
    path = path_of(app, planned.peelrand)
    for body in (anybody.get(path).body, anybody.get(path.replace(".ics", "/maintenance.ics")).body):
        assert b"rug" not in body
        assert b"M-1" not in body


# HTTP


@pytest.mark.parametrize("part", ["people", "maintnote"])
def test_reader_who_has_it_gets_304(
    anybody: Reader, feed: str, maintnote: str, release: Release, window: MaintenanceWindow, part: str
) -> None:
    path = feed if part == "people" else maintnote
    announce_all()
    page = anybody.get(path)
    etag = page.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', etag)
    for header, value, status in (
        ("If-None-Match", etag, 304),
        ("If-None-Match", f'"nonsense", {etag}', 304),
        # A proxy that compressed it made the tag weak.
        ("If-None-Match", f"W/{etag}", 304),
        ("If-None-Match", "*", 304),
        ("If-None-Match", '"nonsense"', 200),
        ("If-None-Match", "nonsense", 200),
        ("If-Modified-Since", "Mon, 23 Nov 2026 09:00:00 GMT", 304),
        ("If-Modified-Since", "Mon, 23 Nov 2026 10:00:00 GMT", 304),
        ("If-Modified-Since", "Mon, 23 Nov 2026 08:59:59 GMT", 200),
        ("If-Modified-Since", "nonsense", 200),
        ("If-Modified-Since", "", 200),
        ("If-Modified-Since", "Mon, 99 Nov 9999 99:99:99 GMT", 200),
    ):
        answer = anybody.get(path, headers={header: value})
        assert (answer.status, answer.headers["ETag"]) == (status, etag), (header, value)
        assert answer.body == (b"" if status == 304 else page.body)
        assert answer.headers["Cache-Control"] == "private, max-age=0, must-revalidate"
    # A tag counts for more than a date (RFC 9110, 13.2.2).
    both = {"If-None-Match": '"nonsense"', "If-Modified-Since": "Mon, 23 Nov 2026 10:00:00 GMT"}
    assert anybody.get(path, headers=both).status == 200


def test_reader_gets_the_new_calendar_once_something_was_told(anybody: Reader, feed: str, release: Release) -> None:
    announce_all()
    etag = anybody.get(feed).headers["ETag"]
    moved(release, ACCEPTANCE, "2027-02-15T06:00", now=LATER)
    assert anybody.get(feed, headers={"If-None-Match": etag}).status == 304
    announce_all(LATER)
    for headers in ({"If-None-Match": etag}, {"If-Modified-Since": "Mon, 23 Nov 2026 09:00:00 GMT"}):
        assert anybody.get(feed, headers=headers).status == 200


def test_calendar_is_compressed_for_who_takes_that(anybody: Reader, feed: str, release: Release) -> None:
    announce_all()
    plain = anybody.get(feed)
    assert "Content-Encoding" not in plain.headers
    for accepted in ("gzip", "gzip, deflate, br", "deflate, gzip;q=0.5", "*"):
        page = anybody.get(feed, headers={"Accept-Encoding": accepted})
        assert page.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(page.body) == plain.body
        assert page.headers["ETag"] != plain.headers["ETag"]
        assert "Accept-Encoding" in page.headers["Vary"]
        tagged = {"Accept-Encoding": accepted, "If-None-Match": page.headers["ETag"]}
        assert anybody.get(feed, headers=tagged).status == 304
        assert anybody.get(feed, headers={"Accept-Encoding": accepted}).body == page.body
    for accepted in ("", "identity", "deflate, br", "gzip;q=0", "x-nonsense"):
        assert anybody.get(feed, headers={"Accept-Encoding": accepted}).body == plain.body


def test_calendar_asks_nothing_of_its_reader(anybody: Reader, feed: str, maintnote: str) -> None:
    for path in (feed, maintnote):
        asking: list[dict[str, str]] = [{}, {"Accept": "text/html"}, {"Accept": "application/json"}, {"User-Agent": ""}]
        for headers in asking:
            page = anybody.get(path, headers=headers)
            assert page.status == 200
            assert page.headers["Content-Type"] == "text/calendar; charset=utf-8"
            # The address is a secret, which no link in the calendar may carry elsewhere.
            assert page.headers["Referrer-Policy"] == "no-referrer"
            assert "Set-Cookie" not in page.headers


def test_pollers_are_never_limited(anybody: Reader, feed: str) -> None:
    assert {anybody.get(feed).status for _poll in range(150)} == {200}


def test_head_is_answered(anybody: Reader, feed: str) -> None:
    answer = anybody.client.head(feed)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["ETag"] == anybody.get(feed).headers["ETag"]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_unknown_address_is_not_found(anybody: Reader, feed: str, maintnote: str) -> None:
    token = feed.removeprefix("/feeds/").removesuffix(".ics")
    for wrong in (
        *("none", "%00", "💥", "x" * 5000, "..%2f..%2fetc", "'; DROP TABLE feed_token; --", token[:-1], f"{token}x"),
        *(token.swapcase(), f"{token}%00", "1"),
    ):
        assert anybody.get(f"/feeds/{wrong}.ics").status == 404, wrong
        assert anybody.get(f"/feeds/{wrong}/maintenance.ics").status == 404, wrong
    for path in (f"/feeds/{token}", "/feeds/", "/feeds/.ics", f"{feed}/x", maintnote.replace("ics", "xml")):
        assert anybody.get(path).status == 404, path


def test_database_gives_no_address_away(app: Flask, planned: World, feed: str) -> None:
    token = feed.removeprefix("/feeds/").removesuffix(".ics")
    assert len(token) == 43
    assert token not in str(everything())


# Properties


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


# MAINTNOTE

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


def under_way(window: MaintenanceWindow) -> dict[str, datetime]:
    """It starts, takes two hours longer, and is done; the moments of each."""
    starts, ends = window.starts_at, window.ends_at
    return {"start": starts, "longer": ends - timedelta(minutes=5), "done": ends + timedelta(hours=1)}


def version(page: Page) -> tuple[int, datetime, datetime]:
    (event,) = events(page)
    return event["SEQUENCE"], event["DTSTAMP"].dt, event["DTEND"].dt


def test_maintenance_that_takes_longer_ends_later_in_the_calendar(
    anybody: Reader, feed: str, window: MaintenanceWindow
) -> None:
    announce_all()
    moments, ends = under_way(window), window.ends_at
    before = anybody.get(feed)
    start_maintenance(window, OPERATOR, moments["start"])
    started = anybody.get(feed)
    extend_maintenance(window, ends + timedelta(hours=2), "", "", OPERATOR, moments["longer"])
    longer = anybody.get(feed)
    finish_maintenance(window, OPERATOR, moments["done"])

    # For people nothing changes when it starts; once it is done, their time is free again.
    assert started.body == before.body
    assert version(before) == (0, NOW, ends)
    assert version(longer) == (1, moments["longer"], ends + timedelta(hours=2))
    assert version(anybody.get(feed)) == (2, moments["done"], moments["done"])
    (event,) = events(longer)
    ends_now, announced = event["DESCRIPTION"].split("\n")[2:4]
    assert ("04:00" in ends_now, "02:00" in announced) == (True, True)


def test_programs_read_how_far_maintenance_has_come(anybody: Reader, maintnote: str, window: MaintenanceWindow) -> None:
    announce_all()
    moments, ends = under_way(window), window.ends_at
    found = [anybody.get(maintnote)]
    start_maintenance(window, OPERATOR, moments["start"])
    found.append(anybody.get(maintnote))
    extend_maintenance(window, ends + timedelta(hours=2), "", "", OPERATOR, moments["longer"])
    found.append(anybody.get(maintnote))
    finish_maintenance(window, OPERATOR, moments["done"])
    found.append(anybody.get(maintnote))

    assert [(event["X-MAINTNOTE-STATUS"], *version(page)) for page in found for event in events(page)] == [
        ("CONFIRMED", 0, NOW, ends),
        ("IN-PROCESS", 1, moments["start"], ends),
        ("IN-PROCESS", 2, moments["longer"], ends + timedelta(hours=2)),
        ("COMPLETED", 4, moments["done"], moments["done"]),
    ]
    modified = [parsedate_to_datetime(page.headers["Last-Modified"]) for page in found]
    assert modified == [NOW, *moments.values()]
    assert anybody.get(maintnote).body == found[-1].body


def test_maintenance_without_impact_tells_programs_how_far_it_has_come(
    anybody: Reader, planned: World, maintnote: str
) -> None:
    window = planned_window(planned.product, impact=Impact.NO_IMPACT)
    moments, ends = under_way(window), window.ends_at
    start_maintenance(window, OPERATOR, moments["start"])
    extend_maintenance(window, ends + timedelta(hours=2), "", "", OPERATOR, moments["longer"])

    assert version(anybody.get(maintnote)) == (2, moments["longer"], ends + timedelta(hours=2))
