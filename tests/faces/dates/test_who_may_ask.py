"""Who finds which question for another date, and what cannot be asked."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from schedules.models import Release
from tests.faces.dates.asked import ASK, of_brug, the_request
from tests.faces.pages import Reader, everything
from tests.planning import planned_release
from tests.world import World


def test_another_tenant_finds_nothing(contact: Reader, stranger: Reader, told: Release) -> None:
    contact.post(of_brug(), ASK)
    number = the_request().id
    assert stranger.get(of_brug()).status == 404
    before = everything()
    assert stranger.post(of_brug(), ASK).status == 404
    own = "/portal/ziekenhuis-peelrand/releases/2027.1/date"
    assert {stranger.post(f"{own}/{number}/{what}").status for what in ("take", "leave")} == {404}
    assert stranger.post(f"{of_brug()}/{number}/leave").status == 404
    assert everything() == before
    assert "jaarafsluiting" not in stranger.get(own).main


def test_date_that_was_not_told_is_not_found(contact: Reader, planned: World) -> None:
    planned_release(planned.product)
    assert contact.get(of_brug()).status == 404
    assert contact.get(of_brug("9999.9")).status == 404
    assert contact.post(of_brug(), ASK).status == 404


NONSENSE = [
    {"asked_for": ""},
    {"asked_for": "2027-13-45T99:99"},
    {"asked_for": "2020-01-01T06:00"},
    {"asked_for": "2027-02-08T06:00"},
    {"asked_for": "2027-03-28T02:30"},
    {"reason": ""},
    {"reason": "x" * 301},
    {"reason": "\0\u2028"},
]


@pytest.mark.parametrize("wrong", NONSENSE)
def test_nonsense_is_told_at_its_field_and_writes_nothing(
    contact: Reader, told: Release, wrong: dict[str, str]
) -> None:
    before = everything()
    page = contact.post(of_brug(), ASK | wrong)
    assert (page.status, list(page.wrong)) == (422, list(wrong))
    assert everything() == before


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"answer": "maybe", "offered_at": "2027-03-01T06:00"},
        {"answer": "yes", "offered_at": "nonsense"},
        {"answer": "other", "offered_at": "", "words": "x"},
        {"answer": "no", "words": ""},
        {"answer": "no", "words": "x" * 1001},
    ],
)
def test_nonsense_as_an_answer_writes_nothing(
    contact: Reader, planner: Reader, told: Release, form: dict[str, str]
) -> None:
    contact.post(of_brug(), ASK)
    before = everything()
    assert planner.post(f"/planner/date-requests/{the_request().id}/answer", form).status == 422
    assert everything() == before


def test_viewer_reads_but_does_not_answer(app: Flask, contact: Reader, told: Release) -> None:
    contact.post(of_brug(), ASK)
    viewer = Reader(app, "viewer@vendor.example")
    path = f"/planner/date-requests/{the_request().id}"
    page = viewer.get(path)
    assert (page.status, 'name="answer"' in page.html) == (200, False)
    assert viewer.post(f"{path}/answer", {"answer": "no", "words": "nee"}).status == 403
    for odd in ("?page=99999999999999999999", "?page=-1", "?page=x"):
        assert viewer.get(f"/planner/date-requests{odd}").status == 200
    assert viewer.get("/planner/date-requests/99999").status == 404


def test_link_of_an_old_mail_leads_to_the_release(app: Flask, contact: Reader, told: Release) -> None:
    """It named the page of another date, which is none any more once production has come."""
    assert contact.get(of_brug()).status == 200
    assert contact.get(of_brug("2027.9")).status == 404
    with time_machine.travel(told.production_at + timedelta(days=1), tick=False):
        late = Reader(app, "contact1@zorggroep-de-brug.example")
        page = late.get(of_brug())
        assert page.location == "/portal/zorggroep-de-brug/releases/2027.1"
        assert late.follow(page).status == 200
