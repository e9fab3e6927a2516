"""What programs announce by hand, the duties they read, and the calls they record."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from announcements.bulletin_mailing import put_out
from announcements.models import Bulletin
from evidence.actors import Role
from sla.terms import Change
from storage import db
from tests.api.asking import TERMS, TOLD, URGENT
from tests.api.conftest import BRUG, PEELRAND, Program, program
from tests.planning import planned_release, planned_window, the_notice, told_and_given
from tests.world import NOW, World


def test_urgent_matters_are_announced_at_once(manager: Program) -> None:
    answer = manager.post("/announcements", URGENT)

    assert answer.status == 201
    assert (answer.json["state"], answer.json["tenants"], answer.json["reached"]) == ("announced", None, None)
    assert answer.json["announced_at"] == "2026-11-23T09:00:00Z"
    assert put_out(NOW) == 3
    written = answer.json | {"tenants": 2, "reached": 0}
    assert manager.get(answer.headers["Location"].removeprefix("/api/v1")).json == written


def test_announcement_to_some_tenants_goes_to_those(manager: Program) -> None:
    assert manager.post("/announcements", URGENT | {"tenants": [BRUG]}).status == 201
    assert manager.post("/announcements", URGENT | {"tenants": ["nobody"]}).wrong == {
        "tenants": "There is no tenant nobody."
    }
    assert put_out(NOW) == 2


def test_changed_terms_name_their_document_and_day(manager: Program) -> None:
    answer = manager.post("/announcements", TERMS)
    assert (answer.json["document"], answer.json["effective_on"]) == ("Voorwaarden 2027", "2027-01-01")
    for wrong, field in (
        ({"effective_on": "2026-11-01"}, "effective_on"),
        ({"effective_on": "1 January"}, "effective_on"),
        ({"document": ""}, "document"),
        ({"kind": "newsletter"}, "document"),
        ({"product": "nothing"}, "product"),
        ({"subject": {"nl": "", "en": "x"}}, "subject.nl"),
        ({"markdown": {"nl": "x", "en": " "}}, "markdown.en"),
    ):
        assert list(manager.post("/announcements", TERMS | wrong).wrong) == [field], wrong


def test_whoever_may_not_announce_leaves_a_draft(
    app: Flask, planner: Program, manager: Program, planned: World
) -> None:
    assert planner.post("/announcements", TERMS).json["state"] == "draft"
    planned.product.needs_approval = True
    db.session.commit()
    assert manager.post("/announcements", TERMS | {"document": "Other"}).json["state"] == "draft"
    assert manager.post("/announcements", URGENT).json["state"] == "announced"
    states = [one["state"] for one in manager.get("/announcements?kind=terms").json["items"]]
    assert states == ["draft", "draft"]
    assert put_out(NOW) == 3


def test_refused_announcement_leaves_no_draft(manager: Program) -> None:
    assert manager.post("/announcements", URGENT | {"tenants": [BRUG, "nobody"]}).status == 422
    assert db.session.scalar(select(func.count(Bulletin.id))) == 0


def test_duties_are_listed_with_deadline_state_and_proof(manager: Program, planned: World) -> None:
    release = planned_release(planned.product)
    planned_window(planned.product)
    told_and_given(NOW + timedelta(days=36))

    found = manager.get(f"/notices?tenant={BRUG}&kind=acceptance").json["items"]
    assert [(one["release"], one["deadline_at"], one["state"]) for one in found] == [
        ({"id": release.id, "name": "2027.1"}, "2027-01-04T05:00:00Z", "complete")
    ]
    proof = found[0]["proof"]
    assert (proof["given_at"], proof["days_ahead"]) == ("2026-12-29T09:00:00Z", 19.83)
    assert [(mail["address"], mail["language"], mail["state"]) for mail in proof["mails"]] == [
        (f"contact1@{BRUG}.example", "nl", "sent"),
        (f"contact2@{BRUG}.example", "en", "sent"),
    ]
    assert manager.get(f"/notices/{found[0]['id']}").json == found[0]
    assert {one["state"] for one in manager.get("/notices?state=complete").json["items"]} == {"complete"}
    assert manager.get("/notices?product=inconto").json["total"] == manager.get("/notices").json["total"]
    assert manager.get("/notices?product=nothing").status == 404
    assert manager.get("/notices?tenant=nobody").status == 404
    assert list(manager.get("/notices?state=lost").wrong) == ["state"]


@pytest.mark.parametrize("role", [Role.PLANNER, Role.OPERATOR, Role.MANAGER])
def test_call_gives_a_notice_and_names_who_made_it(app: Flask, planned: World, role: Role) -> None:
    notice = the_notice(planned_release(planned.product), Change.ACCEPTANCE, planned.brug)
    somebody = program(app, role)

    answer = somebody.post(f"/notices/{notice.id}/told", TOLD)

    assert (answer.status, answer.json["state"]) == (201, "given")
    assert answer.json["proof"]["told"] == [
        {
            "channel": "telephone",
            "contact": "Mw. De Wit",
            "at": "2026-11-23T09:00:00Z",
            "by": f"Anna (token {role.value})",
        }
    ]


def test_call_that_cannot_have_been_is_refused(manager: Program, planned: World) -> None:
    notice = the_notice(planned_release(planned.product), Change.ACCEPTANCE, planned.brug)
    for wrong, field in (
        ({"at": "2026-11-24T10:00"}, "at"),
        ({"at": "2026-11-22T10:00"}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"channel": "pigeon"}, "channel"),
        ({"contact": " "}, "contact"),
        ({"by": ""}, "by"),
    ):
        assert list(manager.post(f"/notices/{notice.id}/told", TOLD | wrong).wrong) == [field], wrong
    assert manager.get(f"/notices/{notice.id}").json["state"] == "planned"


def test_evidence_has_a_row_for_each_mail_and_call(
    manager: Program, stranger: Program, planned: World, clock: time_machine.Traveller
) -> None:
    notice = the_notice(planned_release(planned.product), Change.ACCEPTANCE, planned.peelrand)
    manager.post(f"/notices/{notice.id}/told", TOLD)
    manager.post("/announcements", URGENT)
    put_out(NOW)
    clock.move_to(NOW + timedelta(days=36))

    found = manager.get(f"/tenants/{PEELRAND}/evidence").json

    assert [(one["change"], one["kind"], one["state"], one["channel"]) for one in found["items"]] == [
        ("2027.1", "production", "planned", ""),
        ("2027.1", "acceptance", "given", "telephone"),
        ("Inloggen lukt niet", "urgent", "", "mail"),
    ]
    assert found["total"] == 3
    assert found["head"].partition(":")[0].isdigit()
    assert [
        len(manager.get(f"/tenants/{PEELRAND}/evidence?per_page=2&page={page}").json["items"]) for page in (1, 2)
    ] == [
        2,
        1,
    ]
    assert stranger.get(f"/tenants/{PEELRAND}/evidence").json["total"] == 2
