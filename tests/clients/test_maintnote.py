"""The reader of MAINTNOTE takes feed and mail of the running product, and reads the same from both."""

from pathlib import Path
from typing import Any

import pytest

from tests.clients import maintnote
from tests.clients.maintnote import Notices
from tests.clients.publishing import fetched
from tests.clients.reading import icalendar
from tests.clients.scene import LONG_NIGHT, SHORT_NIGHT, UPKEEP_MOVED, UPKEEP_OFF, Scene
from tests.world import local

TOLD = [
    ("M-long-night", LONG_NIGHT, "CONFIRMED", 0),
    ("M-moved", UPKEEP_MOVED, "CONFIRMED", 1),
    ("M-off", UPKEEP_OFF, "CANCELLED", 1),
    ("M-short-night", SHORT_NIGHT, "CONFIRMED", 0),
]


@pytest.fixture(scope="module")
def notices(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Notices:
    """What it reads from the feed."""
    (found,) = maintnote.read([fetched(scene.maintnote)], tmp_path_factory.mktemp("feed"), ".ics")
    return found


def test_reader_takes_the_feed(notices: Notices) -> None:
    found = sorted(notices.values(), key=lambda one: str(one["maintenance_id"]))
    assert [(one["maintenance_id"], one["start"], one["end"], one["status"], one["sequence"]) for one in found] == [
        (reference, local(starts).timestamp(), local(ends).timestamp(), status, sequence)
        for reference, (starts, ends), status, sequence in TOLD
    ]
    for one in found:
        assert (one["provider"], one["account"]) == ("localhost", "klok-en-zomer")
        assert one["circuits"] == [{"circuit_id": "klok-en-zomer/production", "impact": "OUTAGE"}]


def test_reader_has_the_events_of_both_feeds(scene: Scene, notices: Notices) -> None:
    people, programs = (icalendar(fetched(url)) for url in (scene.people, scene.maintnote))
    assert maintnote.times(notices) == {uid: event.told for uid, event in programs.items()}
    assert {uid: people[uid].told for uid in programs} == {uid: event.told for uid, event in programs.items()}


def test_reader_takes_every_mail_about_maintenance_and_reads_what_the_feed_says(
    scene: Scene, notices: Notices, tmp_path: Path
) -> None:
    mails = [mail for mail in scene.mails if b"X-MAINTNOTE-" in mail]
    found = maintnote.read(mails, tmp_path, ".eml")
    assert [len(one) for one in found] == [1] * len(mails)
    newest: Notices = {}
    for uid, one in (item for read in found for item in read.items()):
        if uid not in newest or newest[uid]["sequence"] <= one["sequence"]:
            newest[uid] = one
    assert {uid: without_words(one) for uid, one in newest.items()} == {
        uid: without_words(one) for uid, one in notices.items()
    }


def without_words(notice: dict[str, Any]) -> dict[str, Any]:
    """All but the title, which is in the language of its reader."""
    return {name: value for name, value in notice.items() if name != "summary"}
