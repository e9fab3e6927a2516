"""Announced by hand, and moved within that minute, before a mail was written: the page says what becomes of it."""

import pytest

from announcements.services import announce_due
from schedules.models import MaintenanceWindow, Release
from tests.faces.pages import Form, Reader
from tests.faces.planning_forms import announced, path_of
from tests.planning import ACCEPTANCE, messages
from tests.world import NOW, World, local

TAKEN_BACK = (
    "The notice of production that was about to leave is taken back: nobody was mailed the old date. The new one is "
    "told at its own time, from Mon 8 February 2027, 06:00, Amsterdam time (UTC+1). To tell it now, announce it again "
    "on the page of 2027.1."
)
ABOUT_TO_LEAVE = "The announcement of this date is about to leave."
LATER: Form = {"revision": "1", "acceptance_at": ACCEPTANCE, "production_at": "2027-03-15T06:00", "step": "plan"}


def test_notice_about_to_leave_is_taken_back_and_told_once(manager: Reader, release: Release) -> None:
    manager.post(path_of(release, "/announce/production"))
    assert ABOUT_TO_LEAVE in manager.get(path_of(release, "/move")).main

    page = manager.follow(manager.post(path_of(release, "/move"), LATER))

    assert (
        "The notice of production that was about to leave is taken back: nobody was mailed the old date. The new one "
        "is told at its own time, from Mon 8 February 2027, 06:00, Amsterdam time (UTC+1). To tell it now, announce it "
        "again on this page."
    ) in page.main
    assert "Announce production now" in page.main
    assert announce_due(NOW) == 0
    assert ABOUT_TO_LEAVE not in manager.get(path_of(release, "/move")).main

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


def test_date_of_a_tenants_own_says_what_it_takes_back(manager: Reader, release: Release, planned: World) -> None:
    path = path_of(release, f"/tenants/{planned.brug.slug}/production")
    give = {"planned_at": "2027-03-15T06:00", "reason": "Vloer"}
    manager.post(path_of(release, "/announce/production"))
    assert ABOUT_TO_LEAVE in manager.get(path).main
    assert TAKEN_BACK in manager.follow(manager.post(path, give)).main
    # Everybody else is told what was announced.
    assert announce_due(NOW) == 1

    manager.post(path_of(release, "/announce/production"))
    # The date that it has takes nothing back.
    assert "about to leave" not in manager.follow(manager.post(path, give | {"reason": "Dak"})).main
    assert TAKEN_BACK.replace("Mon 8 February", "Fri 1 January") in manager.follow(manager.post(f"{path}/drop")).main
    assert announce_due(NOW) == 0


def test_wave_says_what_it_takes_back(manager: Reader, release: Release, planned: World) -> None:
    manager.post(path_of(release, "/announce/production"))
    form = {"chosen": f"{planned.brug.id}", "kind": "production", "name": "Zorg", "reason": "x", "step": "give"}
    given = manager.post(path_of(release, "/rollout/choose"), form | {"planned_at": "2027-03-15T06:00"})
    assert TAKEN_BACK in manager.follow(given).main
    wave = given.location
    manager.post(path_of(release, "/announce/production"))
    assert ABOUT_TO_LEAVE in manager.get(f"{wave}/move").main
    moved = manager.post(f"{wave}/move", {"revision": "1", "planned_at": "2027-03-22T06:00", "step": "move"})
    assert TAKEN_BACK.replace("8 February", "15 February") in manager.follow(moved).main
    assert "about to leave" not in manager.follow(manager.post(f"{wave}/drop", {"revision": "2"})).main


@pytest.mark.parametrize("what", ["production", "maintenance"])
def test_what_is_off_says_that_nobody_is_mailed_its_date(
    manager: Reader, release: Release, window: MaintenanceWindow, what: str
) -> None:
    path, verb = {
        "production": (path_of(release), "announce/production"),
        "maintenance": (f"/planner/maintenance/{window.id}", "announce"),
    }[what]
    manager.post(f"{path}/{verb}")
    page = manager.follow(manager.post(f"{path}/cancel"))
    assert f"The notice of {what} that was about to leave is taken back: nobody is mailed that date." in page.main
    assert announce_due(NOW) == 0


def test_move_of_everybodys_date_says_nothing_of_a_date_of_somebodys_own(
    manager: Reader, release: Release, planned: World
) -> None:
    own = path_of(release, f"/tenants/{planned.brug.slug}/production")
    manager.post(own, {"planned_at": "2027-03-15T06:00", "reason": "Vloer"})
    manager.post(path_of(release, "/announce/production"))
    page = manager.follow(
        manager.post(path_of(release, "/move"), LATER | {"revision": "2", "production_at": "2027-03-22T06:00"})
    )
    # De Brug is told its own date now, everybody else theirs in a while.
    assert TAKEN_BACK.partition("8 February")[0] in page.main
    assert "it leaves with the new date" not in page.main
    assert ABOUT_TO_LEAVE not in manager.get(path_of(release, "/move")).main
    assert ABOUT_TO_LEAVE in manager.get(own).main
    assert announce_due(NOW) == 2
    assert _days() == {"ma 15 maart 2027, 06:00", "Mon 15 March 2027, 06:00"}


def test_wave_says_nothing_of_who_has_its_date_already(manager: Reader, release: Release, planned: World) -> None:
    give = {"planned_at": "2027-03-15T06:00", "reason": "Vloer"}
    manager.post(path_of(release, f"/tenants/{planned.brug.slug}/production"), give)
    manager.post(path_of(release, "/announce/production"))
    both = f"{planned.brug.id} {planned.peelrand.id}"
    form = give | {"chosen": both, "kind": "production", "name": "Zorg", "step": "give"}
    page = manager.follow(manager.post(path_of(release, "/rollout/choose"), form))
    assert TAKEN_BACK in page.main
    assert "it leaves with the new date" not in page.main
    assert announce_due(NOW) == 2


def test_planner_is_told_who_can_announce_it_now(manager: Reader, planner: Reader, release: Release) -> None:
    manager.post(path_of(release, "/announce/production"))
    page = planner.follow(planner.post(path_of(release, "/move"), LATER))
    assert "A manager can announce it now." in page.main
    assert "announce it again" not in page.main


def _days() -> set[str]:
    return {message.fields["day_and_time"] for message in messages()}
