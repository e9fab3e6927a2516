"""Choosing tenants and giving them a date together, from the pages, without a script."""

import re

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from entrypoints.planner.numbers import in_runs, numbers_in
from schedules.models import Release, Rollout
from schedules.running import report_version
from schedules.wave_models import Wave
from schedules.waves import give_wave
from sla.terms import Change
from storage import db
from tenants.models import EnvironmentKind
from tests.faces.pages import Page, Reader, everything
from tests.planning import pass_of_the_clock, planned_release, told_and_given
from tests.world import NOW, OPERATOR, PLANNER, World, local, make_tenant

RIGHT = {"kind": "production", "planned_at": "2027-03-01T06:00", "name": "Zorg", "reason": "Jaarwisseling"}


def ticked(page: Page) -> list[str]:
    return re.findall(r'name="tick"\s+value="(\d+)"[^>]*\bchecked', page.html)


def the_wave() -> Wave:
    return db.session.scalars(select(Wave).execution_options(populate_existing=True)).one()


def a_wave(release: Release, planned: World, at: str = "2027-03-01T06:00") -> Wave:
    ids = [planned.brug.id, planned.peelrand.id]
    return give_wave(release, Change.PRODUCTION, ids, local(at), "Zorg", "Jaarwisseling", PLANNER, NOW)


def test_ticks_travel_from_page_to_page_and_become_a_wave(planner: Reader, release: Release, planned: World) -> None:
    for number in range(60):
        make_tenant(planned.product, f"tenant-{number:02d}", contacts=0)
    path = f"/planner/releases/{release.id}/rollout"
    page = planner.get(path)
    first = re.search(r'name="tick"\s+value="(\d+)"', page.html)
    assert first is not None
    shown = page.value("shown")
    page = planner.post(f"{path}/choose", {"chosen": "", "shown": shown, "tick": first[1], "page": "1", "step": "next"})
    assert (page.status, page.value("chosen"), page.value("page")) == (200, first[1], "2")
    assert "Chosen so far: 1 tenant" in page.main
    brug = str(planned.brug.id)
    page = planner.post(
        f"{path}/choose",
        {"chosen": first[1], "shown": page.value("shown"), "tick": brug, "page": "2", "step": "previous"},
    )
    assert ticked(page) == [first[1]]
    # What is not ticked any more on a page that was shown is not chosen any more.
    page = planner.post(
        f"{path}/choose", {"chosen": f"{first[1]} {brug}", "shown": shown, "page": "1", "step": "go_on"}
    )
    assert (page.status, page.value("chosen")) == (200, brug)
    assert "Give 1 tenant this date: mails to 2 contacts" in page.main
    page = planner.post(f"{path}/choose", RIGHT | {"chosen": brug, "step": "give"})
    assert page.location == f"/planner/waves/{the_wave().id}"
    seen = planner.follow(page).main
    assert "Zorggroep De Brug" in seen
    assert "Jaarwisseling" in seen
    assert [row.tenant_id for row in db.session.scalars(select(Rollout))] == [planned.brug.id]


def test_all_that_are_found_are_ticked_at_once(app: Flask, planner: Reader, release: Release, planned: World) -> None:
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.4", NOW, OPERATOR, NOW)
    path = f"/planner/releases/{release.id}/rollout"
    form = {"version": "2026.4", "environment": "production", "page": "1", "step": "all"}
    assert planner.post(f"{path}/choose", form).value("chosen") == str(planned.brug.id)
    form = {"words": "zie", "page": "1", "step": "all", "chosen": str(planned.brug.id)}
    page = planner.post(f"{path}/choose", form)
    assert numbers_in(page.value("chosen")) == {planned.brug.id, planned.peelrand.id}
    assert planner.post(f"{path}/choose", {"chosen": page.value("chosen"), "step": "none"}).value("chosen") == ""
    assert planner.post(f"{path}/choose", {"step": "go_on"}).status == 422
    assert planner.get(f"{path}?version=2026.4").main.count("Zorggroep De Brug") == 1
    assert "Ziekenhuis Peelrand" not in planner.get(f"{path}?version=2026.4").main
    viewer = Reader(app, "viewer@vendor.example")
    assert "Ziekenhuis Peelrand" not in viewer.get(f"{path}?version=2026.4&step=show").main


def test_who_cannot_is_listed_and_left_out(planner: Reader, release: Release, planned: World) -> None:
    strict = make_tenant(planned.product, "strict", production_notice="P4M")
    path = f"/planner/releases/{release.id}/rollout"
    form = RIGHT | {"chosen": f"{planned.brug.id} {strict.id}", "step": "give"}
    page = planner.post(f"{path}/choose", form)
    assert page.status == 422
    (alert,) = page.alerts
    assert alert == (
        "1 tenant cannot have this date, so nobody has got it. The nearest good date at this hour: "
        "Wed 24 March 2027, 06:00. Use this date for all Leave it out, and go on with 1 tenant"
    )
    assert "it must be announced 4 months ahead (the signed agreement)" in page.main
    assert db.session.scalars(select(Rollout)).all() == []
    assert page.value("objecting") == str(strict.id)
    page = planner.post(f"{path}/choose", form | {"objecting": page.value("objecting"), "step": "leave_out"})
    assert page.status == 302
    assert [row.tenant_id for row in db.session.scalars(select(Rollout))] == [planned.brug.id]


def test_date_for_all_is_taken_from_the_offer(planner: Reader, release: Release, planned: World) -> None:
    strict = make_tenant(planned.product, "strict", production_notice="P4M")
    path = f"/planner/releases/{release.id}/rollout"
    form = RIGHT | {"chosen": f"{planned.brug.id} {strict.id}"}
    offered = planner.post(f"{path}/choose", form | {"step": "give"}).value("lay")
    # Laid into the form, to be looked at first.
    laid = planner.post(f"{path}/choose", form | {"lay": offered})
    assert (laid.status, laid.value("planned_at"), laid.alerts) == (200, "2027-03-24T06:00", [])
    assert db.session.scalars(select(Rollout)).all() == []
    assert planner.post(f"{path}/choose", form | {"planned_at": offered, "step": "give"}).status == 302
    assert {row.planned_at for row in db.session.scalars(select(Rollout))} == {local("2027-03-24T06:00")}


def test_impossible_date_is_counted_with_what_else_is_wrong(planner: Reader, release: Release, planned: World) -> None:
    planned_release(planned.product, "2027.2", "2027-04-12T06:00", "2027-05-10T06:00")
    path = f"/planner/releases/{release.id}/rollout/choose"
    chosen = f"{planned.brug.id} {planned.peelrand.id}"
    empty = {"kind": "production", "planned_at": "2027-06-20T06:00", "name": "", "reason": "", "chosen": chosen}
    page = planner.post(path, empty | {"step": "give"})
    assert "3 things are not right yet. Updated on : 2 tenants cannot have this date. Name of the wave :" in page.main
    assert "cannot come after 2027.2" in page.main
    assert "until Mon 10 May 2027, 05:59" in page.main
    (alert,) = page.alerts
    assert "No later date will do. The last good one before it, at this hour: Fri 7 May 2027, 06:00." in alert
    assert page.value("lay") == "2027-05-07T06:00"


def test_what_stands_in_the_way_of_a_wave_is_read_first(planner: Reader, release: Release, planned: World) -> None:
    path, chosen = f"/planner/releases/{release.id}/rollout/choose", f"{planned.brug.id} {planned.peelrand.id}"
    # Easter Monday.
    form = RIGHT | {"chosen": chosen, "planned_at": "2027-03-29T06:00", "step": "give"}
    page = planner.post(path, form)
    assert (page.status, db.session.scalars(select(Wave)).all()) == (200, [])
    assert "Something stands in the way of this date." in page.main
    assert "Production falls on a public holiday" in page.main
    assert planner.post(path, form | {"seen": page.value("seen")}).location == f"/planner/waves/{the_wave().id}"
    path = f"/planner/waves/{the_wave().id}/move"
    form = {"revision": "1", "planned_at": "2027-04-03T06:00", "seen": page.value("seen"), "step": "move"}
    page = planner.post(path, form)
    assert (page.status, the_wave().planned_at) == (200, local("2027-03-29T06:00"))
    assert "Something stands in the way of this date." in page.main
    assert planner.post(path, form | {"seen": page.value("seen")}).status == 302
    assert the_wave().planned_at == local("2027-04-03T06:00")


def test_offer_to_a_wave_is_laid_into_the_form_before_it_moves(
    planner: Reader, release: Release, planned: World
) -> None:
    wave = a_wave(release, planned)
    planned_release(planned.product, "2027.2", "2027-04-12T06:00", "2027-05-10T06:00")
    path = f"/planner/waves/{wave.id}/move"
    form = {"revision": "1", "planned_at": "2027-06-20T06:00"}
    page = planner.post(path, form | {"step": "move"})
    assert page.status == 422
    laid = planner.post(path, form | {"lay": page.value("lay")})
    assert (laid.status, laid.value("planned_at")) == (200, "2027-05-07T06:00")
    assert the_wave().planned_at == local("2027-03-01T06:00")
    assert planner.post(path, form | {"planned_at": "2027-05-07T06:00", "step": "move"}).status == 302
    assert the_wave().planned_at == local("2027-05-07T06:00")


def test_wave_is_moved_and_dropped_from_its_page(planner: Reader, release: Release, planned: World) -> None:
    wave_id = a_wave(release, planned).id
    path = f"/planner/waves/{wave_id}"
    page = planner.get(f"{path}/move")
    assert page.value("planned_at") == "2027-03-01T06:00"
    page = planner.post(f"{path}/move", {"revision": "1", "planned_at": "2027-03-08T06:00", "step": "move"})
    assert page.location == path
    assert "Mon 8 March 2027, 06:00" in planner.follow(page).main
    # Somebody who still looks at the page of before.
    page = planner.post(f"{path}/move", {"revision": "1", "planned_at": "2027-03-15T06:00", "step": "move"})
    assert (page.status, page.alerts) == (422, ["Somebody else changed this wave meanwhile. Look at it again."])
    page = planner.get(f"{path}/drop")
    assert "2 tenants go along with everybody again" in page.main
    assert "Drop it for 2 tenants: nobody is mailed" in page.main
    assert planner.post(f"{path}/drop", {"revision": "2", "step": "drop"}).location == path
    assert "Dropped on" in planner.get(path).main
    assert "dropped" in planner.get(f"/planner/releases/{release.id}").main
    assert db.session.scalars(select(Rollout)).all() == []


def test_wave_that_nobody_was_told_of_is_dropped_without_a_mail(
    planner: Reader, release: Release, planned: World
) -> None:
    told_at = local("2027-01-02T06:00")
    told_and_given(told_at)
    ids = [planned.brug.id, planned.peelrand.id]
    wave = give_wave(release, Change.PRODUCTION, ids, local("2027-03-01T06:00"), "Zorg", "why", PLANNER, told_at)
    with time_machine.travel(told_at, tick=False):
        # They know everybody's date, which they get back; of another one they hear.
        page = Reader(planner.client.application, "planner@vendor.example")
        assert "Drop it for 2 tenants: nobody is mailed" in page.get(f"/planner/waves/{wave.id}/drop").main
        later = {"revision": "1", "planned_at": "2027-03-08T06:00"}
        assert (
            "mails up to 3 contacts of 2 tenants"
            in page.post(f"/planner/waves/{wave.id}/move", later | {"revision": "9"}).main
        )


def test_tenants_are_left_out_of_a_move(planner: Reader, release: Release, planned: World) -> None:
    strict = make_tenant(planned.product, "strict", production_notice="P3M")
    ids = [planned.brug.id, strict.id]
    wave = give_wave(release, Change.PRODUCTION, ids, local("2027-04-05T06:00"), "Zorg", "why", PLANNER, NOW)
    path = f"/planner/waves/{wave.id}/move"
    form = {"revision": "1", "planned_at": "2027-02-15T06:00"}
    page = planner.post(path, form | {"step": "move"})
    assert (page.status, page.value("objecting")) == (422, str(strict.id))
    assert planner.post(path, form | {"objecting": str(strict.id), "step": "leave_out"}).status == 302
    found = {row.tenant_id: row.planned_at for row in db.session.scalars(select(Rollout))}
    assert found == {planned.brug.id: local("2027-02-15T06:00"), strict.id: local("2027-04-05T06:00")}


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_who_does_not_plan_only_looks(release: Release, planned: World, app: Flask, role: str) -> None:
    wave_id = a_wave(release, planned).id
    reader = Reader(app, f"{role}@vendor.example")
    path = f"/planner/releases/{release.id}/rollout"
    page = reader.get(path)
    assert (page.status, 'name="tick"' in page.html) == (200, False)
    assert "Move the wave" not in reader.get(f"/planner/waves/{wave_id}").main
    before = everything()
    asked = [f"{path}/choose", f"/planner/waves/{wave_id}/move", f"/planner/waves/{wave_id}/drop"]
    assert {reader.post(one, RIGHT | {"chosen": "1", "revision": "1"}).status for one in asked} == {403}
    assert everything() == before


NONSENSE = [
    {"planned_at": ""},
    {"planned_at": "2027-13-45T99:99"},
    {"planned_at": "2027-03-28T02:30"},
    {"name": ""},
    {"name": "x" * 81},
    {"reason": ""},
    {"reason": "x" * 301},
    {"kind": "maintenance"},
    {"kind": ""},
    {"chosen": "abc -1 999999999 \0"},
    {"chosen": ""},
]


@pytest.mark.parametrize("wrong", NONSENSE)
def test_nonsense_is_refused_and_writes_nothing(
    planner: Reader, release: Release, planned: World, wrong: dict[str, str]
) -> None:
    before = everything()
    form = RIGHT | {"chosen": str(planned.brug.id), "step": "give"} | wrong
    assert planner.post(f"/planner/releases/{release.id}/rollout/choose", form).status == 422
    assert everything() == before


def test_odd_pages_are_shown_or_not_found(planner: Reader, release: Release) -> None:
    path = f"/planner/releases/{release.id}/rollout"
    for asked in ("?page=99999999999999999999", "?page=-1", "?page=x", "?environment=x&version=%E2%80%AE&words=%25"):
        assert planner.get(path + asked).status == 200, asked
    for missing in ("/planner/waves/99999", "/planner/waves/0/move", "/planner/releases/9999/rollout"):
        assert planner.get(missing).status == 404, missing


def test_same_wave_sent_twice_is_one_wave(planner: Reader, release: Release, planned: World) -> None:
    form = RIGHT | {"chosen": str(planned.brug.id), "step": "give"}
    path = f"/planner/releases/{release.id}/rollout"
    assert planner.post(f"{path}/choose", form).status == 302
    page = planner.post(f"{path}/choose", form)
    assert (page.status, page.wrong["name"]) == (422, "There is a wave of this name already. Choose another.")
    assert planned_release(planned.product, "2027.2", "2027-05-03T06:00", "2027-06-07T06:00").id != release.id
    assert the_wave().name == "Zorg"


@pytest.mark.parametrize(
    ("numbers", "written"), [([], ""), ([7], "7"), ([3, 1, 2], "1-3"), ([1, 2, 3, 7, 9, 10], "1-3 7 9-10")]
)
def test_thousands_of_tenants_stand_in_little_room(numbers: list[int], written: str) -> None:
    assert in_runs(numbers) == written
    assert numbers_in(written) == set(numbers)


@pytest.mark.parametrize(
    ("typed", "read"), [("5-3", set()), ("-", set()), ("1-", {1}), ("x 4 \u0663 -2", {4}), ("1-2-3", set())]
)
def test_nonsense_among_numbers_is_left_out(typed: str, read: set[int]) -> None:
    assert numbers_in(typed) == read


def test_a_run_of_numbers_without_end_is_cut() -> None:
    assert len(numbers_in("1-999999999 1-999999999")) <= 100_002


def test_who_hears_of_a_wave_is_counted_and_promised_no_mail_too_soon(
    planner: Reader, release: Release, planned: World
) -> None:
    path = f"/planner/waves/{a_wave(release, planned).id}"
    assert "Move 2 tenants: nobody was told yet" in planner.get(f"{path}/move").main
    pass_of_the_clock(local("2027-02-01T06:00"))
    # Told, and gone since: there is nobody to mail.
    planned.peelrand.contacts.clear()
    db.session.commit()
    assert "Move 2 tenants: mails up to 2 contacts of 1 tenant" in planner.get(f"{path}/move").main
    page = planner.get(f"{path}/drop")
    assert "Drop it for 2 tenants: mails 2 contacts of 1 tenant" in page.main
    assert "Whoever was told hears of it within a minute." in page.main
    planned.product.needs_approval = True
    db.session.commit()
    assert "once a second person has approved it" in planner.get(f"{path}/drop").main
    assert "within a minute" not in planner.get(f"{path}/move").main
