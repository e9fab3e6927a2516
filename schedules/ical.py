"""What all calendars are made of. Unchanged rows give the same bytes, on the same day.

Times are UTC, which every client reads alike; the local time stands in the description, its zone spelled out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from icalendar import Calendar, Event, vDuration, vText

# What is over stays in a calendar for a while, as people look back.
LOOKS_BACK = timedelta(days=400)


@dataclass(frozen=True)
class Made:
    """A feed as bytes, and when what it shows last changed, as far as its rows tell."""

    body: bytes
    changed_at: datetime


def shown_since(today: date) -> datetime:
    """The moment that what a calendar shows ends after: the same all day, so that its bytes are."""
    return start_of(today) - LOOKS_BACK


def start_of(today: date) -> datetime:
    return datetime.combine(today, time(), UTC)


def named_calendar(name: str) -> Calendar:
    """Return a calendar without events that says what it is, and how often to look."""
    calendar = Calendar()
    calendar.add("prodid", "-//Release announcements//NL")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # The library leaves these unescaped unless they are wrapped.
    calendar.add("name", vText(name))
    calendar.add("x-wr-calname", vText(name))
    calendar.add("refresh-interval", vDuration(timedelta(hours=4)), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(timedelta(hours=4)))
    return calendar


def new_event(
    uid: str,
    version: tuple[int, datetime],
    times: tuple[datetime, datetime] | tuple[date, date],
    summary: str,
    status: str = "CONFIRMED",
) -> Event:
    """Return an event; ``version`` is its SEQUENCE and when it got that, ``times`` are two moments or two dates."""
    event = Event()
    event.add("uid", uid)
    set_version(event, *version)
    event.add("dtstart", times[0])
    event.add("dtend", times[1])
    event.add("summary", summary)
    event.add("status", status)
    event.add("transp", "TRANSPARENT")
    return event


def set_version(event: Event, sequence: int, stamp: datetime) -> None:
    """Make it another version of the event: never the moment of rendering (RFC 5545, 3.8.7)."""
    for name, value in {"sequence": sequence, "dtstamp": stamp, "last-modified": stamp}.items():
        event.pop(name, None)
        event.add(name, value)


def made(calendar: Calendar, events: Iterable[Event], since: datetime) -> Made:
    """Return the calendar with these events as bytes; it never changed before ``since``."""
    changed_at = since
    for event in events:
        calendar.add_component(event)
        stamp: Any = event["dtstamp"]
        changed_at = max(changed_at, stamp.dt)
    return Made(bytes(calendar.to_ical()), changed_at.astimezone(UTC))
