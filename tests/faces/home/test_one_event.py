"""One event for the own calendar."""

from typing import Any

from icalendar import Calendar

from sla.terms import Change
from tests.faces.home.reading import HOME, feed_of
from tests.faces.pages import Reader
from tests.planning import ACCEPTANCE, announce_all, moved, planned_release, the_notice
from tests.world import World, local


def test_one_event_is_the_one_of_the_feed(contact: Reader, planned: World) -> None:
    release = planned_release(planned.product)
    announce_all()
    notice = the_notice(release, Change.PRODUCTION, planned.brug)
    page = contact.get(f"{HOME}/calendar/{notice.id}.ics")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert page.headers["Content-Disposition"] == "attachment; filename=2027.1-production.ics"
    event: Any = Calendar.from_ical(page.body).walk("VEVENT")[0]
    assert event["SUMMARY"] == "Inconto: production to 2027.1"
    assert event["DTSTART"].dt == local("2027-02-08T06:00")
    feed = contact.get(feed_of(contact))
    uids = {str(one["UID"]) for one in Calendar.from_ical(feed.body).walk("VEVENT")}
    assert str(event["UID"]) in uids


def test_event_of_another_tenant_or_of_an_old_date_is_nobodys(
    contact: Reader, stranger: Reader, planned: World
) -> None:
    release = planned_release(planned.product)
    not_told = the_notice(release, Change.PRODUCTION, planned.brug).id
    assert contact.get(f"{HOME}/calendar/{not_told}.ics").status == 404
    announce_all()
    theirs = the_notice(release, Change.PRODUCTION, planned.peelrand).id
    assert contact.get(f"{HOME}/calendar/{theirs}.ics").status == 404
    assert stranger.get(f"{HOME}/calendar/{not_told}.ics").status == 404
    moved(release, ACCEPTANCE, "2027-02-15T06:00")
    announce_all()
    assert contact.get(f"{HOME}/calendar/{not_told}.ics").status == 404
    assert contact.get(f"{HOME}/calendar/{'9' * 30}.ics").status == 404
