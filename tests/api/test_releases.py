"""Releases by program: planned, checked, listed, changed, cancelled, with their notes and patches."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from schedules.models import Release
from schedules.running import report_version
from storage import db
from tenants.models import EnvironmentKind
from tests.api.asking import EARLY, PLAN, RELEASES
from tests.api.conftest import BRUG, Program
from tests.planning import planned_release, told_and_given
from tests.world import NOW, OPERATOR, World, make_tenant

# On the clock of Amsterdam it is six in the morning.
STEPS = {
    "acceptance": {
        "planned_at": "2027-01-18T05:00:00Z",
        "announce_by": "2027-01-04T05:00:00Z",
        "strictest": {"announce_by": "2027-01-04T05:00:00Z", "tenants": []},
        "given_at": None,
    },
    "production": {
        "planned_at": "2027-02-08T05:00:00Z",
        "announce_by": "2027-01-08T05:00:00Z",
        "strictest": {"announce_by": "2027-01-08T05:00:00Z", "tenants": []},
        "given_at": None,
    },
}


def test_planned_release_is_answered_with_its_slot_and_deadlines(planner: Program) -> None:
    answer = planner.post(RELEASES, PLAN)

    assert answer.status == 201
    assert answer.headers["Location"] == f"/api/v1/releases/{answer.json['id']}"
    assert answer.headers["ETag"] == '"1.0"'
    assert answer.json | STEPS == answer.json
    assert (answer.json["state"], answer.json["slot"]) == ("planned", {"year": 2027, "number": 1})
    assert answer.json["title"] == PLAN["title"]
    assert answer.json["planned_by"] == "token planner"
    assert planner.get(f"/releases/{answer.json['id']}").json == answer.json


def test_strictest_names_the_tenants_whose_agreement_asks_for_more(planner: Program, planned: World) -> None:
    make_tenant(planned.product, "stricter-b", production_notice="P2M")
    make_tenant(planned.product, "stricter-a", production_notice="P2M", acceptance_notice="P1W")
    make_tenant(planned.product, "strict", production_notice="P6W")

    found = planner.post(RELEASES, PLAN).json

    assert found["acceptance"]["strictest"]["tenants"] == []
    assert found["production"]["announce_by"] == "2027-01-08T05:00:00Z"
    assert found["production"]["strictest"] == {
        "announce_by": "2026-12-08T05:00:00Z",
        "tenants": ["stricter-a", "stricter-b"],
    }


def test_given_is_when_the_last_tenant_was_told(manager: Program, planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(NOW + timedelta(days=36))

    found = manager.get(f"/releases/{release.id}").json
    assert found["acceptance"]["given_at"] == "2026-12-29T09:00:00Z"


def test_broken_promises_are_told_with_what_would_do(planner: Program) -> None:
    answer = planner.post(RELEASES, EARLY)

    assert answer.problem[0] == 422
    assert [(one["rule"], one["clause"], one["required"]) for one in answer.json["breaches"]] == [
        ("acceptance_notice", "SLA 3.3", "P2W"),
        ("production_notice", "SLA 3.3", "P1M"),
        ("test_period", "", "P2W"),
    ]
    assert {name for one in answer.json["breaches"] for name in one} == {
        *("rule", "clause", "message", "given", "required", "earliest")
    }
    assert answer.json["breaches"][0]["message"] == (
        "Acceptance on Tue 1 December 2026, 06:00 is too soon: it must be announced 2 weeks ahead (SLA 3.3)."
    )
    assert answer.json["breaches"][0]["earliest"] == "2026-12-07T09:15:00Z"
    assert db.session.scalar(select(func.count(Release.id))) == 0


def test_broken_promises_are_told_in_dutch_to_who_asks_so(planner: Program) -> None:
    answer = planner.post(RELEASES, EARLY, headers={"Accept-Language": "nl"})

    assert answer.json["title"] == "Dit is niet bruikbaar"
    assert answer.json["breaches"][0]["message"].startswith("Acceptatie op di 1 december 2026")


def test_manager_lets_a_promise_pass_with_a_reason(manager: Program) -> None:
    answer = manager.post(RELEASES, EARLY | {"waiver": {"reason": "Dringend"}})

    assert answer.status == 201
    assert {(one["rule"], one["reason"], one["waived_by"]) for one in answer.json["waivers"]} == {
        (rule, "Dringend", "token manager") for rule in ("acceptance_notice", "production_notice", "test_period")
    }


def test_reason_of_a_program_is_in_both_languages(manager: Program) -> None:
    for lacks in ("nl", "en"):
        half = {"nl": "Dringend", "en": "Urgent"} | {lacks: " "}
        answer = manager.post(RELEASES, EARLY | {"waiver": {"reason": half}})
        assert (answer.status, list(answer.wrong)) == (422, [f"waiver.reason.{lacks}"])
    for wrong in (5, None, ["Dringend"], {"nl": "Dringend"}, {"nl": "x" * 1001, "en": "Urgent"}):
        assert manager.post(RELEASES, EARLY | {"waiver": {"reason": wrong}}).status == 422

    reason = {"nl": "Dringend", "en": "Urgent"}
    (waiver, *_others) = manager.post(RELEASES, EARLY | {"waiver": {"reason": reason}}).json["waivers"]
    assert (waiver["reason"], waiver["reason_words"]) == ("Dringend", reason)
    found = manager.get("/notices?state=planned").json["items"][0]
    assert (found["waiver"], found["waiver_words"]) == ("Dringend", reason)


def test_fifth_release_of_a_year_and_a_version_that_exists_are_conflicts(planner: Program, planned: World) -> None:
    for number in range(1, 5):
        planned_release(planned.product, f"2027.{number}", "2027-01-18T06:00", f"2027-0{number + 1}-08T06:00")

    fifth = planner.post(RELEASES, PLAN | {"version": "2027.5", "production_at": "2027-11-08T06:00"})
    assert fifth.problem == (409, "2027 has its four releases, which is the most there may be (SLA 3.3).")
    assert [one["rule"] for one in fifth.json["breaches"]] == ["release_budget"]
    same = planner.post(RELEASES, PLAN | {"production_at": "2028-11-08T06:00"})
    assert same.problem == (409, "There is a release 2027.1 already.")
    assert same.wrong == {"version": "There is a release 2027.1 already."}


def test_check_says_the_same_and_writes_nothing(planner: Program, planned: World) -> None:
    good, early = planner.post(f"{RELEASES}/check", PLAN), planner.post(f"{RELEASES}/check", EARLY)

    assert (good.status, early.status) == (200, 200)
    assert good.json == {
        "keeps_promises": True,
        "slot": {"year": 2027, "number": 1},
        "breaches": [],
        "clashes": [],
        "earliest": {"acceptance_at": "2027-01-18T05:00:00Z", "production_at": "2027-02-08T05:00:00Z"},
        "mailed": {"tenants": 2, "contacts": 3, "without_contact": 0},
        "losing_support": [],
    }
    assert early.json["keeps_promises"] is False
    assert early.json["breaches"] == planner.post(RELEASES, EARLY).json["breaches"]
    assert early.json["earliest"] == {"acceptance_at": "2026-12-08T05:00:00Z", "production_at": "2026-12-24T05:00:00Z"}
    assert db.session.scalar(select(func.count(Release.id))) == 0


def test_check_names_tenants_that_would_drop_out_of_support(
    planner: Program, planned: World, clock: time_machine.Traveller
) -> None:
    for version, acceptance, production in (
        ("2026.3", "2026-12-10T06:00", "2026-12-28T06:00"),
        ("2026.4", "2026-12-11T06:00", "2026-12-29T06:00"),
    ):
        planned_release(planned.product, version, acceptance, production)
    clock.move_to(NOW + timedelta(days=60))
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.3", None, OPERATOR, NOW + timedelta(days=60))
    report_version(planned.peelrand, EnvironmentKind.PRODUCTION, "2026.4", None, OPERATOR, NOW + timedelta(days=60))

    plan = PLAN | {"acceptance_at": "2027-03-18T06:00", "production_at": "2027-05-18T06:00"}
    assert planner.post(f"{RELEASES}/check", plan).json["losing_support"] == [{"version": "2026.3", "tenants": [BRUG]}]


def test_check_refuses_a_version_that_exists(planner: Program, planned: World) -> None:
    planned_release(planned.product)
    assert planner.post(f"{RELEASES}/check", PLAN).problem == (409, "There is a release 2027.1 already.")


def test_list_is_filtered_by_year_and_state(manager: Program, planned: World) -> None:
    first = planned_release(planned.product)
    second = planned_release(planned.product, "2028.1", "2028-01-18T06:00", "2028-02-08T06:00")
    manager.post(f"/releases/{first.id}/cancel")

    def versions(query: str) -> list[str]:
        return [one["version"] for one in manager.get(f"{RELEASES}{query}").json["items"]]

    assert versions("") == [second.version, first.version]
    assert versions("?year=2028") == [second.version]
    assert versions("?state=cancelled") == [first.version]
    assert versions("?state=planned&year=2027") == []


def test_states_follow_the_dates(manager: Program, planned: World, clock: time_machine.Traveller) -> None:
    release = planned_release(planned.product)
    found = []
    for moment in ("2027-01-18T04:59:59Z", "2027-01-18T05:00:00Z", "2027-02-08T05:00:00Z"):
        clock.move_to(moment)
        state = manager.get(f"/releases/{release.id}").json["state"]
        assert [one["id"] for one in manager.get(f"{RELEASES}?state={state}").json["items"]] == [release.id]
        found.append(state)
    assert found == ["planned", "acceptance", "production"]


def test_change_moves_and_renames_in_one_step(planner: Program, planned: World) -> None:
    release = planned_release(planned.product)

    answer = planner.ask(
        "PATCH",
        f"/releases/{release.id}",
        {"production_at": "2027-02-15T06:00", "title": {"nl": "Nog sneller", "en": "Faster still"}},
        match='"1.0"',
    )

    assert (answer.status, answer.headers["ETag"]) == (200, '"2.1"')
    assert answer.json["production"]["planned_at"] == "2027-02-15T05:00:00Z"
    assert answer.json["acceptance"]["planned_at"] == "2027-01-18T05:00:00Z"
    assert answer.json["title"] == {"nl": "Nog sneller", "en": "Faster still"}


def test_change_asks_nothing_of_a_title_that_it_leaves(planner: Program, planned: World) -> None:
    """An import may bring a title in one language alone."""
    release = planned_release(planned.product)
    release.title_en = ""
    db.session.commit()
    path = f"/releases/{release.id}"
    moved = planner.ask("PATCH", path, {"production_at": "2027-02-15T06:00"}, match='"1.0"')
    assert (moved.status, moved.json["title"]) == (200, {"nl": "Sneller zoeken", "en": ""})
    sent = {"acceptance_at": "never", "title": {"nl": "Nog sneller", "en": " "}}
    refused = planner.ask("PATCH", path, sent, match='"2.0"')
    assert (refused.status, set(refused.wrong)) == (422, {"acceptance_at", "title.en"})


def test_refused_change_changes_nothing_of_it(planner: Program, planned: World) -> None:
    release = planned_release(planned.product)
    before = planner.get(f"/releases/{release.id}").json
    for change in (
        {"production_at": "2026-12-01T06:00", "title": {"nl": "a", "en": "b"}},
        {"production_at": "2027-02-15T06:00", "title": {"nl": "a" * 300, "en": "b"}},
    ):
        assert planner.ask("PATCH", f"/releases/{release.id}", change, match='"1.0"').problem[0] == 422
        assert planner.get(f"/releases/{release.id}").json == before


def test_cancelled_release_frees_its_slot(manager: Program, planned: World) -> None:
    release = planned_release(planned.product)

    answer = manager.post(f"/releases/{release.id}/cancel")

    assert (answer.status, answer.json["state"], answer.json["slot"]) == (200, "cancelled", None)
    assert manager.post(f"/releases/{release.id}/cancel").problem == (422, "This release was cancelled before.")


MOMENTS = [
    ("2027-01-18", "acceptance_at"),
    ("nonsense", "acceptance_at"),
    ("2027-03-28T02:30", "acceptance_at"),
    ("2027-01-18T06:00\0", "acceptance_at"),
    ("0001-01-01T00:00", "acceptance_at"),
    ("9999-12-31T23:59", "acceptance_at"),
    ("2027-01-18T06:00+99:00", "acceptance_at"),
    ("2020-01-18T06:00", "acceptance_at"),
]


@pytest.mark.parametrize(("moment", "field"), MOMENTS)
def test_moments_that_cannot_be_are_refused_by_name(planner: Program, moment: str, field: str) -> None:
    answer = planner.post(RELEASES, PLAN | {field: moment})

    assert answer.problem[0] == 422
    assert list(answer.wrong) == [field]


def test_moments_without_offset_are_on_the_products_clock(planner: Program) -> None:
    plain = planner.post(f"{RELEASES}/check", PLAN | {"production_at": "2027-07-08T06:00"}).json["earliest"]
    offset = planner.post(f"{RELEASES}/check", PLAN | {"production_at": "2027-07-08T06:00:00+05:00"}).json["earliest"]
    assert plain["production_at"] == "2027-07-08T04:00:00Z"
    assert offset["production_at"] == "2027-07-08T01:00:00Z"
