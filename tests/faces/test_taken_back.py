"""Announced by hand, and moved within that minute, before a mail was written: the page says what becomes of it."""

from announcements.services import announce_due
from schedules.models import MaintenanceWindow, Release
from tests.faces.pages import Form, Reader
from tests.faces.planning_forms import announced, path_of
from tests.planning import ACCEPTANCE, messages
from tests.world import NOW, local

LATER: Form = {"revision": "1", "acceptance_at": ACCEPTANCE, "production_at": "2027-03-15T06:00", "step": "plan"}


def test_notice_about_to_leave_is_taken_back_and_told_once(manager: Reader, release: Release) -> None:
    manager.post(path_of(release, "/announce/production"))
    assert "Its announcement is about to leave." in manager.get(path_of(release, "/move")).main

    page = manager.follow(manager.post(path_of(release, "/move"), LATER))

    assert (
        "The notice of production that was about to leave is taken back: nobody was mailed the old date. The new one "
        "is told at its own time, from Mon 8 February 2027, 06:00, Amsterdam time (UTC+1). To tell it now, announce it "
        "again on this page."
    ) in page.main
    assert "Announce production now" in page.main
    assert announce_due(NOW) == 0
    assert "Its announcement is about to leave." not in manager.get(path_of(release, "/move")).main

    manager.post(path_of(release, "/announce/production"))
    assert (announce_due(NOW), announce_due(NOW)) == (3, 0)
    assert _days() == {"Mon 15 March 2027, 06:00", "ma 15 maart 2027, 06:00"}


def test_new_date_is_told_by_itself_in_time(manager: Reader, release: Release) -> None:
    manager.post(path_of(release, "/announce/production"))
    manager.post(path_of(release, "/move"), LATER)

    announce_due(local("2027-02-08T05:59"))
    assert "Mon 15 March 2027, 06:00" not in _days()
    assert announce_due(local("2027-02-08T06:00")) == 3
    assert announce_due(local("2027-02-08T06:01")) == 0


def test_move_of_the_other_date_leaves_it_about_to_leave(manager: Reader, release: Release) -> None:
    manager.post(path_of(release, "/announce/acceptance"))
    page = manager.follow(manager.post(path_of(release, "/move"), LATER))
    assert "about to leave" not in page.main
    assert announce_due(NOW) == 3


def test_nothing_is_said_where_nothing_was_about_to_leave(manager: Reader, release: Release) -> None:
    assert "about to leave" not in manager.follow(manager.post(path_of(release, "/move"), LATER)).main
    announced(release)
    form = LATER | {"revision": "2", "production_at": "2027-03-22T06:00"}
    assert "about to leave" not in manager.follow(manager.post(path_of(release, "/move"), form)).main


def test_maintenance_about_to_be_told_is_told_with_its_new_time(manager: Reader, window: MaintenanceWindow) -> None:
    manager.post(f"/planner/maintenance/{window.id}/announce")
    form = {"revision": "1", "starts_at": "2027-01-16T21:00", "ends_at": "2027-01-16T23:00", "step": "plan"}

    page = manager.follow(manager.post(f"/planner/maintenance/{window.id}/move", form))

    assert (
        "The notice of maintenance that was about to leave is taken back: nobody was mailed the old date." in page.main
    )
    assert announce_due(NOW) == 0


def _days() -> set[str]:
    return {message.fields["day_and_time"] for message in messages()}
