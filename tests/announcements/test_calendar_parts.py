"""The calendar entry in a mail is the one of the feed: who has both sees one event, with the same version of it."""

from datetime import datetime, timedelta
from email import message_from_bytes
from email import policy as policies
from typing import Any

import pytest
from icalendar import Calendar

from outbox.mime import render
from outbox.models import MessageState, OutboxMessage
from schedules.entries import Publisher
from schedules.maintenance import move_maintenance
from schedules.maintnote import maintnote_calendar
from schedules.models import MaintenanceWindow, Release
from schedules.people_calendar import people_calendar
from schedules.progress import extend_maintenance, finish_maintenance
from schedules.release_cancelling import cancel_release
from storage import db
from tenants.models import Tenant
from tests.planning import (
    ACCEPTANCE_DEADLINE,
    messages,
    moved,
    pass_of_the_clock,
    planned_release,
    planned_window,
    send,
    told_and_given,
)
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, local

DUE = ACCEPTANCE_DEADLINE - timedelta(days=1)
SAME = (
    "UID",
    "SEQUENCE",
    "DTSTAMP",
    "LAST-MODIFIED",
    "DTSTART",
    "DTEND",
    "SUMMARY",
    "STATUS",
    "TRANSP",
    "DESCRIPTION",
    "URL",
)
MAINTNOTE = ("PROVIDER", "ACCOUNT", "MAINTENANCE-ID", "IMPACT", "STATUS", "OBJECT-ID")


def parts(message: OutboxMessage) -> list[Any]:
    mail = message_from_bytes(render(message.letter, message, NOW), policy=policies.default)
    return [part for part in mail.walk() if part.get_content_type() == "text/calendar"]


def event_of(message: OutboxMessage) -> Any:
    (part,) = parts(message)
    assert part.get_param("method") == "PUBLISH"
    calendar = Calendar.from_ical(part.get_content())
    assert str(calendar["METHOD"]) == "PUBLISH"
    (event,) = calendar.events
    return event


def fed(tenant: Tenant, language: str) -> dict[str, Any]:
    feed = people_calendar(tenant, NOW.date(), Publisher.present(), language).body
    return {str(event["UID"]): event for event in Calendar.from_ical(feed).events}


def values(event: Any, names: tuple[str, ...] = SAME) -> dict[str, bytes]:
    return {name: event[name].to_ical() if hasattr(event[name], "to_ical") else b"%d" % event[name] for name in names}


def waiting(tenant: Tenant) -> list[OutboxMessage]:
    """The mails that wait for the contacts of a tenant and carry an entry."""
    return [message for message in messages(tenant, MessageState.QUEUED) if message.letter.calendar]


def assert_agrees(tenant: Tenant) -> int:
    mails = waiting(tenant)
    for message in mails:
        event = event_of(message)
        assert values(event) == values(fed(tenant, message.letter.language)[str(event["UID"])])
    return len(mails)


@pytest.fixture
def release(planned: World) -> Release:
    return planned_release(planned.product)


@pytest.fixture
def window(planned: World) -> MaintenanceWindow:
    return planned_window(planned.product)


@pytest.mark.parametrize("zone", ["", "America/Curacao"])
def test_entry_of_an_update_agrees_with_the_feed(planned: World, release: Release, zone: str) -> None:
    planned.brug.timezone = zone
    db.session.commit()
    pass_of_the_clock(DUE)
    assert assert_agrees(planned.brug) == 4


def test_entry_of_a_move_and_of_a_cancellation_agree_with_the_feed(planned: World, release: Release) -> None:
    told_and_given(DUE)
    moved(release, acceptance="2027-01-20T06:00", now=DUE)
    pass_of_the_clock(DUE + timedelta(minutes=1))
    assert assert_agrees(planned.brug) == 2
    assert {event_of(message)["SEQUENCE"] for message in waiting(planned.brug)} == {1}
    told_and_given(DUE + timedelta(minutes=2))
    cancel_release(db.session.get_one(Release, release.id), MANAGER, DUE + timedelta(minutes=3))
    pass_of_the_clock(DUE + timedelta(minutes=4))
    assert assert_agrees(planned.brug) == 4
    assert {str(event_of(message)["STATUS"]) for message in waiting(planned.brug)} == {"CANCELLED"}


def test_maintenance_carries_what_programs_read(planned: World, window: MaintenanceWindow) -> None:
    now = local("2026-12-07T22:00")
    pass_of_the_clock(now)
    assert assert_agrees(planned.brug) == 2
    note = maintnote_calendar(planned.brug, NOW.date(), Publisher.present(), "nl").body
    (fed_event,) = Calendar.from_ical(note).events
    for message in waiting(planned.brug):
        event = event_of(message)
        names = tuple(f"X-MAINTNOTE-{name}" for name in MAINTNOTE)
        assert values(event, names) == values(fed_event, names)
        assert event["ORGANIZER"] == fed_event["ORGANIZER"]


def test_moved_maintenance_agrees_with_the_feed(planned: World, window: MaintenanceWindow) -> None:
    now = local("2026-12-07T22:00")
    told_and_given(now)
    ends: datetime = local("2026-12-23T02:00")
    move_maintenance(window, local("2026-12-22T22:00"), ends, PLANNER, now, revision=1)
    pass_of_the_clock(now + timedelta(minutes=1))
    assert assert_agrees(planned.peelrand) == 1


def test_longer_maintenance_shows_its_new_end_in_the_same_entry(planned: World, window: MaintenanceWindow) -> None:
    told_and_given(local("2026-12-07T22:00"))
    planned_entry = {event["UID"]: event for event in fed(planned.brug, "en").values()}
    start, longer = local("2026-12-15T22:00"), local("2026-12-16T04:00")
    pass_of_the_clock(start)
    send(None, start)

    for number, new_end in enumerate([longer, longer + timedelta(hours=1)], 1):
        now = start + timedelta(hours=number)
        extend_maintenance(window, new_end, "Meer tijd nodig", "More time needed", OPERATOR, now)
        pass_of_the_clock(now)

        assert assert_agrees(planned.brug) == 2
        for message in waiting(planned.brug):
            event = event_of(message)
            assert (event["SEQUENCE"], event["DTEND"].dt, event["X-MAINTNOTE-STATUS"]) == (
                number,
                new_end,
                "IN-PROCESS",
            )
            assert event["UID"] in planned_entry
        send(None, now)

    finish_maintenance(window, OPERATOR, longer)
    pass_of_the_clock(longer)
    assert waiting(planned.brug) == []


def test_words_of_people_do_no_harm_in_an_entry(planned: World, window: MaintenanceWindow) -> None:
    window.reason_nl = "Opslag; schijven, \\ en\u2028meer " + "lang" * 60
    window.reference = "M;1,2\\3"
    db.session.commit()
    pass_of_the_clock(local("2026-12-07T22:00"))
    assert assert_agrees(planned.peelrand) == 1
    (message,) = waiting(planned.peelrand)
    (part,) = parts(message)
    assert max(len(line.encode()) for line in part.get_content().split("\r\n")) <= 75
    assert b"X-MAINTNOTE-MAINTENANCE-ID:M\\;1\\,2\\\\3\r\n" in part.get_payload(decode=True)


def test_what_is_told_beside_the_notices_is_no_appointment(planned: World, release: Release) -> None:
    told_and_given(DUE)
    at = local("2027-01-17T06:00")
    pass_of_the_clock(at)
    reminders = messages(planned.brug, MessageState.QUEUED)
    assert reminders
    assert [parts(message) for message in reminders if message.letter.calendar] == []
