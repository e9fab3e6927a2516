"""The calendars that `flask demo --json` gives away show the same instants in whatever reads them."""

from pathlib import Path

import pytest

from tests.clients import khal, maintnote
from tests.clients.publishing import fetched
from tests.clients.reading import Events, ical_js, icalendar, told
from tests.served import Served


def fetched_and_listed(address: str, folder: Path) -> tuple[bytes, Events]:
    """A calendar, and what khal lists of those same bytes: the worker tells what is due while we look."""
    for attempt in range(5):
        body = fetched(address)
        (own := folder / f"khal{attempt}").mkdir()
        listed = khal.listed(address, own)
        if fetched(address) == body:
            return body, listed
    raise AssertionError(f"{address} never stands still")


@pytest.mark.parametrize("number", [0, -1], ids=["first tenant", "last tenant"])
def test_feeds_of_the_demonstration_show_the_same_instants_everywhere(
    product: Served, tmp_path: Path, number: int
) -> None:
    address = product.demo["feeds"][number]["url"]
    body, listed = fetched_and_listed(address, tmp_path)
    events = icalendar(body)
    assert events
    assert ical_js(body) == events
    assert told(listed) == told(events)

    programs = fetched(address.replace(".ics", "/maintenance.ics"))
    (notices,) = maintnote.read([programs], tmp_path, ".ics")
    assert notices
    assert maintnote.times(notices) == {uid: event.told for uid, event in icalendar(programs).items()}
