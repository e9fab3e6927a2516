"""A calendar says the moment, whatever clock its reader has."""

import re
from datetime import UTC, timedelta

import pytest
import recurring_ical_events
import vobject
from icalendar import Calendar

from schedules.models import Release
from storage import db
from tests.faces.calendars import events, lines, text
from tests.faces.pages import Reader
from tests.planning import announce_all, planned_release, planned_window
from tests.world import NOW, World, local


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
