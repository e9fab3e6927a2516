"""What all calls share: revisions, pages, pace, and refusals in words."""

import json
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from schedules.notices import Notice
from storage import db
from tests.api.asking import MAINTENANCE, PLAN, RELEASES, TOLD, WINDOW
from tests.api.conftest import BRUG, PEELRAND, Answer, Program
from tests.at_once import at_once
from tests.planning import counted_queries, in_use, planned_release, planned_window
from tests.world import NOW, World, both_databases, make_tenant

VERSION = {"version": " ", "installed_at": "soon"}
CHANGES = [
    ("release", {"title": {"nl": "a", "en": "b"}}, {"title": {"nl": "c", "en": "d"}}),
    ("maintenance", {"ends_at": "2026-12-16T03:00"}, {"ends_at": "2026-12-16T04:00"}),
    ("tenant", {"name": "De Brug Oost"}, {"name": "De Brug West"}),
]


@pytest.mark.parametrize(("what", "first", "second"), CHANGES, ids=[one[0] for one in CHANGES])
def test_change_names_the_state_that_was_read(
    manager: Program, planned: World, what: str, first: object, second: object
) -> None:
    release, window = planned_release(planned.product), planned_window(planned.product)
    path = {
        "release": f"/releases/{release.id}",
        "maintenance": f"/maintenance/{window.id}",
        "tenant": f"/tenants/{BRUG}",
    }[what]
    read = manager.get(path).headers["ETag"]

    assert manager.ask("PATCH", path, first).problem[0] == 428
    done = manager.ask("PATCH", path, first, match=read)
    assert (done.status, done.headers["ETag"] != read) == (200, True)
    assert manager.get(path).headers["ETag"] == done.headers["ETag"]
    for old in (read, f"W/{done.headers['ETag']}", '"x"', "", "nonsense"):
        assert manager.ask("PATCH", path, second, match=old).problem[0] == 412
    assert manager.get(path).json == done.json
    assert manager.ask("PATCH", path, second, match=f'"x", {done.headers["ETag"]}').status == 200
    assert manager.ask("PATCH", path, first, match="*").status == 200


@both_databases
@pytest.mark.parametrize(("what", "change", "_other"), CHANGES, ids=[one[0] for one in CHANGES])
def test_of_changes_at_once_of_the_same_state_one_is_made(
    app: Flask, manager: Program, planned: World, what: str, change: object, _other: object
) -> None:
    release, window = planned_release(planned.product), planned_window(planned.product)
    path = {
        "release": f"/releases/{release.id}",
        "maintenance": f"/maintenance/{window.id}",
        "tenant": f"/tenants/{BRUG}",
    }[what]
    read = manager.get(path).headers["ETag"]

    answers = at_once(app, [lambda: lambda: manager.ask("PATCH", path, change, match=read)] * 3)

    assert sorted(one.status for one in answers if isinstance(one, Answer)) == [200, 412, 412]


@pytest.mark.parametrize("what", ["releases", "maintenance"])
def test_cancelling_heeds_the_state_where_it_is_named(manager: Program, planned: World, what: str) -> None:
    change = planned_release(planned.product) if what == "releases" else planned_window(planned.product)
    assert manager.post(f"/{what}/{change.id}/cancel", match='"9.9"').problem[0] == 412
    etag = manager.get(f"/{what}/{change.id}").headers["ETag"]
    assert manager.post(f"/{what}/{change.id}/cancel", match=etag).status == 200


def test_lists_come_in_pages_with_their_total(manager: Program, planned: World) -> None:
    for number in range(5):
        make_tenant(planned.product, f"tenant-{number}")
    pages = [manager.get(f"/tenants?page={page}&per_page=3").json for page in (1, 2, 3, 4)]

    assert [len(page["items"]) for page in pages] == [3, 3, 1, 0]
    assert {(page["total"], page["per_page"]) for page in pages} == {(7, 3)}
    assert [page["page"] for page in pages] == [1, 2, 3, 4]
    assert len({one["slug"] for page in pages for one in page["items"]}) == 7


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "per_page=201", "per_page=-1", "page=1&page=2", "colour=red", "page=99999999999"]
)
def test_filters_that_cannot_be_are_refused_by_name(manager: Program, query: str) -> None:
    answer = manager.get(f"/tenants?{query}")
    assert answer.problem[0] == 422
    assert list(answer.wrong) == [query.partition("=")[0]]


@both_databases
@pytest.mark.parametrize("query", ["product=%00", "tenant=x%00", "version=%00", "words=%00"])
def test_filters_hold_what_databases_take(manager: Program, query: str) -> None:
    path = "/notices" if query.startswith("tenant") else "/tenants"
    assert manager.get(f"{path}?{query}").problem[0] == 422


@pytest.mark.parametrize("what", ["plan", "check", "move", "window", "window-move", "patch", "version", "wave", "told"])
def test_all_that_cannot_be_read_is_told_at_once(manager: Program, planned: World, what: str) -> None:
    """Dates with the other values: a program that mends what it was told has nothing more to mend."""
    release, window = in_use(planned_release(planned.product)), planned_window(planned.product)
    two = {"acceptance_at": "soon", "production_at": "2027-03-28T02:30"}
    times = {"starts_at": "soon", "ends_at": "2027-02-30T06:00"}
    half = {"title": {"nl": "a", "en": ""}}
    patch = {"release": "2030.1", "version": "2027.1.1", "urgent": False, "notes": {"nl": "", "en": ""}}
    own = {"kind": "production", "planned_at": "soon", "tenants": ["nobody"], "name": "", "reason": "r"}
    notice = db.session.scalars(select(Notice)).first()
    assert notice is not None
    path, method, sent, wrong = {
        "plan": (RELEASES, "POST", PLAN | two | half, [*two, "title.en"]),
        "check": (f"{RELEASES}/check", "POST", PLAN | two | half, [*two, "title.en"]),
        "move": (f"/releases/{release.id}", "PATCH", two | half, [*two, "title.en"]),
        "window": (MAINTENANCE, "POST", WINDOW | times | {"reference": " "}, [*times, "reference"]),
        "window-move": (f"/maintenance/{window.id}", "PATCH", times, [*times]),
        "patch": ("/products/inconto/patches", "POST", patch | {"deployed_at": "soon"}, ["deployed_at", "release"]),
        "version": (f"/tenants/{BRUG}/environments/production/version", "PUT", VERSION, ["installed_at", "version"]),
        "wave": (f"/releases/{release.id}/waves", "POST", own, ["planned_at", "tenants", "name"]),
        "told": (f"/notices/{notice.id}/told", "POST", TOLD | {"at": "soon", "contact": " "}, ["at", "contact"]),
    }[what]
    answer = manager.ask(method, path, sent, match="*")
    assert (answer.problem[0], [*answer.wrong]) == (422, wrong)


@pytest.mark.parametrize("year", ["1999", "2200", "-14821474013010908908879872", "9" * 5000])
def test_years_are_those_of_releases(manager: Program, year: str) -> None:
    assert list(manager.get(f"{RELEASES}?year={year}").wrong) == ["year"]


LISTS = [RELEASES, MAINTENANCE, "/products/inconto/patches", "/announcements", "/notices", "/tenants", "/products"]


@pytest.mark.parametrize("path", LISTS)
def test_list_asks_the_database_the_same_for_one_and_for_many(manager: Program, planned: World, path: str) -> None:
    def add(number: int) -> None:
        dates = "2027-01-18T06:00", f"2027-0{number + 1}-08T06:00"
        in_use(planned_release(planned.product, f"2027.{number}", *dates))
        planned_window(planned.product, reference=f"M-{number}", tenants=(BRUG,))
        urgent = {"kind": "urgent", "product": "inconto", "subject": {"nl": f"{number}", "en": "x"}}
        manager.post("/announcements", urgent | {"markdown": {"nl": "a", "en": "b"}})
        patch = {"release": f"2027.{number}", "version": f"2027.{number}.1", "urgent": False}
        patch |= {"deployed_at": "2026-11-23T09:30", "notes": {"nl": "a", "en": "b"}}
        assert manager.post("/products/inconto/patches", patch).status == 201
        make_tenant(planned.product, f"tenant-{number}", production_notice="P5W")

    add(1)
    manager.get(path)
    with counted_queries() as few:
        assert manager.get(path).status == 200
    add(2)
    add(3)
    with counted_queries() as many:
        assert manager.get(path).status == 200
    assert len(many) == len(few)


def test_pace_is_told_and_kept(app: Flask, manager: Program, clock: time_machine.Traveller) -> None:
    app.config["API_RATE"] = 2
    answers = [manager.get("/products") for _time in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 429]
    assert [answer.headers["RateLimit"] for answer in answers] == [
        '"minute";r=1;t=60',
        '"minute";r=0;t=60',
        '"minute";r=0;t=60',
    ]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"minute";q=2;w=60'}
    assert answers[2].headers["Retry-After"] == "60"
    assert answers[2].problem == (429, "That is more than 2 requests in a minute. Ask again in 60 seconds.")
    clock.move_to(NOW + timedelta(seconds=60))
    assert manager.get("/products").status == 200


def test_without_a_limit_nothing_is_counted(app: Flask, manager: Program) -> None:
    app.config["API_RATE"] = 0
    assert "RateLimit" not in manager.get("/products").headers


def test_calendars_are_never_slowed(app: Flask, planned: World) -> None:
    app.config["API_RATE"] = 1
    assert [app.test_client().get("/feeds/unknown.ics").status_code for _time in range(4)] == [404] * 4


BODIES = [
    (b"", 400),
    (b"{", 400),
    (b"nonsense", 400),
    (b"\xff\xfe", 400),
    (b"[" * 100_000, 400),
    (b'{"version": "\\ud800"}', 400),
    (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400),
    (b"null", 422),
    (b"[]", 422),
    (b"1e999", 422),
    (b"9" * 5000, 400),
    (json.dumps(PLAN | {"version": 5}).encode(), 422),
    (json.dumps(PLAN | {"colour": "red"}).encode(), 422),
    (json.dumps(PLAN | {"acceptance_at": 0}).encode(), 422),
    (json.dumps(PLAN | {"title": "x"}).encode(), 422),
    (json.dumps(PLAN | {"title": {"nl": "x" * 1_000_000, "en": ""}}).encode(), 422),
    (json.dumps(PLAN | {"version": "2027.\0001"}).encode(), 422),
    (json.dumps(PLAN | {"version": "../../etc/passwd"}).encode(), 422),
    (b'{"version":"' + b"x" * 3_000_000 + b'"}', 413),
]


@pytest.mark.parametrize(("body", "status"), BODIES, ids=range(len(BODIES)))
def test_bodies_that_are_nonsense_are_refused(manager: Program, body: bytes, status: int) -> None:
    assert manager.post(RELEASES, body=body).problem[0] == status


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_body_says_that_it_is_json(manager: Program, kind: str) -> None:
    answer = manager.post(RELEASES, body=json.dumps(PLAN).encode(), content_type=kind)
    assert answer.problem == (415, "Send JSON, and say so: Content-Type: application/json.")


def test_addresses_that_are_not_there_are_told_to_programs_as_such(manager: Program, anybody: Program) -> None:
    for path in (
        "/nothing",
        "/releases/0",
        "/releases/99999999999",
        "/releases/x",
        "/tenants/%00",
        f"/tenants/{'x' * 500}",
    ):
        assert manager.get(path).problem == (404, "There is nothing at this address, or it is not yours to see.")
    # A number that no row has is no other method's affair.
    assert manager.ask("PATCH", "/releases/99999999999", {}, match="*").problem[0] == 404
    wrong = anybody.ask("DELETE", "/tenants")
    assert wrong.problem == (405, "This address does not take DELETE. It takes: GET, HEAD, POST.")
    assert wrong.headers["Allow"].replace(" ", "").split(",").sort() == ["GET", "HEAD", "POST"].sort()


def test_missing_and_unknown_fields_are_named(manager: Program) -> None:
    answer = manager.post(RELEASES, {"version": "2027.1", "title": {"nl": "a"}, "colour": "red"})

    assert answer.wrong == {
        "title.en": "Fill this in.",
        "acceptance_at": "Fill this in.",
        "production_at": "Fill this in.",
        "colour": "There is no such field here.",
    }


def test_what_broke_is_no_page(app: Flask, manager: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr("entrypoints.api.products.page_of", None)
    assert manager.get("/products").problem[0] == 500


def test_windows_are_planned_moved_and_listed(manager: Program) -> None:
    answer = manager.post(MAINTENANCE, WINDOW)
    assert (answer.status, answer.json["state"]) == (201, "planned")
    assert answer.json["environments"] == ["acceptance", "production"]
    assert answer.json["announce_by"] == "2026-11-28T20:00:00Z"
    path = answer.headers["Location"].removeprefix("/api/v1")
    moved = manager.ask("PATCH", path, {"starts_at": "2026-12-05T20:00"}, match=answer.headers["ETag"])
    assert moved.json["starts_at"] == "2026-12-05T19:00:00Z"
    assert manager.post(MAINTENANCE, WINDOW).problem == (409, "There is maintenance with this reference already.")
    assert manager.post(f"{path}/cancel").json["state"] == "cancelled"
    assert [one["reference"] for one in manager.get(f"{MAINTENANCE}?state=cancelled").json["items"]] == ["M-1"]
    assert manager.get(f"{MAINTENANCE}?state=planned").json["total"] == 0


def test_window_that_comes_too_soon_asks_why(manager: Program) -> None:
    soon = WINDOW | {"starts_at": "2026-11-25T12:00", "ends_at": "2026-11-25T13:00"}
    answer = manager.post(MAINTENANCE, soon)
    assert [one["rule"] for one in answer.json["breaches"]] == ["maintenance_notice", "service_hours"]
    assert manager.post(MAINTENANCE, soon | {"waiver": {"reason": "Lek"}}).json["waivers"][0]["reason"] == "Lek"


def test_window_of_more_than_two_days_must_say_that_it_is_meant(manager: Program) -> None:
    long = WINDOW | {"ends_at": "2027-12-06T02:00", "waiver": {"reason": "A new hall"}}
    answer = manager.post(MAINTENANCE, long)
    assert (answer.status, answer.wrong["ends_at"].split(".")[0]) == (
        422,
        "Until Mon 6 December 2027, 02:00 is 365 days and 5 hours of maintenance",
    )
    planned = manager.post(MAINTENANCE, long | {"long_is_meant": True})
    assert planned.status == 201

    path = f"/maintenance/{planned.json['id']}"
    change = {"starts_at": "2026-12-06T21:00", "waiver": {"reason": "A new hall"}}
    assert manager.ask("PATCH", path, change, match='"1"').status == 422
    assert manager.ask("PATCH", path, change | {"long_is_meant": True}, match='"1"').status == 200


def test_window_for_some_tenants_names_them(manager: Program, planned: World) -> None:
    make_tenant(planned.product, "elsewhere", maintenance_notice="P3W")
    answer = manager.post(MAINTENANCE, WINDOW | {"tenants": [PEELRAND, BRUG, BRUG]})
    assert answer.json["tenants"] == [PEELRAND, BRUG]
    # Of whom it does not touch, no agreement counts.
    assert answer.json["strictest"]["tenants"] == []
    unknown = manager.post(MAINTENANCE, WINDOW | {"reference": "M-2", "tenants": ["nobody"]})
    assert unknown.wrong == {"tenants": "There is no tenant nobody."}
