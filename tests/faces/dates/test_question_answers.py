"""What the answer to a customer's question would mean, while a planner types it."""

import re

import pytest

from schedules.models import Release
from schedules.wave_models import RequestState
from tests.faces.dates.asked import ASK, of_brug, the_request
from tests.faces.pages import Reader, everything, words


def test_page_of_a_question_answers_while_somebody_types(contact: Reader, planner: Reader, told: Release) -> None:
    contact.post(of_brug(), ASK)
    path = f"/planner/date-requests/{the_request().id}"
    assert f'data-answers="{path}/means"' in planner.get(path).html
    # Another answer makes past what was said of the one that was sent.
    assert re.search(r'<div data-decides>\s*<fieldset class="field">\s*<legend>Your answer', planner.get(path).html)
    before = everything()
    page = planner.post(f"{path}/means", {"answer": "yes", "offered_at": "2027-03-28T12:00"})
    assert re.search(r'data-field="offered_at">Yes gives the date that was asked for, Mon 1 March', page.html)
    said = words(page.html)
    assert "This date keeps every promise. 3 things stand in the way." in said
    assert "Production falls on a public holiday" in said
    assert "Production Notice was given to 1 tenant and still counts (SLA 3.3): a later date is told at once." in said
    assert "has passed" not in said
    assert "2 contacts of 1 tenant were told the old time, and hear of the new one at once." in said
    assert 'data-chosen="offered_at" data-words="Sun 28 March 2027, 12:00"' in page.html
    assert "Who reads your answer Contact 1" in said
    early = {"offered_at": "2026-12-14T06:00"}
    page = planner.post(f"{path}/means", early | {"answer": "yes"})
    assert "The nearest good date at this hour: Thu 24 December 2026, 06:00." in words(page.html)
    assert re.search(r'data-field="offered_at">[^<]*\(SLA 3.3\)', page.html)
    # Nobody is mailed of what is only proposed, and a no asks for no date.
    page = planner.post(f"{path}/means", {"answer": "other", "offered_at": ASK["asked_for"]})
    assert "Who is mailed" not in page.html
    assert re.search(r'data-field="offered_at">This is the date that was asked for', page.html)
    page = planner.post(f"{path}/means", early | {"answer": "no"})
    assert "Its date stays: Mon 8 February 2027, 06:00." in words(page.html)
    assert "data-field" not in page.html
    assert everything() == before


def test_what_stands_in_the_way_of_an_answer_is_read_first(contact: Reader, planner: Reader, told: Release) -> None:
    contact.post(of_brug(), ASK)
    path = f"/planner/date-requests/{the_request().id}"
    form = {"answer": "other", "offered_at": "2027-03-28T12:00", "words": "Pasen?"}
    page = planner.post(f"{path}/answer", form)
    assert (page.status, the_request().state) == (200, RequestState.OPEN)
    assert "Something stands in the way of this date." in page.main
    assert "Production falls on a public holiday" in page.main
    assert planner.post(f"{path}/answer", form | {"seen": page.value("seen")}).location == path


def test_yes_gives_no_date_that_nobody_asked_for(contact: Reader, planner: Reader, told: Release) -> None:
    contact.post(of_brug(), ASK)
    path = f"/planner/date-requests/{the_request().id}"
    before = everything()
    # A public holiday at that: what stands in its way is no matter.
    page = planner.post(f"{path}/answer", {"answer": "yes", "offered_at": "2027-03-28T12:00", "words": ""})
    assert page.status == 422
    assert page.wrong["offered_at"] == (
        "Yes gives the date that was asked for, Mon 1 March 2027, 06:00. Propose another date to give this one."
    )
    assert everything() == before


def test_what_stands_against_a_date_is_said_once_beside_it(contact: Reader, planner: Reader, told: Release) -> None:
    contact.post(of_brug(), ASK)
    form = {"answer": "other", "offered_at": "2026-12-01T06:00", "words": "Eerder?"}
    page = planner.post(f"/planner/date-requests/{the_request().id}/answer", form)
    said = "Production must come after acceptance. Choose a later moment."
    assert (page.status, page.alerts, page.wrong) == (422, [], {"offered_at": said})


@pytest.mark.parametrize(
    "form",
    [
        {"answer": "no", "words": "Eerst\nde vloer"},
        {"answer": "", "words": "Eerst\nde vloer"},
        {"answer": "yes", "offered_at": "2027-03-01T06:00", "lay": "2027-03-08T06:00", "words": "Eerst\nde vloer"},
    ],
    ids=["answer", "nothing-chosen", "laid"],
)
def test_answer_to_what_was_settled_meanwhile_is_refused_aloud(
    contact: Reader, planner: Reader, told: Release, form: dict[str, str]
) -> None:
    contact.post(of_brug(), ASK)
    contact.post(f"{of_brug()}/{the_request().id}/leave")
    page = planner.post(f"/planner/date-requests/{the_request().id}/answer", form)
    assert page.status == 422
    assert page.alerts == ["This was answered or taken back meanwhile. Look at it again."]
    assert "taken back by the customer" in page.main
    assert ("<textarea" in page.html, "What you typed Eerst de vloer" in page.main) == (False, True)
