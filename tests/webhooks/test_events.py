"""What happens is told in the same transaction, to whom it concerns, and as the document says."""

import json
import re
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]
from sqlalchemy import select

from announcements.settling import settle, watch_deadlines
from schedules.models import Release
from schedules.notices import Channel
from schedules.progress import extend_maintenance, finish_maintenance, start_due, start_maintenance
from schedules.recording import record_acceptance
from schedules.rollouts import drop_own_date, give_own_date
from schedules.running import report_version
from schedules.telling import record_told
from sla.terms import Change
from storage import db
from tenants.models import EnvironmentKind, Installation
from tests.announcements.test_bounces import AFTERWARDS, bounced_all
from tests.planning import (
    ACCEPTANCE,
    PRODUCTION_DEADLINE,
    TOLD,
    counted_queries,
    moved,
    pass_of_the_clock,
    planned_release,
    planned_window,
    send,
    the_notice,
    told_and_given,
)
from tests.webhooks.listening import Receiver, deliveries, endpoint
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local
from webhooks import publishing
from webhooks.delivery import deliver_due
from webhooks.models import WebhookEndpoint
from webhooks.services import Scope, send_test

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text()
BLOCKS = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", DOCUMENT, re.M | re.S)]
SCHEMA, EXAMPLES = BLOCKS[0], {example["type"]: example for example in BLOCKS[1:]}
STARTS, ENDS = local("2026-12-15T22:00"), local("2026-12-16T02:00")
Data = dict[str, Any]


@pytest.fixture
def hooks(planned: World) -> dict[str, WebhookEndpoint]:
    """One of the vendor, and one of each tenant."""
    return {
        "vendor": endpoint("https://192.0.3.1/"),
        "brug": endpoint("https://192.0.3.2/", Scope(tenant=planned.brug)),
        "peelrand": endpoint("https://192.0.3.3/", Scope(tenant=planned.peelrand)),
    }


def heard(hooks: dict[str, WebhookEndpoint], kind: str) -> dict[str, list[Data]]:
    """The data of the events of a type that each endpoint is to get."""
    names = {hook.id: name for name, hook in hooks.items()}
    found: dict[str, list[Data]] = {name: [] for name in hooks}
    for row in deliveries():
        event = json.loads(row.event.payload)
        Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(event)
        if event["type"] == kind:
            found[names[row.endpoint_id]].append(event["data"])
    return found


def tenants(found: dict[str, list[Data]]) -> dict[str, list[Any]]:
    return {name: [data["tenant"] for data in several] for name, several in found.items()}


def given_in_production(planned: World) -> Release:
    release = planned_release(planned.product)
    pass_of_the_clock(TOLD)
    send(planned.brug, TOLD)
    settle(TOLD)
    return release


@both_databases
def test_given_notice_is_told_to_the_vendor_and_its_tenant(planned: World, hooks: dict[str, WebhookEndpoint]) -> None:
    given_in_production(planned)
    found = heard(hooks, "notice.given")
    brug = ["zorggroep-de-brug"] * 2
    assert tenants(found) == {"vendor": brug, "brug": brug, "peelrand": []}
    assert found["brug"][1]["environments"] == ["production"]
    # The second contact's mail completes it; it was given by the first.
    settle(TOLD)
    assert heard(hooks, "notice.given") == found


@both_databases
def test_missed_notice_is_told_once(planned: World, hooks: dict[str, WebhookEndpoint]) -> None:
    given_in_production(planned)
    watch_deadlines(PRODUCTION_DEADLINE + timedelta(seconds=1))
    watch_deadlines(PRODUCTION_DEADLINE + timedelta(seconds=2))
    found = heard(hooks, "notice.missed")
    peelrand = ["ziekenhuis-peelrand"] * 2
    assert tenants(found) == {"vendor": peelrand, "brug": [], "peelrand": peelrand}


def test_notice_that_came_back_after_its_deadline_is_told_as_missed(
    planned: World, hooks: dict[str, WebhookEndpoint]
) -> None:
    given_in_production(planned)
    bounced_all(planned.brug, AFTERWARDS)
    found = heard(hooks, "notice.missed")
    brug = ["zorggroep-de-brug"] * 2
    assert tenants(found) == {"vendor": brug, "brug": brug, "peelrand": []}
    assert {(data["given_at"], data["missed_at"]) for data in found["brug"]} == {
        (None, AFTERWARDS.astimezone(UTC).isoformat())
    }


def test_call_gives_notice_to_webhooks_as_well(planned: World, hooks: dict[str, WebhookEndpoint]) -> None:
    release = planned_release(planned.product)
    notice = the_notice(release, Change.PRODUCTION, planned.brug)
    record_told(notice, Channel.TELEPHONE, "Anna de Wit", NOW, PLANNER, NOW)
    (data,) = heard(hooks, "notice.given")["brug"]
    assert (data["given_at"], data["deadline_at"]) == ("2026-11-23T09:00:00+00:00", "2027-01-08T05:00:00+00:00")
    assert "Anna" not in "".join(row.event.payload for row in deliveries())


@both_databases
def test_tenant_hears_of_a_move_when_it_is_announced_and_the_vendor_at_once(
    planned: World, hooks: dict[str, WebhookEndpoint]
) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    moved(release, production="2027-02-22T06:00", now=TOLD + timedelta(days=1), acceptance=ACCEPTANCE)
    found = heard(hooks, "release.moved")
    assert tenants(found) == {"vendor": [None], "brug": [], "peelrand": []}
    pass_of_the_clock(TOLD + timedelta(days=1, minutes=1))
    after = heard(hooks, "release.moved")
    assert tenants(after) == {"vendor": [None], "brug": ["zorggroep-de-brug"], "peelrand": ["ziekenhuis-peelrand"]}
    dates = {(data["environment"], data["previous_at"], data["planned_at"]) for data in after["brug"] + after["vendor"]}
    assert dates == {("production", "2027-02-08T05:00:00+00:00", "2027-02-22T05:00:00+00:00")}


def test_move_of_what_nobody_was_told_is_no_tenants_business(planned: World, hooks: dict[str, WebhookEndpoint]) -> None:
    release = planned_release(planned.product)
    moved(release, "2027-01-19T06:00", "2027-02-22T06:00")
    pass_of_the_clock(TOLD)
    found = heard(hooks, "release.moved")
    assert {name: len(several) for name, several in found.items()} == {"vendor": 2, "brug": 0, "peelrand": 0}


def test_own_date_of_a_tenant_is_told_to_the_vendor(planned: World, hooks: dict[str, WebhookEndpoint]) -> None:
    release = planned_release(planned.product)
    at = local("2027-02-15T06:00")
    own = give_own_date(release, planned.brug, Change.PRODUCTION, at, "Verhuizing", PLANNER, NOW)
    drop_own_date(own, PLANNER, NOW)
    found = heard(hooks, "release.moved")
    assert tenants(found) == {"vendor": ["zorggroep-de-brug"] * 2, "brug": [], "peelrand": []}
    assert [data["planned_at"][:10] for data in found["vendor"]] == ["2027-02-15", "2027-02-08"]


@both_databases
def test_version_is_told_with_the_one_before(planned: World, hooks: dict[str, WebhookEndpoint]) -> None:
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.3", None, OPERATOR, NOW)
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.4", None, OPERATOR, NOW + timedelta(hours=1))
    # Known already, and of the past.
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.4", None, OPERATOR, NOW + timedelta(hours=2))
    earlier = NOW - timedelta(days=9)
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.2", earlier, OPERATOR, NOW + timedelta(hours=3))
    found = heard(hooks, "version.changed")
    assert [(one["previous_version"], one["version"], one["source"]) for one in found["brug"]] == [
        (None, "2026.3", "report"),
        ("2026.3", "2026.4", "report"),
    ]
    assert (found["vendor"], found["peelrand"]) == (found["brug"], [])


@both_databases
def test_acceptance_that_the_clock_records_is_told(planned: World, hooks: dict[str, WebhookEndpoint]) -> None:
    planned_release(planned.product)
    told_and_given(TOLD)
    record_acceptance(local(ACCEPTANCE))
    found = heard(hooks, "version.changed")
    assert [(one["version"], one["environment"], one["source"]) for one in found["peelrand"]] == [
        ("2027.1", "acceptance", "plan")
    ]
    assert tenants(found)["vendor"] == ["zorggroep-de-brug", "ziekenhuis-peelrand"]


@both_databases
def test_maintenance_is_told_to_the_vendor_once_and_to_who_was_told_of_it(
    planned: World, hooks: dict[str, WebhookEndpoint]
) -> None:
    window = planned_window(planned.product, tenants=("zorggroep-de-brug",))
    told_and_given(NOW + timedelta(days=16))
    start_due(STARTS)
    extend_maintenance(window, ENDS + timedelta(hours=1), "", "", OPERATOR, STARTS + timedelta(hours=1))
    finish_maintenance(window, OPERATOR, ENDS)
    started, ended = heard(hooks, "maintenance.started"), heard(hooks, "maintenance.ended")
    assert tenants(started) == tenants(ended) == {"vendor": [None], "brug": ["zorggroep-de-brug"], "peelrand": []}
    assert (ended["brug"][0]["expected_until"], ended["brug"][0]["done_at"]) == (
        "2026-12-16T02:00:00+00:00",
        "2026-12-16T01:00:00+00:00",
    )


def test_maintenance_that_nobody_was_told_of_is_told_to_the_vendor_only(
    planned: World, hooks: dict[str, WebhookEndpoint]
) -> None:
    window = planned_window(planned.product)
    start_maintenance(window, OPERATOR, STARTS)
    assert tenants(heard(hooks, "maintenance.started")) == {"vendor": [None], "brug": [], "peelrand": []}


@both_databases
def test_event_is_written_with_what_happened_or_not_at_all(
    planned: World, hooks: dict[str, WebhookEndpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_args: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("schedules.running.append", full_disk)
    with pytest.raises(OSError, match="no space"):
        report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.4", None, OPERATOR, NOW)
    db.session.rollback()
    assert deliveries() == []
    assert db.session.scalars(select(Installation)).all() == []


def test_where_nobody_listens_nothing_is_asked_or_written(planned: World) -> None:
    planned_release(planned.product)
    pass_of_the_clock(TOLD)
    send(None, TOLD)
    with counted_queries() as statements:
        settle(TOLD)
    assert [one.split("\n")[0] for one in statements if "webhook" in one] == [
        one.split("\n")[0] for one in statements if "EXISTS (SELECT * \nFROM webhook_endpoint" in one
    ]
    assert len([one for one in statements if "webhook" in one]) == 1
    assert publishing.anybody_listens() is False


def test_document_has_an_example_of_every_type() -> None:
    assert list(EXAMPLES) == SCHEMA["properties"]["type"]["enum"]


@pytest.mark.parametrize("kind", SCHEMA["properties"]["type"]["enum"])
def test_example_of_the_document_is_what_is_sent(app: Flask, planned: World, receiver: Receiver, kind: str) -> None:
    hook = endpoint(receiver.url(), Scope(product=planned.product))
    app.config["BASE_URL"] = "https://announcements.example.com"
    if kind == "webhook.test":
        send_test(hook, MANAGER, NOW)
    elif kind == "version.changed":
        report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.3", None, OPERATOR, NOW)
        report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.4", None, OPERATOR, NOW + timedelta(hours=1))
    elif kind == "release.moved":
        moved(planned_release(planned.product), production="2027-02-22T06:00")
    elif kind.startswith("notice"):
        given_in_production(planned)
        watch_deadlines(PRODUCTION_DEADLINE + timedelta(seconds=1))
    else:
        window = planned_window(planned.product)
        start_maintenance(window, OPERATOR, STARTS)
        finish_maintenance(window, OPERATOR, ENDS - timedelta(minutes=20))
    deliver_due(ENDS + timedelta(days=365), "worker")
    sent = [request.event for request in receiver.came if request.event["type"] == kind]
    assert EXAMPLES[kind] == sent[-1]
