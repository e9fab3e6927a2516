"""Planning a release from its page: refusals with a way out, waivers, the yearly budget."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from schedules.models import Release, Waiver
from schedules.notices import Notice
from storage import db
from tests.faces.pages import Reader, everything
from tests.faces.planning_forms import EARLY, MAINTENANCE, NEW, OFFERED, RIGHT, count, the_release
from tests.planning import ACCEPTANCE, PRODUCTION, planned_release
from tests.world import NOW, World, local


def test_release_too_early_is_refused_with_the_dates_that_would_do(planner: Reader) -> None:
    before = everything()
    page = planner.post(NEW, EARLY)
    assert page.status == 422
    assert set(page.wrong) == {"acceptance_at", "production_at"}
    for field, given, period in (
        ("acceptance_at", "Tue 1 December 2026, 06:00", "2 weeks"),
        ("production_at", "Thu 10 December 2026, 06:00", "1 month"),
    ):
        assert given in page.wrong[field]
        assert f"{period} ahead (SLA 3.3)" in page.wrong[field]
    # When it can be is said once, at the hours that were asked for and with a button: not again beside each field.
    assert "first possible moment" not in page.main
    assert "Tue 8 December 2026, 06:00" in page.alerts[0]
    assert "Thu 24 December 2026, 06:00" in page.alerts[0]
    assert (page.value("acceptance_at"), page.value("production_at")) == ("2026-12-01T06:00", "2026-12-10T06:00")
    assert page.value("use") == OFFERED
    assert everything() == before


def test_offered_dates_are_laid_in_and_then_taken(planner: Reader) -> None:
    refused = planner.post(NEW, EARLY)
    form = {name: value for name, value in EARLY.items() if name != "step"}
    laid_in = planner.post(NEW, form | {"use": refused.value("use")})
    assert (laid_in.status, laid_in.wrong, laid_in.alerts) == (200, {}, [])
    assert (laid_in.value("version"), laid_in.value("title_en")) == ("2027.1", "Faster search")
    dates = {name: laid_in.value(name) for name in ("acceptance_at", "production_at")}
    assert dates == {"acceptance_at": "2026-12-08T06:00", "production_at": "2026-12-24T06:00"}
    assert count(Release) == 0
    # The reader takes a while to press the button.
    with time_machine.travel(NOW + timedelta(minutes=14), tick=False):
        page = planner.post(NEW, EARLY | dates)
    assert page.location == f"/planner/releases/{the_release().id}"
    assert the_release().acceptance_at == local("2026-12-08T06:00")


def test_offer_from_the_language_of_the_reader_is_the_same(app: Flask, planned: World) -> None:
    page = Reader(app, "planner@vendor.example", language="nl").post(NEW, EARLY)
    assert page.value("use") == OFFERED
    assert "(SLA 3.3)" in page.wrong["production_at"]
    assert "do 10 december 2026" in page.wrong["production_at"]


def test_release_that_keeps_every_promise_is_planned(planner: Reader) -> None:
    page = planner.post(NEW, RIGHT)
    release = the_release()
    assert page.location == f"/planner/releases/{release.id}"
    assert (release.version, release.title_nl, release.title_en) == ("2027.1", "Sneller zoeken", "Faster search")
    assert (release.acceptance_at, release.production_at) == (local(ACCEPTANCE), local(PRODUCTION))
    assert (release.year, release.slot, release.planned_by) == (2027, 1, "planner@vendor.example")
    shown = planner.follow(page).main
    assert "Mon 18 January 2027, 06:00, Amsterdam time (UTC+1) in 56 days" in shown
    assert "1 of 4 in 2027 (SLA 3.3)" in shown
    # Both of its notices, to two tenants each, with the last moment for each.
    assert "Mon 4 January 2027, 06:00" in shown
    assert "Fri 8 January 2027, 06:00" in shown
    assert count(Notice) == 4


@pytest.mark.parametrize("path", [NEW, MAINTENANCE])
def test_people_to_be_mailed_are_counted_before_the_button(planner: Reader, path: str) -> None:
    page = planner.get(path)
    button = page.html.partition('value="plan">')[2].partition("</button>")[0]
    assert "3 contacts" in button
    assert "2 tenants" in button


def test_dates_are_checked_without_planning(planner: Reader) -> None:
    before = everything()
    page = planner.post(NEW, RIGHT | {"step": "check"})
    assert (page.status, page.wrong) == (200, {})
    assert "Slot 1 of 2027" in page.main
    assert planner.post(NEW, EARLY | {"step": "check"}).status == 422
    assert everything() == before


QUARTERS = [
    ("2027.1", "2027-01-11T06:00", "2027-02-08T06:00"),
    ("2027.2", "2027-04-12T06:00", "2027-05-10T06:00"),
    ("2027.3", "2027-07-12T06:00", "2027-08-09T06:00"),
    ("2027.4", "2027-10-11T06:00", "2027-11-08T06:00"),
]


def fill_the_year(planned: World) -> None:
    for version, acceptance, production in QUARTERS:
        planned_release(planned.product, version, acceptance, production)


@pytest.mark.parametrize("role", ["planner", "manager", "admin"])
def test_fifth_release_of_a_year_is_refused_whoever_asks(app: Flask, planned: World, role: str) -> None:
    fill_the_year(planned)
    reader = Reader(app, f"{role}@vendor.example")
    before = everything()
    fifth = RIGHT | {
        "version": "2027.5",
        "acceptance_at": "2027-11-15T06:00",
        "production_at": "2027-12-13T06:00",
        "waiver_reason_nl": "Omdat ik het zeg",
        "waiver_reason_en": "Because I say so",
    }
    page = reader.post(NEW, fifth)
    assert page.status == 422
    assert page.wrong["production_at"].startswith(
        "2027 has its four releases, which is the most there may be (SLA 3.3)"
    )
    assert page.value("use") == "2027-11-15T06:00|2028-01-03T06:00"
    assert everything() == before


def test_production_on_new_years_eve_counts_in_the_local_year(planner: Reader, planned: World) -> None:
    fill_the_year(planned)
    # Half past midnight in Amsterdam is still the old year in UTC.
    form = RIGHT | {"version": "2028.1", "acceptance_at": "2027-12-06T06:00", "production_at": "2028-01-01T00:30"}
    assert planner.post(NEW, form).status == 302
    assert (the_release().year, the_release().slot) == (2028, 1)


def test_waiver_is_a_managers(planner: Reader, manager: Reader) -> None:
    reason = "The ministry asks for it"
    in_both = {"waiver_reason_nl": "Het ministerie vraagt het", "waiver_reason_en": reason}
    refused = planner.post(NEW, EARLY | in_both)
    assert refused.status == 422
    assert 'name="waiver_reason_' not in refused.html
    assert (count(Release), count(Waiver)) == (0, 0)

    offered = manager.post(NEW, EARLY)
    assert offered.status == 422
    assert (offered.value("waiver_reason_nl"), offered.value("waiver_reason_en")) == ("", "")
    half = manager.post(NEW, EARLY | {"waiver_reason_en": reason})
    assert half.status == 422
    assert half.wrong["waiver_reason_nl"] == "Say it in Dutch as well: customers read it in their own language."
    assert count(Waiver) == 0
    page = manager.post(NEW, EARLY | in_both)
    assert page.status == 302
    waivers = db.session.scalars(select(Waiver).order_by(Waiver.id)).all()
    assert [(one.rule, one.clause, one.reason("en"), one.waived_by) for one in waivers] == [
        (rule, clause, reason, "manager@vendor.example")
        for rule, clause in (("acceptance_notice", "SLA 3.3"), ("production_notice", "SLA 3.3"), ("test_period", ""))
    ]
    # The same reason of all three is read once.
    assert manager.follow(page).main.count(reason) == 1


def test_check_says_that_a_managers_whole_reason_lets_it_pass(planner: Reader, manager: Reader, planned: World) -> None:
    why = {"waiver_reason_nl": "Het ministerie vraagt het", "waiver_reason_en": "The ministry asks for it"}
    excused = "3 promises are broken (SLA 3.3): they are let pass with your reason, which stays on record."
    before, check = everything(), EARLY | why | {"step": "check"}
    page, live = manager.post(NEW, check), manager.post(f"{NEW}/answer", EARLY | why)
    assert (page.status, page.wrong, page.alerts) == (200, {}, [])
    assert (excused in page.main, excused in live.html, "data-field" in live.html) == (True, True, False)
    assert page.value("waiver_reason_en") == why["waiver_reason_en"]
    # Half of it does not, nor does a planner's.
    assert manager.post(NEW, check | {"waiver_reason_nl": ""}).status == 422
    assert planner.post(NEW, check).status == 422
    assert excused not in planner.post(f"{NEW}/answer", EARLY | why).html
    assert everything() == before
    # Nor is there a reason for a fifth release.
    fill_the_year(planned)
    fifth = {"version": "2027.5", "acceptance_at": "2027-11-15T06:00", "production_at": "2027-12-13T06:00"}
    assert manager.post(NEW, check | fifth).status == 422


def test_waiver_is_needed_to_be_seen(manager: Reader) -> None:
    assert 'name="waiver_reason_' not in manager.get(NEW).html
    assert 'name="waiver_reason_' not in manager.post(NEW, RIGHT | {"step": "check"}).html


def test_reason_of_spaces_waives_nothing(manager: Reader) -> None:
    assert manager.post(NEW, EARLY | {"waiver_reason_nl": " \u200b", "waiver_reason_en": "\u202e\n "}).status == 422
    assert count(Release) == 0


def test_enter_in_a_field_plans_and_lays_nothing_in(planner: Reader) -> None:
    """A browser sends the first button of a form at Enter: it must be the one that the page is about."""
    page = planner.post(NEW, EARLY)
    form = page.html.partition('<form class="fields planning"')[2].partition("</form>")[0]
    first = next(button for button in re.findall(r"<button[^>]*>", form) if 'type="submit"' in button)
    assert re.search(r'name="step"\s+value="plan"', first)
