"""Maintenance every week: a year that stays light, and whose links lie beside each other."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import update

from schedules.models import MaintenanceWindow
from schedules.notices import Notice, NoticeState
from storage import db
from tests.faces.pages import Page, Reader
from tests.faces.test_year_page import PAGE, drawn, listed
from tests.planning import planned_window
from tests.world import World, local

# What a page may weigh, less the 38 KB that its style sheets and scripts come to.
MOST_BYTES = 50 * 1000


@pytest.fixture
def weekly(planned: World) -> list[MaintenanceWindow]:
    first = local("2027-01-05T22:00")
    return [
        planned_window(
            planned.product,
            f"{begins:%Y-%m-%dT%H:%M}",
            f"{begins + timedelta(hours=4):%Y-%m-%dT%H:%M}",
            reference=f"M-{begins:%j}",
        )
        for begins in (first + timedelta(weeks=week) for week in range(51))
    ]


def hits(page: Page) -> list[tuple[str, float, float]]:
    """Where the links of maintenance can be hit: lane, from, until."""
    found = re.findall(
        r"<title>[^<]* times[^<]*</title><rect class=\"hit\" x=\"(.*?)\" y=\"(.*?)\" width=\"(.*?)\"", page.html
    )
    return sorted((y, float(x), float(x) + float(width)) for x, y, width in found)


def test_months_full_of_maintenance_have_a_link_each(planner: Reader, weekly: list[MaintenanceWindow]) -> None:
    db.session.execute(
        update(Notice)
        .where(Notice.maintenance_id.in_([one.id for one in weekly[4:7]]))
        .values(state=NoticeState.MISSED)
    )
    db.session.commit()
    page = planner.get(PAGE)
    month = "/planner/year?product=inconto&year=2027&view=list#month-{}"
    marks = {one.name: one for one in drawn(page) if one.sign == "maintenance"}
    assert list(marks)[:3] == [
        "5, 12, 19, and 26 January: maintenance, 4 times",
        "2, 9, 16, and 23 February: maintenance, 4 times",
        "2, 9, 16, 23, and 30 March: maintenance, 5 times",
    ]
    assert len(marks) == 12
    assert marks["2, 9, 16, and 23 February: maintenance, 4 times"].href.replace("&amp;", "&") == month.format(2)
    told = [one.name for one in drawn(page) if one.sign.startswith("told-")]
    assert told[:2] == [
        "5, 12, 19, and 26 January: announce maintenance by then, 4 times. missed: 1, planned: 3",
        "2, 9, 16, and 23 February: announce maintenance by then, 4 times. missed: 2, planned: 2",
    ]
    assert len(re.findall('<rect class="bar maintenance" x="[^"]+" y="[^"]+" width="6"', page.html)) == 51


def test_links_of_crowded_months_lie_beside_each_other(planner: Reader, weekly: list[MaintenanceWindow]) -> None:
    places = hits(planner.get(PAGE))
    assert len(places) == 24
    assert [two for two in pairwise(places) if two[0][0] == two[1][0] and two[0][2] > two[1][1]] == []


def test_list_beside_the_drawing_says_the_same(planner: Reader, weekly: list[MaintenanceWindow]) -> None:
    rows = [row for row in listed(planner.get(PAGE)) if "maintenance" in row]
    assert rows[2:4] == [
        "2, 9, 16, and 23 February maintenance, 4 times",
        "2, 9, 16, and 23 February announce maintenance by then, 4 times planned: 4",
    ]
    assert len(rows) == 24


def test_list_alone_has_each_of_them(planner: Reader, weekly: list[MaintenanceWindow]) -> None:
    page = planner.get(f"{PAGE}&view=list")
    assert len([row for row in listed(page) if "maintenance" in row]) == 51 + 50
    assert 'id="month-2"' in page.html


def test_page_stays_light(planner: Reader, weekly: list[MaintenanceWindow]) -> None:
    assert len(planner.get(PAGE).html.encode()) < MOST_BYTES
