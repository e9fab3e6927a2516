"""Every calendar program reads the same from the feed of the running product, and the same as from the mail."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.clients import khal
from tests.clients.publishing import fetched, published
from tests.clients.reading import READERS, Events, Told, icalendar, told
from tests.clients.scene import (
    AUTUMN,
    LONG_NIGHT,
    MOVED,
    OFF,
    SHORT_NIGHT,
    SPRING,
    SUMMER,
    UPDATE_LASTS,
    UPKEEP_MOVED,
    UPKEEP_OFF,
    WINTER,
    Scene,
)
from tests.world import local

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:vobject")

# The feed has one where a version loses full support; this one is there in any case.
WHOLE_DAY = """\
BEGIN:VEVENT
UID:whole-day@localhost
SEQUENCE:3
DTSTAMP:20261123T090000Z
DTSTART;VALUE=DATE:%(first)s
DTEND;VALUE=DATE:%(next)s
SUMMARY:Volledige ondersteuning eindigt
STATUS:CONFIRMED
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
"""


def in_utc(text: str) -> datetime:
    return local(text).astimezone(UTC)


def planned() -> list[Told]:
    """What the planners of the scene told: start, end, whether it is off, how often it changed."""
    updates = [(WINTER, False, 0), (SUMMER, False, 0), (MOVED, False, 1), (OFF, True, 1)]
    upkeep = [(SHORT_NIGHT, False, 0), (LONG_NIGHT, False, 0), (UPKEEP_MOVED, False, 1), (UPKEEP_OFF, True, 1)]
    found: list[Told] = [
        (in_utc(at), in_utc(at) + UPDATE_LASTS, off, changes) for dates, off, changes in updates for at in dates
    ]
    found += [(in_utc(starts), in_utc(ends), off, changes) for (starts, ends), off, changes in upkeep]
    return sorted(found, key=str)


def timed(events: Events) -> Events:
    """Without those of whole days."""
    return {uid: event for uid, event in events.items() if not event.is_whole_day}


@pytest.fixture(scope="module")
def body(scene: Scene) -> bytes:
    return fetched(scene.people)


def test_feed_holds_what_was_told(body: bytes) -> None:
    assert told(timed(icalendar(body))) == planned()


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_program_reads_the_same_from_the_feed(body: bytes, read: Callable[[bytes], Events]) -> None:
    assert read(body) == icalendar(body)


def test_khal_lists_the_same_after_vdirsyncer(scene: Scene, body: bytes, tmp_path: Path) -> None:
    assert told(khal.listed(scene.people, tmp_path)) == told(icalendar(body))


@pytest.mark.parametrize("day", [SPRING, AUTUMN], ids=str)
def test_programs_agree_on_a_whole_day(body: bytes, tmp_path: Path, day: date) -> None:
    days = {"first": f"{day:%Y%m%d}", "next": f"{day + timedelta(days=1):%Y%m%d}"}
    with_it = body.replace(b"END:VCALENDAR\r\n", (WHOLE_DAY % days).replace("\n", "\r\n").encode())
    expected = icalendar(with_it)
    assert expected["whole-day@localhost"].told == (day, day + timedelta(days=1), False, 3)
    assert [read.__name__ for read in READERS if read(with_it) != expected] == []
    with published(with_it) as url:
        assert told(khal.listed(url, tmp_path)) == told(expected)


def test_entries_of_the_mails_are_those_of_the_feed(scene: Scene, body: bytes) -> None:
    newest: Events = {}
    for mail in scene.mails:
        (part,) = [one for one in message_from_bytes(mail).walk() if one.get_content_type() == "text/calendar"]
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        for uid, event in icalendar(content).items():
            if uid not in newest or newest[uid].sequence <= event.sequence:
                newest[uid] = event
    assert newest == timed(icalendar(body))
