"""Events as programs read them from the bytes of a calendar: libraries in Python, and two in JavaScript."""

import json
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import recurring_ical_events
import vobject
from icalendar import Calendar

from tests.environments import NODES, program

Told = tuple[datetime | date, datetime | date, bool, int]


@dataclass(frozen=True)
class Event:
    """One event as its reader has it: moments in UTC; or of whole days the first, and the one after the last."""

    uid: str
    starts: datetime | date
    ends: datetime | date
    cancelled: bool
    sequence: int

    @property
    def is_whole_day(self) -> bool:
        return not isinstance(self.starts, datetime)

    @property
    def told(self) -> Told:
        """What it tells, without its name."""
        return (self.starts, self.ends, self.cancelled, self.sequence)


Events = dict[str, Event]


def icalendar(body: bytes) -> Events:
    return _from_components(Calendar.from_ical(body).walk("VEVENT"))


def recurring(body: bytes) -> Events:
    """As recurring-ical-events finds them on the days that a calendar shows."""
    found = recurring_ical_events.of(Calendar.from_ical(body)).between((2000, 1, 1), (2100, 1, 1))
    return _from_components(found)


def vobject_(body: bytes) -> Events:
    return by_uid(
        Event(
            event.uid.value,
            _in_utc(event.dtstart.value),
            _in_utc(event.dtend.value),
            event.status.value == "CANCELLED",
            int(event.sequence.value),
        )
        for event in vobject.readOne(body.decode()).vevent_list
    )


def ical_js(body: bytes) -> Events:
    return _by_node("read-ical-js.mjs", body)


def node_ical(body: bytes) -> Events:
    return _by_node("read-node-ical.mjs", body)


def told(events: Events) -> list[Told]:
    """What events tell, in an order of its own."""
    return sorted((event.told for event in events.values()), key=str)


READERS: list[Callable[[bytes], Events]] = [icalendar, recurring, vobject_, ical_js, node_ical]


def by_uid(events: Iterable[Event]) -> Events:
    """Events by their names; no name may come twice."""
    found: Events = {}
    for event in events:
        assert event.uid not in found
        found[event.uid] = event
    return found


def _from_components(components: Iterable[Any]) -> Events:
    return by_uid(
        Event(
            str(one["UID"]),
            _in_utc(one["DTSTART"].dt),
            _in_utc(one["DTEND"].dt),
            str(one["STATUS"]) == "CANCELLED",
            int(one["SEQUENCE"]),
        )
        for one in components
    )


def _by_node(script: str, body: bytes) -> Events:
    """What a script of ours prints of a calendar; it runs where midnight is not that of Amsterdam."""
    done = subprocess.run(
        [program("node", script), script],
        cwd=NODES["node"],
        input=body,
        env={"TZ": "America/Curacao", "PATH": "/usr/bin:/bin:/usr/local/bin"},
        capture_output=True,
        check=True,
    )
    return by_uid(
        Event(
            one["uid"],
            _from_json(one["starts"]),
            _from_json(one["ends"]),
            one["status"] == "CANCELLED",
            one["sequence"],
        )
        for one in json.loads(done.stdout)
    )


def _in_utc(value: datetime | date) -> datetime | date:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _from_json(value: str | int) -> datetime | date:
    return date.fromisoformat(value) if isinstance(value, str) else datetime.fromtimestamp(value, UTC)
