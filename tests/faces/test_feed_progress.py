"""Calendars follow maintenance that is under way."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

from schedules.models import Impact, MaintenanceWindow
from schedules.progress import extend_maintenance, finish_maintenance, start_maintenance
from tests.faces.calendars import events, under_way, version
from tests.faces.pages import Reader
from tests.planning import announce_all, planned_window
from tests.world import NOW, OPERATOR, World


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
