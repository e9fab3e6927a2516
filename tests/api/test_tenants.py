"""Tenants by program: added, changed, their contacts, and what a pipeline reports of them."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from flask import Flask

from schedules.running import report_version
from tenants.models import EnvironmentKind
from tests.api.conftest import BRUG, PEELRAND, Program
from tests.at_once import at_once
from tests.planning import planned_release, told_and_given
from tests.world import NOW, OPERATOR, World, both_databases

LINDE: dict[str, Any] = {
    "product": "inconto",
    "slug": "zorggroep-de-linde",
    "name": "Zorggroep De Linde",
    "locale": "en",
    "timezone": "Europe/London",
    "agreement": {"acceptance_notice": None, "production_notice": "P2M", "maintenance_notice": None},
    "ip_allowlist": ["192.0.2.0/24", "2001:db8::/32"],
}
VERSION = f"/tenants/{BRUG}/environments/production/version"


def test_tenant_is_added_as_it_is_sent(manager: Program) -> None:
    answer = manager.post("/tenants", LINDE)

    assert (answer.status, answer.headers["Location"]) == (201, "/api/v1/tenants/zorggroep-de-linde")
    assert answer.json == LINDE | {
        "joined_at": "2026-11-23T09:00:00Z",
        "contacts": 0,
        "environments": {
            "acceptance": {"version": None, "support": "unknown"},
            "production": {"version": None, "support": "unknown"},
        },
    }
    assert manager.get("/tenants/zorggroep-de-linde").json == answer.json
    assert manager.post("/tenants", LINDE).problem[0] == 409


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"product": "nothing"}, "product"),
        ({"slug": "De Linde"}, "slug"),
        ({"name": ""}, "name"),
        ({"timezone": "Mars"}, "timezone"),
        ({"locale": "fr"}, "locale"),
        ({"agreement": {"production_notice": "soon"}}, "agreement.production_notice"),
        ({"ip_allowlist": ["here"]}, "ip_allowlist"),
    ],
)
def test_tenant_that_cannot_be_is_refused_by_field(manager: Program, wrong: dict[str, Any], field: str) -> None:
    assert list(manager.post("/tenants", LINDE | wrong).wrong) == [field]
    assert manager.get("/tenants").json["total"] == 2


def test_change_leaves_what_it_does_not_name(manager: Program) -> None:
    made = manager.post("/tenants", LINDE)
    path = "/tenants/zorggroep-de-linde"

    renamed = manager.ask("PATCH", path, {"name": "De Linde"}, match=made.headers["ETag"])
    assert renamed.json == made.json | {"name": "De Linde"}

    plain = manager.ask(
        "PATCH", path, {"agreement": {}, "ip_allowlist": [], "timezone": ""}, match=renamed.headers["ETag"]
    )
    nothing_agreed = dict.fromkeys(LINDE["agreement"])
    assert plain.json == renamed.json | {"agreement": nothing_agreed, "ip_allowlist": [], "timezone": ""}


def test_list_is_filtered(manager: Program, planned: World) -> None:
    report_version(planned.brug, EnvironmentKind.ACCEPTANCE, "2027.1", NOW, OPERATOR, NOW)

    def slugs(query: str) -> list[str]:
        return [one["slug"] for one in manager.get(f"/tenants?{query}").json["items"]]

    assert slugs("") == [PEELRAND, BRUG]
    assert slugs("words=brug") == [BRUG]
    assert slugs("words=%25") == []
    assert slugs("version=2027.1") == []
    assert slugs("version=2027.1&environment=acceptance") == [BRUG]
    assert slugs("product=inconto") == [PEELRAND, BRUG]
    assert manager.get("/tenants?product=nothing").status == 404


@both_databases
def test_third_contact_is_the_last(app: Flask, manager: Program) -> None:
    def sent(number: int) -> dict[str, str]:
        return {"name": f"Contact {number}", "email": f"new{number}@{BRUG}.example", "phone": "", "locale": "en"}

    path, numbers = f"/tenants/{BRUG}/contacts", count()
    manager.get(path)
    answers = at_once(app, [lambda: lambda: manager.post(path, sent(next(numbers)))] * 4)

    assert sorted(getattr(one, "status", 0) for one in answers) == [201, 409, 409, 409]
    assert manager.get(path).json["total"] == 3


def test_contact_is_appointed_and_removed(manager: Program) -> None:
    path = f"/tenants/{PEELRAND}/contacts"
    sent = {"name": "A. de Wit", "email": "A.deWit@peelrand.example", "phone": "020 123 4567"}

    made = manager.post(path, sent)
    assert made.json == {
        "id": made.json["id"],
        "name": "A. de Wit",
        "email": "a.dewit@peelrand.example",
        "phone": "+31 20 123 4567",
        "locale": "nl",
    }
    assert manager.post(path, sent).problem[0] == 409
    assert list(manager.post(path, sent | {"email": "nobody"}).wrong) == ["email"]
    assert manager.ask("DELETE", f"/tenants/{BRUG}/contacts/{made.json['id']}").status == 404
    gone = manager.ask("DELETE", f"{path}/{made.json['id']}")
    assert (gone.status, gone.body) == (204, b"")
    last = manager.get(path).json["items"]
    assert manager.ask("DELETE", f"{path}/{last[0]['id']}").problem[0] == 422


def test_version_is_reported_once_however_often_it_is_sent(operator: Program) -> None:
    assert operator.get(VERSION).status == 404

    first, second = (operator.ask("PUT", VERSION, {"version": "2026.4"}) for _time in range(2))

    assert first.json == {
        "tenant": BRUG,
        "environment": "production",
        "version": "2026.4",
        "installed_at": "2026-11-23T09:00:00Z",
        "source": "report",
        "reported_by": "token operator",
        "breach": "",
        "support": "unknown",
    }
    assert second.json == first.json == operator.get(VERSION).json


def test_update_without_its_notice_is_a_breach(
    operator: Program, planned: World, clock: time_machine.Traveller
) -> None:
    planned_release(planned.product)
    assert operator.ask("PUT", VERSION, {"version": "2027.1"}).json["breach"] == "unannounced"
    told_and_given(NOW + timedelta(days=45))
    clock.move_to(NOW + timedelta(days=46))
    path = VERSION.replace(BRUG, PEELRAND)
    assert operator.ask("PUT", path, {"version": "2027.1"}).json["breach"] == "early"


def test_past_report_takes_its_place_in_the_history(operator: Program) -> None:
    operator.ask("PUT", VERSION, {"version": "2026.4"})

    past = operator.ask("PUT", VERSION, {"version": "2026.3", "installed_at": "2026-10-01T06:00"})

    assert (past.json["version"], past.json["installed_at"]) == ("2026.3", "2026-10-01T04:00:00Z")
    assert operator.get(VERSION).json["version"] == "2026.4"


@pytest.mark.parametrize(
    "report",
    [{"version": ""}, {"version": "x" * 41}, {"version": "1", "installed_at": "2026-11-24T06:00"}, {"version": 1}, {}],
)
def test_reports_that_cannot_be_are_refused(operator: Program, report: dict[str, Any]) -> None:
    assert operator.ask("PUT", VERSION, report).problem[0] == 422
    assert operator.get(VERSION).status == 404


def test_environment_that_is_none_is_not_there(operator: Program) -> None:
    assert operator.ask("PUT", VERSION.replace("production", "test"), {"version": "1"}).status == 404


def test_products_are_listed(manager: Program) -> None:
    assert manager.get("/products").json == {
        "items": [{"slug": "inconto", "name": "Inconto", "timezone": "Europe/Amsterdam"}],
        "page": 1,
        "per_page": 50,
        "total": 1,
    }
