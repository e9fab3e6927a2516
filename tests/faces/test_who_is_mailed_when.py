"""Forms that plan and move say whom they mail, and when: at once, at the named moment, or after approval."""

import re

from announcements.services import announce_due
from schedules.models import MaintenanceWindow, Release
from tests.approving import asks_for_approval
from tests.faces.pages import Form, Page, Reader, words
from tests.faces.planning_forms import MAINTENANCE, NEW, RIGHT, WINDOW, announced, path_of, the_window
from tests.faces.test_maintenance_pages import DYING, LATE
from tests.planning import announce_all
from tests.world import NOW, World, make_tenant

THREE = "Each notice goes to 3 contacts of 2 tenants"


def mailed(page: Page) -> str:
    """What is said of who is mailed."""
    found = re.search(r"<h3>Who is mailed</h3>(.*?)</section>", page.html, re.DOTALL)
    assert found is not None
    return words(found.group(1))


def test_without_dates_the_rule_is_told(planner: Reader, planned: World) -> None:
    page = planner.get(NEW)
    assert mailed(page) == f"{THREE}, 1 week before its deadline, or at once where that has passed."
    assert "Plan it: mails up to 3 contacts of 2 tenants Only" in page.main


def test_notices_of_a_release_leave_each_in_its_time(planner: Reader, planned: World) -> None:
    production = "Production leaves on Fri 1 January 2027, 06:00, 1 week before the deadline."
    page = planner.post(NEW, RIGHT | {"step": "check"})
    assert mailed(page) == (
        f"{THREE}. Acceptance leaves on Mon 28 December 2026, 06:00, 1 week before the deadline. {production}"
    )
    assert "Plan it: mails up to 3 contacts of 2 tenants Only" in page.main
    page = planner.post(NEW, RIGHT | {"acceptance_at": "2026-12-08T06:00", "step": "check"})
    assert mailed(page) == (f"{THREE}. Acceptance leaves at once. {production}")
    assert "Plan it: mails up to 3 contacts of 2 tenants at once Only" in page.main


def test_strictest_agreement_leaves_first(planner: Reader, planned: World) -> None:
    make_tenant(planned.product, "streng", production_notice="P6W")
    said = mailed(planner.post(f"{NEW}/answer", RIGHT))
    assert said.endswith(
        "Production leaves from Mon 21 December 2026, 06:00 on, by the strictest agreement, to the last on "
        "Fri 1 January 2027, 06:00."
    )
    make_tenant(planned.product, "strengst", production_notice="P11W")
    said = mailed(planner.post(f"{NEW}/answer", RIGHT))
    assert said.endswith(
        "Production leaves at once by the strictest agreement, to the last on Fri 1 January 2027, 06:00."
    )


def test_maintenance_whose_deadline_has_passed_leaves_at_once(planner: Reader, planned: World) -> None:
    page = planner.post(MAINTENANCE, LATE | {"step": "check"})
    assert mailed(page) == f"{THREE}. Maintenance leaves at once."
    assert "Plan it: mails up to 3 contacts of 2 tenants at once" in page.main
    # And so it does.
    planner.post(MAINTENANCE, LATE | DYING)
    assert announce_due(NOW) == 3


def test_nobody_is_mailed_before_approval(planner: Reader, planned: World) -> None:
    asks_for_approval(planned.product)
    said = f"{THREE}, at once after a second person has approved it; nobody is mailed before."
    for address, form in ((NEW, RIGHT), (MAINTENANCE, WINDOW), (MAINTENANCE, LATE)):
        page = planner.post(address, form | {"step": "check"})
        assert mailed(page) == said
        assert "Plan it: mails up to 3 contacts of 2 tenants after approval" in page.main
    planner.post(MAINTENANCE, LATE | DYING)
    assert (the_window().waivers != [], announce_due(NOW)) == (True, 0)


LATER: Form = {"revision": "1", "starts_at": "2026-12-16T22:00", "ends_at": "2026-12-17T02:00", "step": "check"}


def test_move_of_what_was_told_is_told_at_once(planner: Reader, window: MaintenanceWindow, planned: World) -> None:
    path = f"/planner/maintenance/{window.id}/move"
    assert mailed(planner.get(path)) == "Nobody, as long as nothing moves."
    assert mailed(planner.post(path, LATER)) == (
        f"Nobody was told the old time, so nobody is mailed about the move. {THREE}. "
        "Maintenance leaves on Wed 2 December 2026, 22:00, 1 week before the deadline."
    )
    announce_all()
    told = "3 contacts of 2 tenants were told the old time, and hear of the new one at once"
    page = planner.post(path, LATER)
    assert mailed(page) == f"{told}."
    assert "Move it: mails up to 3 contacts of 2 tenants at once" in page.main
    asks_for_approval(planned.product)
    page = planner.post(path, LATER)
    assert mailed(page) == f"{told} after a second person has approved it; nobody is mailed before."
    assert "Move it: mails up to 3 contacts of 2 tenants after approval" in page.main


def test_move_of_one_date_says_nothing_of_the_other(planner: Reader, release: Release, planned: World) -> None:
    path = path_of(release, "/move")
    form = {"revision": "1", "acceptance_at": "2027-01-18T06:00", "production_at": "2027-02-15T06:00", "step": "check"}
    said = mailed(planner.post(path, form))
    assert ("Acceptance" in said, said.count("Production leaves")) == (False, 1)
    announced(release)
    assert mailed(planner.post(path, form)) == (
        "3 contacts of 2 tenants were told the old time, and hear of the new one at once."
    )
    make_tenant(planned.product, "late", now=NOW)
    assert mailed(planner.post(path, form)).endswith(
        "For whoever was not told the old time, the notice: Production leaves on Fri 8 January 2027, 06:00, "
        "1 week before the deadline."
    )
