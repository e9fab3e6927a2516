"""Who may ask what: no address without a token, no role beyond its own, no tenant but one's own."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.token_models import ApiToken
from accounts.tokens import revoke_token
from announcements.services import announce_due
from evidence.actors import MAY, Role
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice
from sla.terms import Change
from storage import db
from tenants.products import ProductFacts, create_product
from tests.api.asking import EARLY, PLAN, RELEASES, URGENT, address_of, every_call
from tests.api.conftest import BRUG, PEELRAND, Program, program
from tests.bulletins import announced
from tests.faces.pages import Reader, everything
from tests.planning import planned_release, planned_window, the_notice
from tests.world import ADMIN, NOW, World

VENDOR = [role for role in Role if role is not Role.CONTACT]


@pytest.fixture
def somewhere(planned: World) -> tuple[Release, MaintenanceWindow, Notice]:
    release, window = (
        planned_release(planned.product),
        planned_window(planned.product, "2026-12-01T21:00", "2026-12-01T23:00", reason="Moet"),
    )
    announced(planned.product, tenants=(planned.brug.slug,))
    # The first one's notices have been announced.
    announce_due(NOW)
    return release, window, the_notice(release, Change.ACCEPTANCE, planned.brug)


def test_every_address_of_the_api_is_a_declared_call_behind_the_guard(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")]
    outside = {rule.rule for rule in rules if not rule.endpoint.startswith("api.")}
    assert outside == {"/api/v1/", "/api/v1/try", "/api/v1/openapi.json"}
    assert {rule.endpoint for rule in rules if rule.rule not in outside} == {f"api.{one.name}" for one in every_call()}
    assert len(app.before_request_funcs["api"]) == 1


@pytest.mark.parametrize("token", [None, "", "rat_unknown", "x" * 5000])
def test_nothing_is_answered_or_done_without_a_token(
    app: Flask, planned: World, somewhere: tuple[Release, MaintenanceWindow, Notice], token: str | None
) -> None:
    before = everything()
    somebody = Program(app, token)
    for one in every_call():
        answer = somebody.ask(one.method, address_of(one, planned, *somewhere), {} if one.body else None)
        assert answer.status == 401, one.name
        assert answer.headers["WWW-Authenticate"].startswith("Bearer realm=api")
        assert answer.problem[0] == 401
    assert everything() == before


@pytest.mark.parametrize("header", ["Basic eDp5", "Bearer", "Bearer a b", "bearer\u00a0x", "Token x"])
def test_other_schemes_are_no_token(anybody: Program, header: str) -> None:
    answer = anybody.get("/tenants", headers={"Authorization": header})

    assert answer.problem == (401, "This token is not known, or was revoked. Ask an admin for another.")
    assert answer.headers["WWW-Authenticate"] == "Bearer realm=api, error=invalid_token"


def test_person_who_is_signed_in_has_no_token(app: Flask, planned: World) -> None:
    reader = Reader(app, "admin@vendor.example")

    assert reader.get("/api/v1/tenants").status == 401
    assert reader.post("/api/v1/releases/1/cancel").status == 401


def test_program_needs_no_form_of_ours(app: Flask, manager: Program) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert manager.post(RELEASES, PLAN).status == 201


def test_token_in_the_address_is_none(app: Flask, manager: Program) -> None:
    assert Program(app, None).get(f"/tenants?access_token={manager.token}&auth_token={manager.token}").status == 401


@pytest.mark.parametrize("role", VENDOR)
def test_role_reaches_as_far_as_it_does_on_the_pages(
    app: Flask, planned: World, somewhere: tuple[Release, MaintenanceWindow, Notice], role: Role
) -> None:
    somebody = program(app, role)
    barred = {
        one.name
        for one in every_call()
        # Nothing is done: what is asked for has no shape.
        if somebody.ask(one.method, address_of(one, planned, *somewhere), {"x": 1} if one.body else None).status == 403
    }
    assert barred == {one.name for one in every_call() if one.may not in MAY[role]}


def test_viewer_changes_nothing(
    app: Flask, planned: World, somewhere: tuple[Release, MaintenanceWindow, Notice]
) -> None:
    somebody = program(app, Role.VIEWER)
    somebody.get("/tenants")
    before = {name: rows for name, rows in everything().items() if name != "token_pace"}
    for one in every_call():
        if one.method != "GET":
            assert (
                somebody.ask(one.method, address_of(one, planned, *somewhere), {} if one.body else None).status == 403
            )
    assert {name: rows for name, rows in everything().items() if name != "token_pace"} == before


def test_planner_may_not_waive_nor_announce_urgent_matters(planner: Program) -> None:
    assert planner.post(RELEASES, EARLY | {"waiver": {"reason": "It must"}}).problem[0] == 403
    assert planner.post("/announcements", URGENT).problem[0] == 403


def test_program_of_another_tenant_never_sees_the_first_ones_things(
    stranger: Program, planned: World, somewhere: tuple[Release, MaintenanceWindow, Notice]
) -> None:
    theirs = re.compile(rf"{BRUG}|{planned.brug.name}|contact\d@{BRUG}")
    answers = {
        one.name: stranger.ask(one.method, address_of(one, planned, *somewhere), {} if one.body else None)
        for one in every_call()
    }
    lists = {"list_tenants", "list_notices"}
    assert {name: answer.status for name, answer in answers.items()} == {
        name: 200 if name in lists else 404 for name in answers
    }
    assert stranger.get(f"/notices?tenant={BRUG}").status == 404
    answers["filtered"] = stranger.get("/tenants?words=brug")
    assert [one["slug"] for one in answers["list_tenants"].json["items"]] == [PEELRAND]
    assert {one["tenant"] for one in answers["list_notices"].json["items"]} <= {PEELRAND}
    assert answers["filtered"].json["total"] == 0
    assert [name for name, answer in answers.items() if theirs.search(answer.body.decode())] == []


def test_somebody_elses_tenant_looks_like_one_that_is_not_there(stranger: Program) -> None:
    assert stranger.get(f"/tenants/{BRUG}").json == stranger.get("/tenants/zorggroep-de-dam").json


def test_contact_reads_its_own_and_changes_nothing(
    contact: Program, planned: World, somewhere: tuple[Release, MaintenanceWindow, Notice]
) -> None:
    before = planned.brug.name
    answers = {
        one.name: contact.ask(one.method, address_of(one, planned, *somewhere), {} if one.body else None).status
        for one in every_call()
        if "<slug>" in one.path
    }
    # Nobody has said what runs there.
    assert {name: status for name, status in answers.items() if status != 403} == {
        "get_tenant": 200,
        "list_contacts": 200,
        "get_version": 404,
        "tenant_evidence": 200,
    }
    db.session.expire_all()
    assert planned.brug.name == before


def test_contact_knows_of_a_plan_once_it_is_announced(contact: Program, manager: Program, planned: World) -> None:
    planned_release(planned.product)
    assert manager.get(f"/notices?tenant={BRUG}").json["total"] == 2
    assert contact.get("/notices").json["total"] == 0
    assert contact.get(f"/tenants/{BRUG}/evidence").json["total"] == 0
    assert contact.get(f"/notices/{db.session.scalars(select(Notice.id)).first()}").status == 404

    db.session.query(Notice).filter(Notice.kind == Change.ACCEPTANCE).update({"announce_at": NOW})
    db.session.commit()
    announce_due(NOW)

    assert [one["kind"] for one in contact.get("/notices").json["items"]] == ["acceptance"]
    assert {one["kind"] for one in contact.get(f"/tenants/{BRUG}/evidence").json["items"]} == {"acceptance"}


def test_tenants_list_of_addresses_holds_for_its_program(contact: Program, planned: World) -> None:
    planned.brug.ip_allowlist = "192.0.2.0/24"
    db.session.commit()

    assert contact.get(f"/tenants/{BRUG}", address="192.0.2.7").status == 200
    assert contact.get(f"/tenants/{BRUG}", address="192.0.3.7").problem == (
        403,
        "This organisation lets programs in from certain addresses only, and this is not one of them.",
    )


def test_revoked_token_is_refused_at_once(manager: Program) -> None:
    assert manager.get("/tenants").status == 200
    row = db.session.scalars(select(ApiToken)).one()
    revoke_token(row, ADMIN, NOW)
    assert manager.get("/tenants").status == 401


def test_last_use_shows(manager: Program) -> None:
    manager.get("/tenants")
    assert db.session.scalars(select(ApiToken.last_used_at)).one() == NOW


def test_contact_learns_of_no_product_but_its_own(contact: Program, planned: World) -> None:
    create_product("other", ProductFacts(name="Other"), ADMIN)
    for path in ("/tenants", "/notices"):
        found = [contact.get(f"{path}?product={slug}").status for slug in ("inconto", "other", "nothing")]
        assert found == [200, 404, 404]
