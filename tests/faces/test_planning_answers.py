"""What a form says beside its fields of what its plan would mean: while somebody types, and when it is sent."""

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import event

from schedules.models import MaintenanceWindow, Release
from storage import db
from tests.faces.pages import Form, Page, Reader, everything, words
from tests.faces.planning_forms import EARLY, MAINTENANCE, MOMENTS, NEW, RIGHT, VERSIONS, WINDOW, announced, path_of
from tests.planning import planned_release
from tests.world import World, make_tenant

ANSWER = f"{NEW}/answer"
WINDOW_ANSWER = f"{MAINTENANCE}/answer"


def beside(page: Page) -> dict[str, list[str]]:
    """What the answer says beside each field."""
    found: dict[str, list[str]] = {}
    for name, text in re.findall(r'<li data-field="([^"]+)">(.*?)</li>', page.html, re.DOTALL):
        found.setdefault(name, []).append(words(text))
    return found


def headline(page: Page) -> str:
    found = re.search(r"<p class=\"headline\" data-said>(.*?)</p>", page.html, re.DOTALL)
    assert found is not None
    return words(found.group(1))


def seen(page: Page) -> str:
    """The words of an answer, which is a part of a page."""
    return words(page.html)


def test_answer_to_a_good_plan(planner: Reader, planned: World) -> None:
    make_tenant(planned.product, "streng", production_notice="P6W", name="Streng BV")
    make_tenant(planned.product, "stil", contacts=0, name="Stil BV")
    before = everything()
    page = planner.post(ANSWER, RIGHT)
    assert (page.status, beside(page)) == (200, {})
    assert headline(page) == "These dates keep every promise. Slot 1 of 2027."
    assert "Acceptance Mon 4 January 2027, 06:00 in 42 days; 2 weeks ahead (SLA 3.3)" in seen(page)
    assert "Mon 28 December 2026, 06:00 6 weeks ahead by the agreement of 1 tenant: Streng BV" in seen(page)
    assert "Each notice goes to 4 contacts of 3 tenants." in seen(page)
    assert "1 tenant has no contact: Stil BV" in seen(page)
    assert "4 of 4 slots of 2027 are free (SLA 3.3)." in seen(page)
    assert everything() == before


def test_answer_to_an_early_plan_is_told_beside_the_dates_as_the_page_tells_it(planner: Reader) -> None:
    answer, page = planner.post(ANSWER, EARLY), planner.post(NEW, EARLY)
    assert headline(answer) == "3 promises would be broken (SLA 3.3)."
    assert answer.value("use") == page.value("use")
    said = beside(answer)
    assert set(said) == set(page.wrong)
    for name, sentences in said.items():
        assert all(sentence in page.wrong[name] for sentence in sentences)


def test_answer_blames_nobody_for_what_is_not_there_yet(planner: Reader) -> None:
    for form in ({}, {"version": ""}, {"version": "2027.1", "acceptance_at": " "}):
        page = planner.post(ANSWER, form)
        assert (page.status, beside(page)) == (200, {}), form
        assert headline(page) == "Fill in both dates, or have the first good ones proposed."
    # Of one date its deadline can be told.
    page = planner.post(ANSWER, {"production_at": RIGHT["production_at"]})
    assert "Production Fri 8 January 2027, 06:00" in seen(page)


def test_answer_names_what_stands_in_the_way(planner: Reader, planned: World) -> None:
    planned_release(planned.product, "2027.1", "2027-01-11T06:00", "2027-02-08T06:00")
    form = RIGHT | {"version": "2027.2", "acceptance_at": "2027-02-06T06:00", "production_at": "2027-03-29T06:00"}
    page = planner.post(ANSWER, form)
    assert headline(page).endswith("3 things stand in the way.")
    for sentence in (
        "Acceptance falls in a weekend: Sat 6 February 2027.",
        "Customers still test 2027.1 in acceptance then.",
        "Production falls on a public holiday: Easter Monday.",
    ):
        assert sentence in seen(page)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_form_shows_the_same_answer_when_it_is_checked_without_a_script(
    app: Flask, planned: World, language: str
) -> None:
    reader = Reader(app, "planner@vendor.example", language=language)
    answer, page = reader.post(ANSWER, RIGHT), reader.post(NEW, RIGHT | {"step": "check"})
    assert (page.status, page.wrong) == (200, {})
    part = page.html.partition('<div id="means-answer">')[2].partition("</form>")[0]
    assert words(part) == seen(answer)


def test_dates_are_proposed_without_a_script(planner: Reader, planned: World) -> None:
    planned_release(planned.product, "2027.1", "2027-01-18T07:15", "2027-02-08T05:30")
    page = planner.post(NEW, {"version": "2027.2", "title_en": "Kept", "propose": "dates"})
    assert (page.status, page.wrong, page.alerts) == (200, {}, [])
    assert (page.value("acceptance_at"), page.value("production_at")) == ("2027-02-09T07:15", "2027-02-24T05:30")
    assert page.value("title_en") == "Kept"
    form = {name: page.value(name) for name in ("version", "acceptance_at", "production_at")}
    assert planner.post(NEW, form | {"step": "plan"}).status == 302
    # Nothing is filled in yet: nobody is blamed for that.
    assert planner.post(NEW, {"propose": "dates"}).status == 200


def test_what_stands_in_the_way_of_a_lower_version_is_said(planner: Reader, planned: World) -> None:
    planned_release(planned.product, "2027.2", "2026-12-10T06:00", "2027-01-04T06:00")
    page = planner.post(NEW, {"version": "2027.1", "propose": "dates"})
    assert (page.status, page.value("production_at")) == (422, "")
    assert "before the next higher version" in page.alerts[0]
    assert planner.post(NEW, {"version": "2027.3", "propose": "dates"}).value("acceptance_at") == "2027-01-05T06:00"


def test_dates_are_proposed_for_a_move(planner: Reader, planned: World, release: Release) -> None:
    page = planner.post(path_of(release, "/move"), {"revision": "1", "propose": "dates"})
    assert (page.value("acceptance_at"), page.value("production_at")) == ("2026-12-08T06:00", "2026-12-24T06:00")
    assert release.revision == 1


def test_move_says_who_was_told(planner: Reader, release: Release) -> None:
    path, form = path_of(release, "/move"), {"acceptance_at": "2027-01-18T06:00", "production_at": "2027-02-15T06:00"}
    assert "Nobody was told the old time" in seen(planner.post(f"{path}/answer", form))
    same = form | {"production_at": "2027-02-08T06:00"}
    assert "told the old time" not in seen(planner.post(f"{path}/answer", same))
    assert "Move it: nobody was told yet" in planner.get(path).main
    announced(release)
    told = "3 contacts of 2 tenants were told the old time, and hear of the new one at once."
    assert told in seen(planner.post(f"{path}/answer", form))
    assert "Move it: mails up to 3 contacts of 2 tenants" in planner.get(path).main


def test_answer_about_maintenance(planner: Reader, planned: World) -> None:
    planned_release(planned.product, "2027.1", "2027-01-18T06:00", "2027-02-08T06:00")
    page = planner.post(WINDOW_ANSWER, WINDOW)
    assert headline(page) == "This is as we aim to do it: in time, and outside service hours."
    assert "Maintenance Sat 28 November 2026, 21:00 in 5 days; 1 week ahead (SLA 3.3)" in seen(page)
    late = planner.post(
        WINDOW_ANSWER,
        WINDOW | {"starts_at": "2026-11-26T10:00", "ends_at": "2026-11-26T11:00", "tenants": "ziekenhuis-peelrand"},
    )
    assert headline(late) == "This is not as we aim to do it (SLA 3.3, SLA 3.1): it needs a reason."
    assert list(beside(late)) == ["starts_at"]
    assert "Each notice goes to 1 contact of 1 tenant" in seen(late)
    meets = planner.post(WINDOW_ANSWER, WINDOW | {"starts_at": "2027-02-07T22:00", "ends_at": "2027-02-08T02:00"})
    assert "Maintenance falls on the day on which 2027.1 reaches production: Mon 8 February 2027." in seen(meets)
    quiet = planner.post(WINDOW_ANSWER, WINDOW | {"impact": "NO-IMPACT"})
    assert "Who is mailed Nobody." in seen(quiet)


def test_evening_is_proposed_without_a_script(planner: Reader, window: MaintenanceWindow) -> None:
    page = planner.post(MAINTENANCE, {"reference": "M-9", "propose": "dates"})
    assert (page.status, page.wrong) == (200, {})
    # At the hour of the last maintenance.
    assert (page.value("starts_at"), page.value("ends_at")) == ("2026-11-30T22:00", "2026-12-01T01:00")
    form = WINDOW | {name: page.value(name) for name in ("starts_at", "ends_at")}
    assert planner.post(MAINTENANCE, form).status == 302
    # As long as it was planned.
    path = f"/planner/maintenance/{window.id}/move"
    page = planner.post(path, {"revision": "1", "propose": "dates"})
    assert (page.value("starts_at"), page.value("ends_at")) == ("2026-12-01T22:00", "2026-12-02T02:00")
    assert window.revision == 1
    long = {"starts_at": "2026-12-01T20:00", "ends_at": "2026-12-03T20:00", "propose": "dates"}
    assert "There is no evening that has room" in planner.post(MAINTENANCE, long).alerts[0]


def test_times_are_checked_without_planning(planner: Reader, window: MaintenanceWindow) -> None:
    before = everything()
    assert planner.post(MAINTENANCE, WINDOW | {"step": "check"}).status == 200
    assert planner.post(MAINTENANCE, WINDOW | {"step": "check", "reference": ""}).status == 422
    path = f"/planner/maintenance/{window.id}/move"
    form = {"revision": "1", "starts_at": "2026-12-16T22:00", "ends_at": "2026-12-17T02:00", "step": "check"}
    assert planner.post(path, form).status == 200
    assert planner.post(path, form | {"starts_at": "nonsense"}).status == 422
    assert everything() == before


def answers(release: Release, window: MaintenanceWindow) -> dict[str, Form]:
    return {
        ANSWER: RIGHT,
        path_of(release, "/move/answer"): RIGHT,
        WINDOW_ANSWER: WINDOW,
        f"/planner/maintenance/{window.id}/move/answer": WINDOW,
    }


def test_answers_are_for_who_may_plan(app: Flask, release: Release, window: MaintenanceWindow) -> None:
    paths = answers(release, window)
    asking = {"planner": 200, "manager": 200, "operator": 403, "viewer": 403}
    for role, status in asking.items():
        reader = Reader(app, f"{role}@vendor.example")
        assert {path: reader.post(path, form).status for path, form in paths.items()} == dict.fromkeys(paths, status)
    contact = Reader(app, "contact1@zorggroep-de-brug.example")
    assert {path: contact.post(path, form).status for path, form in paths.items()} == dict.fromkeys(paths, 404)
    nobody = Reader(app)
    assert {path: nobody.post(path, form).location for path, form in paths.items()} == dict.fromkeys(paths, "/login")
    planner = Reader(app, "planner@vendor.example")
    assert planner.post("/planner/releases/999/move/answer", RIGHT).status == 404
    assert planner.post("/planner/maintenance/999/move/answer", WINDOW).status == 404
    assert planner.post(ANSWER, RIGHT | {"product": "nonsense"}).status == 404


def test_answers_keep_no_writer_waiting(planner: Reader, release: Release, window: MaintenanceWindow) -> None:
    begun: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("BEGIN"):
            begun.append(statement)

    asked = answers(release, window)
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for path, form in asked.items():
            planner.post(path, form)
        assert set(begun) == {"BEGIN"}
        planner.post(NEW, RIGHT | {"step": "check"})
        assert set(begun) == {"BEGIN", "BEGIN IMMEDIATE"}
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_nonsense_is_answered(planner: Reader, release: Release, window: MaintenanceWindow) -> None:
    before = everything()
    for path, right in answers(release, window).items():
        fields = [name for name in right if name.endswith("_at")]
        for name in fields:
            for value in MOMENTS:
                page = planner.post(path, right | {name: value})
                assert page.status == 200, (path, name, value)
                assert set(beside(page)) <= {*fields, "version"}, (path, name, value)
    for value in VERSIONS:
        page = planner.post(ANSWER, RIGHT | {"version": value})
        # Without a version the dates are held against those of the release that stands.
        assert (page.status, set(beside(page)) <= {"version", "production_at"}) == (200, True), value
    for field, value in (("tenants", "nobody " * 3000), ("impact", "nonsense"), ("environments", "moon")):
        assert planner.post(WINDOW_ANSWER, WINDOW | {field: value}).status == 200
    assert everything() == before
    assert "<script>" not in planner.post(ANSWER, RIGHT | {"version": "<script>alert(1)</script>"}).html


def test_answer_escapes_names(planner: Reader, planned: World) -> None:
    make_tenant(planned.product, "vreemd", production_notice="P6W", name="<b>Vreemd</b> & Zn")
    page = planner.post(ANSWER, RIGHT)
    assert "<b>Vreemd" not in page.html
    assert "<b>Vreemd</b> & Zn" in unescape(page.html)
