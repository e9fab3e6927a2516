"""Dates of tenants' own, waves and questions for another date, as programs give, move, withdraw and answer them."""

from typing import Any

import pytest
from sqlalchemy import select

from schedules.date_requests import ask_for_date
from schedules.models import Release, Rollout
from schedules.release_cancelling import cancel_release
from schedules.rollouts import give_own_date
from schedules.wave_models import DateRequest
from sla.terms import Change
from storage import db
from tests.api.asking import PLAN, RELEASES
from tests.api.conftest import BRUG, PEELRAND, Program
from tests.faces.pages import everything
from tests.planning import announce_all, planned_release, queued_mails
from tests.world import MANAGER, NOW, World, local, make_tenant

WAVE: dict[str, Any] = {
    "name": "Zorg",
    "kind": "production",
    "planned_at": "2027-03-01T06:00",
    "reason": "Jaarwisseling",
    "tenants": [BRUG, PEELRAND],
}
# What each request writes of its token.
OF_TOKENS = {"token_pace", "api_token"}
DATE = {"planned_at": "2027-03-01T06:00", "reason": "Jaarwisseling"}


@pytest.fixture
def release(planned: World) -> Release:
    return planned_release(planned.product)


def test_own_date_is_given_moved_and_withdrawn(planner: Program, release: Release) -> None:
    path = f"/releases/{release.id}/own-dates/{BRUG}/production"
    read = planner.get(path)
    assert (read.json["own"], read.json["planned_at"]) == (False, "2027-02-08T05:00:00Z")
    given = planner.ask("PUT", path, DATE, match=read.headers["ETag"])
    assert (given.status, given.json["own"], given.json["planned_at"]) == (200, True, "2027-03-01T05:00:00Z")
    moved = planner.ask("PUT", path, DATE | {"planned_at": "2027-03-08T06:00"})
    assert moved.json["planned_at"] == "2027-03-08T05:00:00Z"
    # Who read it before that overwrites nothing, and withdraws nothing.
    for method, body in (("PUT", DATE), ("DELETE", None)):
        status, detail = planner.ask(method, path, body, match=given.headers["ETag"]).problem
        assert (status, detail) == (412, "It was changed since you read it. Read it again, and decide anew.")
    listed = planner.get(f"/releases/{release.id}/own-dates").json
    assert [(one["tenant"], one["kind"], one["wave"]) for one in listed["items"]] == [(BRUG, "production", None)]
    assert planner.ask("DELETE", path, match=moved.headers["ETag"]).status == 204
    assert planner.ask("DELETE", path).status == 404
    assert db.session.scalars(select(Rollout)).all() == []


def test_own_date_that_breaks_a_promise_is_refused_with_its_breaches(planner: Program, release: Release) -> None:
    before = {name: rows for name, rows in everything().items() if name not in OF_TOKENS}
    path = f"/releases/{release.id}/own-dates/{BRUG}/production"
    answer = planner.ask("PUT", path, DATE | {"planned_at": "2027-01-25T06:00"})
    assert (answer.status, [one["rule"] for one in answer.json["breaches"]]) == (422, ["test_period"])
    answer = planner.ask("PUT", path, DATE | {"planned_at": "2027-01-01T06:00"})
    assert answer.wrong == {"planned_at": "Production must come after acceptance. Choose a later moment."}
    assert list(planner.ask("PUT", path, DATE | {"reason": ""}).wrong) == ["reason"]
    assert planner.ask("PUT", path.replace(BRUG, "nobody"), DATE).status == 404
    assert {name: rows for name, rows in everything().items() if name not in OF_TOKENS} == before


def test_wave_is_given_moved_and_dropped(planner: Program, release: Release) -> None:
    given = planner.post(f"/releases/{release.id}/waves", WAVE, key="once")
    assert (given.status, given.json["tenants"], given.json["going"]) == (201, 2, 2)
    assert planner.post(f"/releases/{release.id}/waves", WAVE, key="once").json == given.json
    assert planner.post(f"/releases/{release.id}/waves", WAVE).status == 409
    path = f"/waves/{given.json['id']}"
    assert given.headers["Location"] == f"/api/v1{path}"
    change = {"planned_at": "2027-03-08T06:00", "leave_out": [PEELRAND]}
    assert planner.ask("PATCH", path, change).status == 428
    moved = planner.ask("PATCH", path, change, match=given.headers["ETag"])
    assert (moved.json["planned_at"], moved.json["going"], moved.json["revision"]) == ("2027-03-08T05:00:00Z", 1, 2)
    assert planner.ask("PATCH", path, change, match=given.headers["ETag"]).status == 412
    assert planner.post(f"{path}/drop", {}, match=given.headers["ETag"]).status == 412
    dropped = planner.post(f"{path}/drop", {}, match=moved.headers["ETag"])
    assert (dropped.json["going"], dropped.json["dropped_by"]) == (0, "token planner")
    listed = planner.get(f"/releases/{release.id}/waves").json
    assert (listed["total"], listed["items"]) == (1, [dropped.json])
    assert db.session.scalars(select(Rollout.planned_at)).all() == [local("2027-03-01T06:00")]


def test_wave_that_some_cannot_have_names_them(planner: Program, release: Release, planned: World) -> None:
    make_tenant(planned.product, "strict", production_notice="P4M")
    before = {name: rows for name, rows in everything().items() if name not in OF_TOKENS}
    path = f"/releases/{release.id}/waves"
    answer = planner.post(path, WAVE | {"tenants": [BRUG, "strict"]})
    assert answer.problem == (422, "1 tenant cannot have this date.")
    assert list(answer.wrong) == ["tenants.strict"]
    assert [one["rule"] for one in answer.json["breaches"]] == ["production_notice"]
    answer = planner.post(path, WAVE | {"tenants": [BRUG, "nobody"]})
    assert answer.wrong == {"tenants": "There is no tenant nobody of this product."}
    assert list(planner.post(path, WAVE | {"tenants": []}).wrong) == ["tenants"]
    assert {name: rows for name, rows in everything().items() if name not in OF_TOKENS} == before


def test_question_is_listed_and_answered(planner: Program, release: Release, planned: World) -> None:
    announce_all()
    for tenant in (planned.brug, planned.peelrand):
        ask_for_date(release, tenant.contacts[0], Change.PRODUCTION, local("2027-03-01T06:00"), "Vloer", NOW)
    listed = planner.get("/products/inconto/date-requests?state=open").json
    assert [(one["tenant"], one["state"]) for one in listed["items"]] == [(PEELRAND, "open"), (BRUG, "open")]
    refused, granted = (f"/date-requests/{one['id']}" for one in listed["items"])
    assert list(planner.post(f"{refused}/answer", {"answer": "no"}).wrong) == ["words"]
    early = {"answer": "other", "offered_at": "2027-01-01T06:00", "words": "Eerder?"}
    said = "Production must come after acceptance. Choose a later moment."
    assert planner.post(f"{refused}/answer", early).wrong == {"offered_at": said}
    answer = planner.post(f"{refused}/answer", {"answer": "no", "words": "Dan kan het niet."})
    assert (answer.status, answer.json["state"], answer.json["answered_by"]) == (200, "refused", "token planner")
    assert planner.post(f"{refused}/answer", {"answer": "no", "words": "Nee."}).status == 409
    # A yes is not a way to give what nobody asked for.
    said = "Yes gives the date that was asked for, Mon 1 March 2027, 06:00. Propose another date to give this one."
    other = {"answer": "yes", "offered_at": "2027-03-08T06:00"}
    assert planner.post(f"{granted}/answer", other).wrong == {"offered_at": said}
    answer = planner.post(f"{granted}/answer", {"answer": "yes"})
    assert (answer.json["state"], answer.json["offered_at"]) == ("granted", "2027-03-01T05:00:00Z")
    assert planner.get(granted).json == answer.json
    assert len([mail for mail in queued_mails() if "vraag over de datum" in mail.subject]) == 2
    assert planner.get("/products/inconto/date-requests?state=open").json["total"] == 0
    assert planner.get("/date-requests/99").status == 404


def test_question_about_what_is_off_is_closed(planner: Program, release: Release, planned: World) -> None:
    announce_all()
    ask_for_date(release, planned.brug.contacts[0], Change.PRODUCTION, local("2027-03-01T06:00"), "Vloer", NOW)
    cancel_release(release, MANAGER, NOW)
    number = db.session.scalars(select(DateRequest.id)).one()
    assert planner.get(f"/date-requests/{number}").json["state"] == "closed"
    assert planner.post(f"/date-requests/{number}/answer", {"answer": "yes"}).problem == (
        409,
        "This update is off, so the question is closed. The cancellation is the answer.",
    )


def test_check_names_what_stands_in_the_way(planner: Program, planned: World, release: Release) -> None:
    give_own_date(release, planned.brug, Change.PRODUCTION, local("2027-04-19T06:00"), "x", MANAGER, NOW)
    plan = PLAN | {"version": "2027.2", "acceptance_at": "2027-02-08T07:00", "production_at": "2027-04-17T12:00"}
    before = {name: rows for name, rows in everything().items() if name not in OF_TOKENS}
    found = planner.post(f"{RELEASES}/check", plan).json
    assert [(one["kind"], one["change"], one["release"]) for one in found["clashes"]] == [
        ("update", "acceptance", release.id),
        ("weekend", "production", None),
        ("service_hours", "production", None),
        ("order", "production", release.id),
    ]
    assert found["clashes"][1]["message"] == "Production falls in a weekend: Sat 17 April 2027."
    assert {name: rows for name, rows in everything().items() if name not in OF_TOKENS} == before
