"""Maintenance as it is planned, moved, cancelled and announced from the pages."""

import re
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from announcements.services import announce_due
from schedules.models import MaintenanceWindow, Waiver
from schedules.notices import Notice
from storage import db
from tests.faces.pages import Form, Reader, everything, words
from tests.faces.planning_forms import LONG, MAINTENANCE, MOMENTS, WINDOW, count, the_window
from tests.world import NOW, both_databases, local


def test_maintenance_a_week_ahead_is_planned(planner: Reader) -> None:
    page = planner.post(MAINTENANCE, WINDOW)
    window = the_window()
    assert page.location == f"/planner/maintenance/{window.id}"
    assert (window.starts_at, window.ends_at) == (local("2026-12-05T21:00"), local("2026-12-06T02:00"))
    assert (window.acceptance, window.production, window.impact.value, window.all_tenants) == (
        True,
        True,
        "DEGRADED",
        True,
    )
    assert "Sat 5 December 2026, 21:00, Amsterdam time (UTC+1)" in planner.follow(page).main
    assert count(Waiver) == 0


DYING = {"exception_reason_nl": "De schijf begeeft het", "exception_reason_en": "The disk is dying"}
SAY_IT = {
    "nl": "Say it in Dutch as well: customers read it in their own language.",
    "en": "Say it in English as well: customers read it in their own language.",
}
LATE = WINDOW | {"starts_at": "2026-11-26T21:00", "ends_at": "2026-11-27T02:00"}
BUSY = WINDOW | {"starts_at": "2026-12-05T10:00", "ends_at": "2026-12-05T11:30"}


@pytest.mark.parametrize(
    ("form", "clause", "words"),
    [
        (LATE, "(SLA 3.3)", "Thu 26 November 2026, 21:00"),
        (BUSY, "(SLA 3.1)", "1 hour and 30 minutes"),
    ],
)
def test_maintenance_otherwise_than_aimed_needs_a_reason(planner: Reader, form: Form, clause: str, words: str) -> None:
    before = everything()
    page = planner.post(MAINTENANCE, form)
    assert page.status == 422
    said = " ".join([*page.wrong.values(), *page.alerts])
    assert clause in said
    assert words in said
    assert (page.value("exception_reason_nl"), page.value("exception_reason_en")) == ("", "")
    for given, missing in (("nl", "en"), ("en", "nl")):
        half = planner.post(MAINTENANCE, form | {f"exception_reason_{given}": DYING[f"exception_reason_{given}"]})
        assert (half.status, half.wrong[f"exception_reason_{missing}"]) == (422, SAY_IT[missing])
        assert half.value(f"exception_reason_{given}") == DYING[f"exception_reason_{given}"]
    assert everything() == before
    assert planner.post(MAINTENANCE, form | DYING).status == 302
    waiver = db.session.scalars(select(Waiver)).one()
    assert (waiver.reason_nl, waiver.reason_en) == ("De schijf begeeft het", "The disk is dying")
    assert f"({waiver.clause})" == clause
    assert "De schijf begeeft het The disk is dying" in planner.get(f"/planner/maintenance/{the_window().id}").main


HALL = {"exception_reason_nl": "Een nieuwe zaal", "exception_reason_en": "A new hall"}
YEAR = WINDOW | HALL | {"ends_at": "2027-12-05T21:00"}


def test_maintenance_of_more_than_two_days_is_asked_for_twice(planner: Reader) -> None:
    before, tick = everything(), f"{YEAR['starts_at']}/{YEAR['ends_at']}"
    page = planner.post(MAINTENANCE, YEAR)
    assert (page.status, page.wrong["ends_at"].split(".")[0]) == (
        422,
        "Until Sun 5 December 2027, 21:00 is 365 days of maintenance",
    )
    assert "It does last 365 days, until Sun 5 December 2027, 21:00" in page.main
    # Ticked beside other times.
    assert planner.post(MAINTENANCE, YEAR | {"long": f"{YEAR['starts_at']}/2026-12-09T21:00"}).status == 422
    assert everything() == before

    assert planner.post(MAINTENANCE, YEAR | {"long": tick}).status == 302
    move = f"/planner/maintenance/{the_window().id}/move"
    times = HALL | {"starts_at": "2026-12-06T21:00", "ends_at": "2026-12-09T00:00", "revision": "1"}
    assert planner.post(move, times | {"step": "plan"}).wrong["ends_at"].startswith("Until Wed 9 December 2026, 00:00")
    long = f"{times['starts_at']}/{times['ends_at']}"
    assert planner.post(move, times | {"step": "plan", "long": long}).status == 302
    assert planner.post(move, times | {"ends_at": "2026-12-08T21:00", "revision": "2", "step": "plan"}).status == 302


def test_maintenance_of_a_year_tells_hours_and_days(planner: Reader) -> None:
    page = planner.post(MAINTENANCE, YEAR | dict.fromkeys(HALL, "") | {"step": "check"})
    assert page.status == 422
    assert "falls 182 days and 12 hours of it (SLA 3.1)" in page.wrong["starts_at"]
    assert "It lasts 365 days, until Sun 5 December 2027, 21:00" in page.main


def test_maintenance_without_impact_needs_neither_reason_nor_notice(planner: Reader) -> None:
    form = LATE | {"starts_at": "2026-11-24T10:00", "ends_at": "2026-11-24T11:00", "impact": "NO-IMPACT"}
    assert planner.post(MAINTENANCE, form).status == 302
    assert count(Notice) == 0


def test_maintenance_for_some_tenants_names_them(planner: Reader) -> None:
    page = planner.post(MAINTENANCE, WINDOW | {"tenants": "ziekenhuis-peelrand"})
    assert [tenant.slug for tenant in the_window().tenants] == ["ziekenhuis-peelrand"]
    assert count(Notice) == 1
    shown = planner.follow(page).main
    assert "Ziekenhuis Peelrand" in shown
    assert "Zorggroep De Brug" not in shown


WINDOW_NONSENSE: list[tuple[str, Any, str]] = [
    *(("starts_at", value, "starts_at") for value in MOMENTS),
    *(("ends_at", value, "ends_at") for value in MOMENTS),
    ("ends_at", "2026-12-05T20:59", "ends_at"),
    ("ends_at", "2026-12-05T21:00", "ends_at"),
    ("reference", "", "reference"),
    ("reference", "\u200b\0", "reference"),
    ("reference", "x" * 41, "reference"),
    ("reason_nl", "", "reason_nl"),
    ("reason_nl", LONG, "reason_nl"),
    ("reason_en", " ", "reason_en"),
    ("reason_en", "x" * 301, "reason_en"),
    ("impact", "", "impact"),
    ("impact", "nonsense", "impact"),
    ("impact", "outage", "impact"),
    ("impact", "OUTAGE\0", "impact"),
    ("environments", [], "environments"),
    ("environments", ["nonsense"], "environments"),
    ("environments", ["Production", "\0"], "environments"),
    ("tenants", "nonsense", "tenants"),
    ("tenants", "zorggroep-de-brug; nonsense", "tenants"),
    ("tenants", "zorggroep\0de-brug", "tenants"),
    ("tenants", "'; DROP TABLE tenant; --", "tenants"),
    ("tenants", "💥 \u202e", "tenants"),
    ("tenants", " ".join(f"t{number}" for number in range(100_000)), "tenants"),
    ("exception_reason_nl", "x" * 1001, "exception_reason_nl"),
    ("exception_reason_en", "x" * 1001, "exception_reason_en"),
]


@both_databases
def test_nonsense_in_maintenance_is_told_at_its_field_and_writes_nothing(planner: Reader) -> None:
    before = everything()
    for field, value, wrong in WINDOW_NONSENSE:
        page = planner.post(MAINTENANCE, WINDOW | {field: value})
        told = list(page.wrong) or [wrong] * bool(page.alerts)
        assert (page.status, told) == (422, [wrong]), (field, str(value)[:50])
    for form in ({}, {"step": "plan"}, {f"{name}[]": value for name, value in WINDOW.items()}):
        assert planner.post(MAINTENANCE, form).status == 422
    assert everything() == before


def test_reference_is_used_once(planner: Reader) -> None:
    planner.post(MAINTENANCE, WINDOW)
    before = everything()
    page = planner.post(MAINTENANCE, WINDOW | {"starts_at": "2026-12-05T22:00"})
    assert (page.status, list(page.wrong)) == (422, ["reference"])
    assert everything() == before


def test_maintenance_is_moved(planner: Reader, window: MaintenanceWindow) -> None:
    path = f"/planner/maintenance/{window.id}"
    page = planner.get(f"{path}/move")
    form = {"revision": page.value("revision"), "starts_at": "2026-12-16T22:00", "ends_at": "2026-12-17T02:00"}
    assert planner.post(f"{path}/move", form).location == path
    assert (window.starts_at, window.revision) == (local("2026-12-16T22:00"), 2)
    before = everything()
    stale = planner.post(f"{path}/move", form | {"starts_at": "2026-12-16T23:00"})
    assert (stale.status, len(stale.alerts)) == (422, 1)
    assert everything() == before


def test_maintenance_moved_under_a_week_needs_a_reason(planner: Reader, window: MaintenanceWindow) -> None:
    path = f"/planner/maintenance/{window.id}/move"
    form = {"revision": "1", "starts_at": "2026-11-26T21:00", "ends_at": "2026-11-27T02:00"}
    page = planner.post(path, form)
    assert (page.status, page.value("exception_reason_nl"), page.value("exception_reason_en")) == (422, "", "")
    assert page.value("starts_at") == "2026-11-26T21:00"
    assert window.revision == 1
    assert planner.post(path, form | DYING).status == 302
    assert window.waivers[0].reason("en") == "The disk is dying"


@both_databases
def test_nonsense_moves_no_maintenance(planner: Reader, window: MaintenanceWindow) -> None:
    before = everything()
    form = {"revision": "1", "starts_at": "2026-12-16T22:00", "ends_at": "2026-12-17T02:00"}
    for field in ("starts_at", "ends_at"):
        for value in MOMENTS:
            page = planner.post(f"/planner/maintenance/{window.id}/move", form | {field: value})
            assert (page.status, list(page.wrong)) == (422, [field]), value
    assert everything() == before


def test_maintenance_is_cancelled_before_it_starts(app: Flask, manager: Reader, window: MaintenanceWindow) -> None:
    path = f"/planner/maintenance/{window.id}"
    with time_machine.travel(window.starts_at, tick=False):
        reader = Reader(app, "manager@vendor.example")
        assert reader.follow(reader.post(f"{path}/cancel")).alerts != []
    assert window.cancelled_at is None
    assert "Cancel it: nobody is mailed" in manager.get(f"{path}/cancel").main
    db.session.execute(update(Notice).values(announce_at=NOW))
    db.session.commit()
    announce_due(NOW)
    assert "Cancel it: mails 3 contacts of 2 tenants" in manager.get(f"{path}/cancel").main
    page = manager.follow(manager.post(f"{path}/cancel"))
    assert window.cancelled_at == NOW
    assert f'href="{path}/move"' not in page.html
    assert manager.follow(manager.post(f"{path}/cancel")).alerts != []


def test_maintenance_is_announced_by_hand(manager: Reader, window: MaintenanceWindow) -> None:
    path = f"/planner/maintenance/{window.id}"
    assert f'action="{path}/announce"' in manager.get(path).html
    manager.post(f"{path}/announce")
    assert announce_due(NOW) == 3
    assert f'action="{path}/announce"' not in manager.get(path).html


def test_what_was_let_pass_reads_in_words_in_one_box(planner: Reader) -> None:
    late = WINDOW | DYING | {"starts_at": "2026-11-26T10:00", "ends_at": "2026-11-26T11:00"}
    page = planner.follow(planner.post(MAINTENANCE, late))
    (box,) = re.findall(r'<div class="note warning">(.*?)</div>', page.html, re.DOTALL)
    assert words(box) == (
        "Let pass: 1 week of notice (SLA 3.3). Let pass: it falls within service hours, 08:00-20:00 (SLA 3.1). "
        "De schijf begeeft het The disk is dying planner@vendor.example, Mon 23 November 2026, 10:00"
    )


@pytest.mark.parametrize("form", [LATE, BUSY], ids=["too-soon", "in-service-hours"])
def test_time_on_offer_is_laid_in_and_then_taken(planner: Reader, form: Form) -> None:
    refused, live = planner.post(MAINTENANCE, form), planner.post(f"{MAINTENANCE}/answer", form)
    assert refused.value("use") == live.value("use")
    assert "first possible moment" not in refused.main
    sent = {name: value for name, value in form.items() if name != "step"}
    laid_in = planner.post(MAINTENANCE, sent | {"use": refused.value("use")})
    assert (laid_in.status, laid_in.wrong, laid_in.alerts) == (200, {}, [])
    times = {name: laid_in.value(name) for name in ("starts_at", "ends_at")}
    assert "|".join(times.values()) == refused.value("use")
    assert planner.post(MAINTENANCE, form | times).status == 302
    # The same in a move, from where it was asked to go.
    move = f"/planner/maintenance/{the_window().id}/move"
    asked = {"revision": "1"} | {name: str(form[name]) for name in times}
    again = planner.post(move, asked | {"step": "plan"})
    assert (again.status, again.value("use")) == (422, refused.value("use"))
    laid_in = planner.post(move, asked | {"use": again.value("use")})
    assert (laid_in.status, laid_in.value("starts_at")) == (200, times["starts_at"])
    assert planner.post(MAINTENANCE, sent | {"use": "nonsense|"}).status == 422


def test_offer_is_there_while_other_fields_are_wrong(planner: Reader) -> None:
    for form in (BUSY | {"reference": ""}, BUSY | {"reference": "", "step": "check"}):
        page = planner.post(MAINTENANCE, form)
        assert (page.status, list(page.wrong)) == (422, ["reference"])
        assert page.value("use") == planner.post(MAINTENANCE, BUSY).value("use")
        assert page.html.count('name="use"') == 1


def test_check_says_that_a_whole_reason_will_do(planner: Reader) -> None:
    before, check = everything(), BUSY | {"step": "check"}
    excused = "This is not as we aim to do it (SLA 3.1): it is planned with your reason, as an exception on record."
    page, live = planner.post(MAINTENANCE, check | DYING), planner.post(f"{MAINTENANCE}/answer", BUSY | DYING)
    assert (page.status, page.wrong, page.alerts) == (200, {}, [])
    for one in (page, live):
        assert excused in words(one.html)
        assert "needs a reason" not in words(one.html)
        assert "data-field" not in one.html
    # Half a reason, or one of spaces, will not.
    for reason in (
        {"exception_reason_nl": "Zo is het"},
        dict.fromkeys(DYING, " \u200b"),
        dict.fromkeys(DYING, "x" * 1001),
    ):
        assert planner.post(MAINTENANCE, check | reason).status == 422
        assert "needs a reason" in words(planner.post(f"{MAINTENANCE}/answer", BUSY | reason).html)
    assert everything() == before
    assert planner.post(MAINTENANCE, WINDOW).status == 302
    move = f"/planner/maintenance/{the_window().id}/move"
    times = {name: str(BUSY[name]) for name in ("starts_at", "ends_at")} | {"revision": "1"}
    page = planner.post(move, times | DYING | {"step": "check"})
    assert (page.status, page.wrong, excused in page.main) == (200, {}, True)
    assert planner.post(move, times | DYING | {"step": "plan"}).status == 302
