"""What a date for a tenant or a wave would mean while somebody types it, and what a colleague changed meanwhile."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from schedules.models import Release, Rollout
from schedules.rollouts import give_own_date, own_date
from schedules.wave_models import DateRequest
from schedules.waves import give_wave
from sla.terms import Change
from storage import db
from tests.faces.pages import Page, Reader, everything, words
from tests.planning import announce_all, counted_queries
from tests.world import MANAGER, NOW, PLANNER, World, local, make_tenant


def headline(page: Page) -> str:
    found = re.search(r"<p class=\"headline\" data-said>(.*?)</p>", page.html, re.DOTALL)
    assert found is not None
    return words(found.group(1))


def own_path(release: Release) -> str:
    return f"/planner/releases/{release.id}/tenants/zorggroep-de-brug/production"


def test_answer_of_one_tenant_says_what_its_page_says(planner: Reader, release: Release) -> None:
    path, before = own_path(release), everything()
    page = planner.post(f"{path}/answer", {"planned_at": "2027-03-28T12:00"})
    assert headline(page) == "This date keeps every promise. 3 things stand in the way."
    said = words(page.html)
    assert "Production falls on a public holiday" in said
    assert "Production falls within service hours, 08:00 to 20:00 (SLA 3.1): Sun 28 March 2027." in said
    assert "Production Sun 28 February 2027, 12:00" in said
    assert 'data-chosen="planned_at" data-words="Sun 28 March 2027, 12:00"' in page.html
    assert "Nobody was told the old time, so nobody is mailed about the move." in said
    assert "Each notice goes to 2 contacts of 1 tenant. Production leaves on Sun 21 February 2027, 12:00" in said
    # Read beside this very date, it is given at the first press.
    assert page.value("seen") == "2027-03-28T10:00:00+00:00"
    page = planner.post(f"{path}/answer", {"planned_at": "2027-01-25T06:00"})
    assert headline(page) == "This date breaks what was promised."
    offered = page.value("lay")
    assert offered == "2027-02-01T06:00"
    # Laid into the form by its button, and given by the page's own.
    laid = planner.post(path, {"lay": offered, "planned_at": "2027-01-25T06:00", "reason": "Vloer"})
    assert (laid.status, laid.value("planned_at")) == (200, offered)
    assert 'data-field="planned_at"' in page.html
    assert headline(planner.post(f"{path}/answer", {"planned_at": ""})) == "Fill in a date and a time."
    assert "data-field" in planner.post(f"{path}/answer", {"planned_at": "2027-13-45"}).html
    assert f'data-answers="{path}/answer"' in planner.get(path).html
    assert everything() == before


@pytest.mark.parametrize("typed", ["2027-03-28T12:00", "28 maart 2027, 12:00", "2027-03-28T10:00Z"])
def test_what_was_read_beside_a_date_holds_however_that_is_written(
    planner: Reader, release: Release, typed: str
) -> None:
    form = {"planned_at": typed, "reason": "Vloer"}
    seen = planner.post(f"{own_path(release)}/answer", form).value("seen")
    assert planner.post(own_path(release), form | {"seen": seen}).location == f"/planner/releases/{release.id}"


def test_answer_of_a_wave_counts_who_cannot(planner: Reader, release: Release, planned: World) -> None:
    strict = make_tenant(planned.product, "strict", production_notice="P4M", name="Streng")
    path = f"/planner/releases/{release.id}/rollout/answer"
    form = {"chosen": f"{planned.brug.id} {strict.id}", "kind": "production", "planned_at": "2027-03-01T06:00"}
    page = planner.post(path, form)
    assert headline(page) == "1 tenant cannot have this date."
    assert "Streng" in words(page.html)
    full = form | {"lay": page.value("lay"), "name": "Zorg", "reason": "x"}
    laid = planner.post(f"/planner/releases/{release.id}/rollout/choose", full)
    assert (laid.status, laid.value("planned_at")) == (200, page.value("lay"))
    assert "Sun 1 November 2026, 06:00 has passed 4 months ahead by the agreement of 1 tenant: Streng" in words(
        page.html
    )
    assert headline(planner.post(path, form | {"chosen": str(planned.brug.id)})) == "This date keeps every promise."
    for odd in ({}, {"chosen": "x\0"}, form | {"kind": "maintenance"}, form | {"planned_at": "x"}):
        assert planner.post(path, odd).status == 200
    wave = give_wave(release, Change.PRODUCTION, [planned.brug.id], local("2027-03-01T06:00"), "Z", "x", PLANNER, NOW)
    page = planner.post(f"/planner/waves/{wave.id}/move/answer", {"planned_at": "2027-03-06T06:00"})
    assert headline(page) == "This date keeps every promise. 1 thing stands in the way."
    laid = planner.post(f"/planner/waves/{wave.id}/move", {"revision": "1", "lay": "2027-03-08T06:00"})
    assert (laid.status, laid.value("planned_at"), wave.revision) == (200, "2027-03-08T06:00", 1)
    assert f"/planner/waves/{wave.id}/move/answer" in planner.get(f"/planner/waves/{wave.id}/move").html


def test_answer_of_a_wave_asks_as_much_for_many(planner: Reader, release: Release, planned: World) -> None:
    path = f"/planner/releases/{release.id}/rollout/answer"
    numbers = []
    for many in (1, 30):
        ids = [make_tenant(planned.product, f"t-{many}-{number}", contacts=0).id for number in range(many)]
        form = {"chosen": " ".join(map(str, ids)), "kind": "production", "planned_at": "2027-03-01T06:00"}
        with counted_queries() as queries:
            planner.post(path, form)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_only_who_plans_gets_an_answer(app: Flask, release: Release, planned: World, contact: Reader) -> None:
    wave = give_wave(release, Change.PRODUCTION, [planned.brug.id], local("2027-03-01T06:00"), "Z", "x", PLANNER, NOW)
    paths = [
        f"{own_path(release)}/answer",
        f"/planner/releases/{release.id}/rollout/answer",
        f"/planner/waves/{wave.id}/move/answer",
    ]
    viewer = Reader(app, "viewer@vendor.example")
    assert {viewer.post(path, {}).status for path in paths} == {403}
    assert {contact.post(path, {}).status for path in paths} == {404}


def test_move_page_lists_own_dates_and_what_becomes_of_each(planner: Reader, release: Release, planned: World) -> None:
    wave = give_wave(
        release, Change.PRODUCTION, [planned.brug.id], local("2027-02-22T06:00"), "Zorg", "x", PLANNER, NOW
    )
    give_own_date(release, planned.peelrand, Change.PRODUCTION, local("2027-03-22T06:00"), "x", PLANNER, NOW)
    form = {"revision": str(release.revision), "acceptance_at": "2027-02-15T06:00", "production_at": "2027-03-15T06:00"}
    path = f"/planner/releases/{release.id}/move"
    for said in (words(planner.post(f"{path}/answer", form).html), planner.post(path, form | {"step": "check"}).main):
        assert (
            "Production, Mon 22 February 2027, 06:00 , Zorg (1 tenant): stands in the way: everybody's acceptance must "
            "come before it, with 2 weeks to test. Change it first."
        ) in said
        assert "1 tenant has a date of its own after everybody's, and keeps it." in said
    early = planner.post(f"{path}/answer", form | {"acceptance_at": "2027-01-18T06:00"})
    assert "stays, and then comes before everybody's" in words(early.html)
    assert f'href="/planner/waves/{wave.id}"' in early.html


def test_plan_that_overtakes_an_own_date_of_another_version_is_told(
    planner: Reader, release: Release, planned: World
) -> None:
    give_own_date(release, planned.brug, Change.PRODUCTION, local("2027-04-19T06:00"), "x", PLANNER, NOW)
    form = {"version": "2027.2", "acceptance_at": "2027-03-15T06:00", "production_at": "2027-04-12T06:00"}
    said = words(planner.post("/planner/releases/new/answer", form).html)
    assert (
        "Zorggroep De Brug: 2027.1 comes to production on a date of its own, Mon 19 April 2027, after this one. Move "
        "that date first, or give a date of its own for this one as well."
    ) in said


def test_date_that_a_colleague_gave_meanwhile_is_not_overwritten(
    planner: Reader, release: Release, planned: World
) -> None:
    path = own_path(release)
    seen = planner.get(path).value("revision")
    give_own_date(release, planned.brug, Change.PRODUCTION, local("2027-03-01T06:00"), "Feest", MANAGER, NOW)
    form = {"revision": seen, "planned_at": "2027-03-08T06:00", "reason": "Vloer"}
    page = planner.post(path, form)
    (alert,) = page.alerts
    assert page.status == 422
    assert alert == (
        "The dates of Zorggroep De Brug have changed since you opened the page. Now: acceptance with everybody, on "
        "Mon 18 January 2027, 06:00; production on Mon 1 March 2027, 06:00, given by manager@vendor.example. Look "
        "again."
    )
    assert db.session.scalars(select(Rollout.planned_at)).all() == [local("2027-03-01T06:00")]
    # Whoever has looked may.
    assert planner.post(path, form | {"revision": page.value("revision")}).status == 302
    assert db.session.scalars(select(Rollout.planned_at)).all() == [local("2027-03-08T06:00")]


@pytest.mark.parametrize("verb", ["drop", "call-off"])
def test_date_that_a_colleague_gave_meanwhile_is_not_dropped(
    manager: Reader, release: Release, planned: World, verb: str
) -> None:
    give_own_date(release, planned.brug, Change.PRODUCTION, local("2027-03-01T06:00"), "Feest", MANAGER, NOW)
    path = own_path(release)
    seen = re.findall(r'name="revision" value="(\w+)"', manager.get(path).html)[-1]
    give_own_date(release, planned.brug, Change.PRODUCTION, local("2027-03-08T06:00"), "Feest", MANAGER, NOW)
    said = manager.follow(manager.post(f"{path}/{verb}", {"revision": seen})).seen
    assert "have changed since you opened the page" in said
    rollout = own_date(release, planned.brug, Change.PRODUCTION)
    assert rollout is not None
    assert (rollout.planned_at, rollout.cancelled_at) == (local("2027-03-08T06:00"), None)


def test_wave_does_not_overwrite_what_was_given_since_its_page(
    planner: Reader, release: Release, planned: World
) -> None:
    path = f"/planner/releases/{release.id}/rollout/choose"
    chosen = {"chosen": f"{planned.brug.id} {planned.peelrand.id}"}
    page = planner.post(path, chosen | {"step": "go_on"})
    give_own_date(release, planned.brug, Change.PRODUCTION, local("2027-03-01T06:00"), "Feest", MANAGER, NOW)
    form = chosen | {"kind": "production", "planned_at": "2027-03-08T06:00", "name": "Zorg", "reason": "x"}
    page = planner.post(path, form | {"step": "give", "revision": page.value("revision")})
    assert page.status == 422
    assert page.alerts[0].startswith("Somebody changed the dates of some of these tenants since you opened the page.")
    assert "Zorggroep De Brug: production Mon 1 March 2027, 06:00 manager@vendor.example" in page.main
    assert planner.post(path, form | {"step": "give", "revision": page.value("revision")}).status == 302


def test_answer_does_not_overwrite_what_was_given_since_its_page(
    planner: Reader, contact: Reader, release: Release, planned: World
) -> None:
    announce_all()
    contact.post("/portal/zorggroep-de-brug/releases/2027.1/date", {"asked_for": "2027-03-01T06:00", "reason": "Vloer"})
    path = f"/planner/date-requests/{db.session.scalars(select(DateRequest.id)).one()}"
    seen = planner.get(path).value("revision")
    give_own_date(release, planned.brug, Change.PRODUCTION, local("2027-03-08T06:00"), "Feest", MANAGER, NOW)
    form = {"answer": "yes", "offered_at": "2027-03-01T06:00", "words": ""}
    page = planner.post(f"{path}/answer", form | {"revision": seen})
    assert (page.status, "have changed since you opened the page" in page.alerts[0]) == (422, True)
    assert planner.post(f"{path}/answer", form | {"revision": page.value("revision")}).status == 302
