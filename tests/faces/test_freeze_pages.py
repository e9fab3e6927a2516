"""The page of freezes: kept and taken away by planners, read by everybody of the vendor."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from schedules.freeze_models import Freeze
from schedules.freezes import FreezeFacts, add_freeze
from schedules.models import MaintenanceWindow, Release
from storage import db
from tests.faces.pages import Form, Page, Reader
from tests.world import PLANNER, World, both_databases, local

PAGE = "/planner/freezes"
RIGHT = {
    "product": "inconto",
    "from_on": "2026-12-21",
    "until_on": "2027-01-04",
    "reason_nl": "Jaarafsluiting",
    "reason_en": "End of the year",
}

NO_DAY = "Fill in a whole date. One that does not exist, such as 31 February, does not reach us."
NO_SUCH_DAY = "This date does not exist, or we cannot read it. Write it as 15 March 2027."


def kept() -> list[tuple[date, date]]:
    db.session.rollback()
    return [(one.from_on, one.until_on) for one in db.session.scalars(select(Freeze).order_by(Freeze.id))]


def rows(page: Page) -> list[str]:
    return [part.partition("</tr>")[0] for part in page.html.split('<tr id="freeze-')[1:]]


def test_planner_keeps_days_free_and_gives_them_free_again(planner: Reader) -> None:
    assert "No freeze is kept." in planner.get(PAGE).main
    page = planner.follow(planner.post(PAGE, RIGHT))
    assert "The freeze is kept." in page.seen
    assert "Mon 21 December 2026 to Mon 4 January 2027 End of the year planner@vendor.example" in page.main
    assert kept() == [(date(2026, 12, 21), date(2027, 1, 4))]

    page = planner.follow(planner.post(f"{PAGE}/1/remove"))
    assert "The freeze is taken away." in page.seen
    assert (kept(), rows(page)) == ([], [])
    assert planner.post(f"{PAGE}/1/remove").status == 404


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        (
            {},
            {
                "from_on": NO_DAY,
                "until_on": NO_DAY,
                "reason_nl": "Fill this in.",
                "reason_en": "Fill this in.",
            },
        ),
        (RIGHT | {"from_on": "2027-W01-1"}, {"from_on": NO_SUCH_DAY}),
        (RIGHT | {"until_on": "30-02-2027"}, {"until_on": NO_SUCH_DAY}),
        (
            RIGHT | {"from_on": "2026-06-01", "until_on": "2026-06-05"},
            {"until_on": "These days are over. Choose a last day that is still to come."},
        ),
        (RIGHT | {"until_on": "2026-12-20"}, {"until_on": "The last day comes before the first. Choose a later one."}),
        (RIGHT | {"reason_en": "\0"}, {"reason_en": "Fill this in."}),
    ],
)
def test_what_cannot_be_used_is_said_beside_its_field(planner: Reader, form: Form, wrong: dict[str, str]) -> None:
    page = planner.post(PAGE, {"product": "inconto"} | form)
    assert (page.status, page.wrong) == (422, wrong)
    assert kept() == []


def test_what_a_freeze_hits_is_shown_first_and_does_not_stop_it(
    planner: Reader, planned: World, release: Release, window: MaintenanceWindow
) -> None:
    days = {"from_on": "5-12-2026", "until_on": "8 februari 2027"}
    page = planner.post(PAGE, RIGHT | days)
    assert (page.status, kept(), page.wrong) == (200, [], {})
    [told] = page.alerts
    assert told == (
        "3 things are planned on these days. They stay as they are; nobody is mailed. "
        f"Maintenance {window.reference} : Tue 15 December 2026, 22:00 until Wed 16 December 2026, 02:00 "
        "2027.1 in acceptance : Mon 18 January 2027, 06:00 2027.1 in production : Mon 8 February 2027, 06:00 "
        "Holiday: Christmas Day, Fri 25 December 2026 Holiday: Second Day of Christmas, Sat 26 December 2026 "
        "Holiday: New Year's Day, Fri 1 January 2027"
    )
    meant = page.value("meant")
    other = planner.post(PAGE, RIGHT | days | {"until_on": "2027-02-09", "meant": meant})
    assert (other.status, len(other.alerts), kept()) == (200, 1, [])
    page = planner.follow(planner.post(PAGE, RIGHT | days | {"meant": meant}))
    assert "The freeze is kept. Plans that fall on it stay as they are." in page.seen
    assert kept() == [(date(2026, 12, 5), date(2027, 2, 8))]


def test_freeze_that_hits_nothing_names_its_holidays(planner: Reader) -> None:
    page = planner.follow(planner.post(PAGE, RIGHT))
    assert (
        "Nothing is planned on these days; holidays among them: Christmas Day, Second Day of Christmas, New Year's Day."
    ) in page.seen


def test_freeze_that_is_there_is_not_kept_twice(planner: Reader) -> None:
    planner.post(PAGE, RIGHT)
    page = planner.post(PAGE, RIGHT)
    assert (page.status, page.wrong) == (422, {"from_on": "There is a freeze on these very days already."})
    assert len(kept()) == 1


def test_viewer_reads_and_changes_nothing(app: Flask, planner: Reader) -> None:
    planner.post(PAGE, RIGHT)
    viewer = Reader(app, "viewer@vendor.example")
    page = viewer.get(PAGE)
    assert (page.status, len(rows(page)), "<form class" in page.html) == (200, 1, False)
    assert "Take away" not in page.main
    assert [viewer.post(path, RIGHT).status for path in (PAGE, f"{PAGE}/1/remove")] == [403, 403]
    assert len(kept()) == 1


def test_holidays_of_this_year_and_the_next_stand_beside_them(admin: Reader, planned: World) -> None:
    page = admin.get(PAGE)
    assert "Sat 25 December 2027 Christmas Day" in page.main
    assert "Mon 27 April 2026 King's Day" in page.main
    form = {"name": "Inconto", "timezone": "Europe/Amsterdam", "test_period": "P2W", "announce_ahead": "P7D"}
    form |= {"update_minutes": "60"}
    wrong = admin.post("/planner/products/inconto", form | {"holidays_of": "Mars"})
    assert (wrong.status, set(wrong.wrong)) == (422, {"holidays_of"})
    assert admin.post("/planner/products/inconto", form | {"holidays_of": ""}).status == 302
    page = admin.get(PAGE)
    assert "None are shown for this product." in page.main
    assert "King's Day" not in page.main


def test_what_is_over_stands_apart(planner: Reader, planned: World) -> None:
    facts = FreezeFacts("2026-06-01", "2026-06-05", "Druk", "Busy")
    add_freeze(planned.product, facts, PLANNER, local("2026-05-01T09:00"))
    page = planner.get(f"{PAGE}?page=nonsense")
    assert "Freezes that are over" in page.main
    assert "Take away" not in page.main


@both_databases
def test_forms_of_another_shape_keep_nothing(planner: Reader) -> None:
    for form in (
        {"product": "inconto"} | {name: ["x", value] for name, value in RIGHT.items() if name != "product"},
        {"product": "inconto"} | {f"{name}[]": value for name, value in RIGHT.items()},
        RIGHT | {"from_on": "2026-12-21\0"},
        RIGHT | {"until_on": "9" * 5000},
        RIGHT | {"from_on": "٢٠٢٦-12-21"},
        RIGHT | {"from_on": "1999-12-31"},
        RIGHT | {"reason_en": "x" * 5000},
    ):
        page = planner.post(PAGE, form)
        assert (page.status, bool(page.wrong)) == (422, True), form
    assert kept() == []
    odd = "🚀 <b>'veilig'</b> {{ 7 * 7 }} %(x)s"
    page = planner.follow(planner.post(PAGE, RIGHT | {"reason_en": odd}))
    assert odd in page.main


@pytest.mark.parametrize(
    ("place", "words"), [("NL", "De feestdagen van Nederland."), ("DE-BY", "De feestdagen van Duitsland (BY).")]
)
def test_place_of_the_holidays_is_said_in_words(app: Flask, planned: World, place: str, words: str) -> None:
    planned.product.holidays_of = place
    db.session.commit()
    assert words in Reader(app, "planner@vendor.example", language="nl").get(PAGE).main
