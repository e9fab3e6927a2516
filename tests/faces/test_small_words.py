"""What pages say in passing: whose times they are, numbers that hold, and nothing of what is not there."""

import pytest
from sqlalchemy import delete

from storage import db
from tenants.models import Contact
from tests.faces.pages import Reader
from tests.planning import announce_all, planned_release
from tests.world import World, make_tenant

LATER = ("2028.1", "2028-02-14T06:00", "2028-03-13T06:00")
ZONE = "Times are those of Europe/Amsterdam."


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tenants/zorggroep-de-brug",
        "date-requests",
        "bulletins",
        "requests",
        "search?q=de",
        "webhooks",
        "releases/new",
    ],
)
def test_page_says_once_whose_times_it_shows(manager: Reader, planned: World, path: str) -> None:
    assert manager.get(f"/planner/{path}").seen.count(ZONE) == 1


def test_button_promises_no_time_and_nobody_where_there_is_nobody(planner: Reader, planned: World) -> None:
    assert "Plan it: mails up to 3 contacts of 2 tenants Only" in planner.get("/planner/releases/new").main
    db.session.execute(delete(Contact))
    db.session.commit()
    for kind in ("releases", "maintenance"):
        assert "Plan it: nobody is mailed Only" in planner.get(f"/planner/{kind}/new").main


def test_slots_of_a_past_year_are_not_free(planner: Reader, planned: World) -> None:
    typed = {
        "product": "inconto",
        "version": "9",
        "acceptance_at": "2020-03-02T06:00",
        "production_at": "2020-04-01T06:00",
    }
    assert "slots of" not in planner.post("/planner/releases/new/answer", typed).html
    later = typed | {"acceptance_at": "2028-03-02T06:00", "production_at": "2028-04-03T06:00"}
    assert "slots of 2028 are free" in planner.post("/planner/releases/new/answer", later).html


def test_what_is_left_to_tell_is_counted(manager: Reader, planned: World) -> None:
    make_tenant(planned.product, "aardappel", contacts=0)
    release = planned_release(planned.product, *LATER)
    announce_all()
    page = manager.get(f"/planner/releases/{release.id}/mails/production/planned")
    assert "1 tenant still waits to be told, and has no contact: no mail can be made." in page.main


def test_list_of_tenants_says_that_there_are_none(manager: Reader, planned: World) -> None:
    assert 'class="filters"' in manager.get("/planner/tenants?words=nowhere").html
    assert "No tenants found." in manager.get("/planner/tenants?words=nowhere").main


def test_viewer_is_not_told_to_do_what_a_viewer_cannot(viewer: Reader, planner: Reader, planned: World) -> None:
    make_tenant(planned.product, "aardappel", contacts=0)
    assert "needs you" in planner.get("/planner/").main or "need you" in planner.get("/planner/").main
    assert "need you" not in viewer.get("/planner/").main
    assert "for a colleague" in viewer.get("/planner/").main


def test_page_to_print_has_nothing_to_press(manager: Reader, planned: World) -> None:
    html = manager.get("/planner/tenants/zorggroep-de-brug").html
    assert '<a class="act" href="/planner/tenants/zorggroep-de-brug/contacts/' in " ".join(html.split())
    assert '<section class="act"> <h3>Report a version</h3>' in " ".join(html.split())
