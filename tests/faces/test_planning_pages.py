"""Releases, maintenance and notes as they are planned, moved, cancelled and told from the pages."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update

from announcements.services import announce_due
from evidence.actors import Role
from release_notes.models import ReleaseNote
from schedules.models import MaintenanceWindow, Notice, Patch, Release, Waiver
from schedules.releases import move_release
from storage import db
from tests.faces.pages import Form, Page, Reader, everything
from tests.planning import ACCEPTANCE, PRODUCTION, planned_release, planned_window
from tests.world import MANAGER, NOW, World, both_databases, local, make_user

NEW = "/planner/releases/new"
RIGHT: Form = {
    "version": "2027.1",
    "title_nl": "Sneller zoeken",
    "title_en": "Faster search",
    "acceptance_at": ACCEPTANCE,
    "production_at": PRODUCTION,
    "step": "plan",
}
EARLY: Form = RIGHT | {"acceptance_at": "2026-12-01T06:00", "production_at": "2026-12-10T06:00"}
# The first days at six o'clock that are two weeks and a month ahead of 23 November, 10:00.
OFFERED = "2026-12-08T06:00|2026-12-24T06:00"

MAINTENANCE = "/planner/maintenance/new"
WINDOW: Form = {
    "reference": "M-2026-1",
    "starts_at": "2026-12-05T21:00",
    "ends_at": "2026-12-06T02:00",
    "environments": ["acceptance", "production"],
    "impact": "DEGRADED",
    "reason_nl": "Nieuwe databaseserver",
    "reason_en": "New database server",
    "step": "plan",
}
LONG = " ".join(["Donaudampfschifffahrt" * 15] * 30)


def the_release() -> Release:
    return db.session.scalars(select(Release).order_by(Release.id.desc()).limit(1)).one()


def the_window() -> MaintenanceWindow:
    return db.session.scalars(select(MaintenanceWindow)).one()


def count(kind: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def announced(release: Release, moment: str = "2026-11-23T10:00") -> None:
    """Everything about a release has been told."""
    db.session.execute(update(Notice).where(Notice.release_id == release.id).values(announce_at=local(moment)))
    db.session.commit()
    announce_due(local(moment))


# Planning a release


def test_release_too_early_is_refused_with_the_dates_that_would_do(planner: Reader) -> None:
    before = everything()
    page = planner.post(NEW, EARLY)
    assert page.status == 422
    assert set(page.wrong) == {"acceptance_at", "production_at"}
    for field, given, period in (
        ("acceptance_at", "Tue 1 December 2026, 06:00", "2 weeks"),
        ("production_at", "Thu 10 December 2026, 06:00", "1 month"),
    ):
        assert given in page.wrong[field]
        assert f"{period} ahead (SLA 3.3)" in page.wrong[field]
    assert "Mon 7 December 2026, 10:15, Amsterdam time (UTC+1)" in page.wrong["acceptance_at"]
    assert "Tue 8 December 2026, 06:00" in page.alerts[0]
    assert "Thu 24 December 2026, 06:00" in page.alerts[0]
    assert (page.value("acceptance_at"), page.value("production_at")) == ("2026-12-01T06:00", "2026-12-10T06:00")
    assert page.value("use") == OFFERED
    assert everything() == before


def test_offered_dates_are_laid_in_and_then_taken(planner: Reader) -> None:
    refused = planner.post(NEW, EARLY)
    form = {name: value for name, value in EARLY.items() if name != "step"}
    laid_in = planner.post(NEW, form | {"use": refused.value("use")})
    assert (laid_in.status, laid_in.wrong, laid_in.alerts) == (200, {}, [])
    assert (laid_in.value("version"), laid_in.value("title_en")) == ("2027.1", "Faster search")
    dates = {name: laid_in.value(name) for name in ("acceptance_at", "production_at")}
    assert dates == {"acceptance_at": "2026-12-08T06:00", "production_at": "2026-12-24T06:00"}
    assert count(Release) == 0
    # The reader takes a while to press the button.
    with time_machine.travel(NOW + timedelta(minutes=14), tick=False):
        page = planner.post(NEW, EARLY | dates)
    assert page.location == f"/planner/releases/{the_release().id}"
    assert the_release().acceptance_at == local("2026-12-08T06:00")


def test_offer_from_the_language_of_the_reader_is_the_same(app: Flask, planned: World) -> None:
    page = Reader(app, "planner@vendor.example", language="nl").post(NEW, EARLY)
    assert page.value("use") == OFFERED
    assert "(SLA 3.3)" in page.wrong["production_at"]
    assert "do 10 december 2026" in page.wrong["production_at"]


def test_release_that_keeps_every_promise_is_planned(planner: Reader) -> None:
    page = planner.post(NEW, RIGHT)
    release = the_release()
    assert page.location == f"/planner/releases/{release.id}"
    assert (release.version, release.title_nl, release.title_en) == ("2027.1", "Sneller zoeken", "Faster search")
    assert (release.acceptance_at, release.production_at) == (local(ACCEPTANCE), local(PRODUCTION))
    assert (release.year, release.slot, release.planned_by) == (2027, 1, "planner@vendor.example")
    shown = planner.follow(page).main
    assert "Mon 18 January 2027, 06:00, Amsterdam time (UTC+1) in 55 days" in shown
    assert "1 of 4 in 2027 (SLA 3.3)" in shown
    # Both of its notices, to two tenants each, with the last moment for each.
    assert "Mon 4 January 2027, 06:00" in shown
    assert "Fri 8 January 2027, 06:00" in shown
    assert count(Notice) == 4


@pytest.mark.parametrize("path", [NEW, MAINTENANCE])
def test_people_to_be_mailed_are_counted_before_the_button(planner: Reader, path: str) -> None:
    page = planner.get(path)
    button = page.html.partition('value="plan">')[2].partition("</button>")[0]
    assert "3 contacts" in button
    assert "2 tenants" in button


def test_dates_are_checked_without_planning(planner: Reader) -> None:
    before = everything()
    page = planner.post(NEW, RIGHT | {"step": "check"})
    assert (page.status, page.wrong) == (200, {})
    assert "Slot 1 of 2027" in page.main
    assert planner.post(NEW, EARLY | {"step": "check"}).status == 422
    assert everything() == before


QUARTERS = [
    ("2027.1", "2027-01-11T06:00", "2027-02-08T06:00"),
    ("2027.2", "2027-04-12T06:00", "2027-05-10T06:00"),
    ("2027.3", "2027-07-12T06:00", "2027-08-09T06:00"),
    ("2027.4", "2027-10-11T06:00", "2027-11-08T06:00"),
]


def fill_the_year(planned: World) -> None:
    for version, acceptance, production in QUARTERS:
        planned_release(planned.product, version, acceptance, production)


@pytest.mark.parametrize("role", ["planner", "manager", "admin"])
def test_fifth_release_of_a_year_is_refused_whoever_asks(app: Flask, planned: World, role: str) -> None:
    fill_the_year(planned)
    reader = Reader(app, f"{role}@vendor.example")
    before = everything()
    fifth = RIGHT | {
        "version": "2027.5",
        "acceptance_at": "2027-11-15T06:00",
        "production_at": "2027-12-13T06:00",
        "waiver_reason": "Because I say so",
    }
    page = reader.post(NEW, fifth)
    assert page.status == 422
    assert page.wrong["production_at"].startswith(
        "2027 has its four releases, which is the most there may be (SLA 3.3)"
    )
    assert page.value("use") == "2027-11-15T06:00|2028-01-01T06:00"
    assert everything() == before


def test_production_on_new_years_eve_counts_in_the_local_year(planner: Reader, planned: World) -> None:
    fill_the_year(planned)
    # Half past midnight in Amsterdam is still the old year in UTC.
    form = RIGHT | {"version": "2028.1", "acceptance_at": "2027-12-06T06:00", "production_at": "2028-01-01T00:30"}
    assert planner.post(NEW, form).status == 302
    assert (the_release().year, the_release().slot) == (2028, 1)


def test_waiver_is_a_managers(planner: Reader, manager: Reader) -> None:
    reason = "The ministry asks for it"
    refused = planner.post(NEW, EARLY | {"waiver_reason": reason})
    assert refused.status == 422
    assert 'name="waiver_reason"' not in refused.html
    assert (count(Release), count(Waiver)) == (0, 0)

    offered = manager.post(NEW, EARLY)
    assert offered.status == 422
    assert offered.value("waiver_reason") == ""
    page = manager.post(NEW, EARLY | {"waiver_reason": reason})
    assert page.status == 302
    waivers = db.session.scalars(select(Waiver).order_by(Waiver.id)).all()
    assert [(one.rule, one.clause, one.reason, one.waived_by) for one in waivers] == [
        (rule, clause, reason, "manager@vendor.example")
        for rule, clause in (("acceptance_notice", "SLA 3.3"), ("production_notice", "SLA 3.3"), ("test_period", ""))
    ]
    assert manager.follow(page).main.count(reason) == 3


def test_waiver_is_needed_to_be_seen(manager: Reader) -> None:
    assert 'name="waiver_reason"' not in manager.get(NEW).html
    assert 'name="waiver_reason"' not in manager.post(NEW, RIGHT | {"step": "check"}).html


def test_reason_of_spaces_waives_nothing(manager: Reader) -> None:
    assert manager.post(NEW, EARLY | {"waiver_reason": " \u200b\u202e\n "}).status == 422
    assert count(Release) == 0


def test_enter_in_a_field_plans_and_lays_nothing_in(planner: Reader) -> None:
    """A browser sends the first button of a form at Enter: it must be the one that the page is about."""
    page = planner.post(NEW, EARLY)
    form = page.html.partition('<form class="fields"')[2].partition("</form>")[0]
    first = next(button for button in re.findall(r"<button[^>]*>", form) if 'type="submit"' in button)
    assert re.search(r'name="step"\s+value="plan"', first)


# Nonsense

MOMENTS = [
    "",
    "   ",
    "nonsense",
    "2026-02-30T06:00",
    "2027-02-29T06:00",
    "2027-13-01T06:00",
    "2027-01-18T24:01",
    "2027-01-18T25:00",
    "2027-01-18",
    "06:00",
    "18-01-2027 06:00",
    "0000-01-01T00:00",
    "0001-01-01T00:00",
    "1999-12-31T23:59",
    "9999-12-31T23:59",
    "2200-01-01T06:00",
    "99999-01-01T06:00",
    "-2027-01-18T06:00",
    "2027-01-18T06:00+99:00",
    "2027-01-18\0T06:00",
    "２０２７-01-18T06:00",
    "2027-01-18T06:00; DROP TABLE release",
    "<script>alert(1)</script>",
    "💥",
    "1e400",
    "NaN",
    # The clock goes forward over this half hour.
    "2027-03-28T02:30",
    # It has passed.
    "2026-11-23T09:59",
    "2020-01-01T06:00",
]
VERSIONS = [
    "",
    "  ",
    "2027",
    "2027.",
    ".1",
    "2027.1.2.3.4",
    "v2027.1",
    "2027.1-rc1",
    "-2027.1",
    "2027,1",
    "２０２７.１",
    "٢٠٢٧.١",
    "2027.1<script>",
    "2027.9999999",
    "2027.1\u202e",
    "2027.\0001",
    "x" * 300,
    "%s%n",
    "../../etc/passwd",
    "💥",
]
TITLES = ["x" * 201, LONG]

RELEASE_NONSENSE = [
    *(("acceptance_at", value, "acceptance_at") for value in MOMENTS),
    *(("production_at", value, "production_at") for value in MOMENTS),
    *(("version", value, "version") for value in VERSIONS if value != "2027.1\u202e"),
    *(("title_nl", value, "title_nl") for value in TITLES),
    *(("title_en", value, "title_en") for value in TITLES),
    ("waiver_reason", "x" * 1001, "waiver_reason"),
    # Production before acceptance, and at the same moment.
    ("production_at", "2027-01-11T06:00", "production_at"),
    ("production_at", ACCEPTANCE, "production_at"),
]


@both_databases
def test_nonsense_in_a_release_is_told_at_its_field_and_writes_nothing(manager: Reader) -> None:
    before = everything()
    for field, value, wrong in RELEASE_NONSENSE:
        page = manager.post(NEW, RIGHT | {field: value})
        # The field for a reason is there where a reason can help; elsewhere it is told above the form.
        told = list(page.wrong) or [wrong] * bool(page.alerts)
        assert (page.status, told) == (422, [wrong]), (field, value)
    assert everything() == before


ODD_FORMS: list[Form] = [
    {},
    {"step": "plan"},
    {"step": "nonsense"},
    {name: [value, value] for name, value in RIGHT.items()} | {"version": ["", "2027.1"]},
    {f"{name}[]": value for name, value in RIGHT.items()},
    {f"{name}[0][$ne]": value for name, value in RIGHT.items()},
    RIGHT | {"use": "nonsense|2027"},
    RIGHT | {"use": "|"},
]
FILES: list[Form] = [
    RIGHT | {"version": b"2027.1"},
    RIGHT | {"acceptance_at": b"\xff\xfe"},
    RIGHT | {"production_at": b""},
]


@both_databases
def test_forms_of_another_shape_are_refused(manager: Reader) -> None:
    before = everything()
    for form in ODD_FORMS:
        page = manager.post(NEW, form)
        assert (page.status, bool(page.wrong)) == (422, True), form
    for form in FILES:
        page = manager.upload(NEW, form)
        assert (page.status, bool(page.wrong)) == (422, True), form
    for field in ("version", "acceptance_at"):
        body = "&".join(f"{name}={value}" for name, value in (RIGHT | {field: "%FF%FE%C0%80"}).items())
        page = manager.send(NEW, body.encode())
        assert (page.status, set(page.wrong)) == (422, {field})
    for body in ("{}", "[1]", '{"version": [1]}', "nonsense", ""):
        assert manager.send(NEW, body.encode(), "application/json").status == 415
        assert manager.send("/logout", body.encode(), "application/json").status == 415
    assert manager.send(NEW, b"nonsense", "multipart/form-data").status in {400, 422}
    assert everything() == before


@both_databases
@pytest.mark.parametrize(
    "title",
    ["🚀 <b>Sneller</b> & 'veilig' \"zo\" {{ 7 * 7 }} %(x)s", "\u202eneleoz\u202c\0 \u2028x", "עברית", "x" * 200],
)
def test_odd_title_is_shown_as_it_was_typed(manager: Reader, title: str) -> None:
    page = manager.post(NEW, RIGHT | {"title_en": title})
    assert page.status == 302
    written = the_release().title_en
    assert not {"\0", "\u202e", "\u2028"} & set(written)
    page = manager.follow(page)
    assert written in page.main
    assert "<b>Sneller" not in page.html
    assert written in manager.get("/planner/releases").main


BODY = b"version=" + b"x" * (40 * 1024 * 1024)


@pytest.mark.parametrize("path", [NEW, MAINTENANCE, "/planner/tenants/new", "/login", "/reset", "/language/nl"])
def test_forty_megabytes_are_too_much(manager: Reader, anybody: Reader, path: str) -> None:
    reader = manager if path.startswith("/planner") else anybody
    page = reader.send(path, BODY)
    assert page.status == 413
    assert "more than 2 MB" in page.main


def test_forty_megabytes_in_a_file_are_too_much(manager: Reader) -> None:
    assert manager.upload(NEW, RIGHT | {"file": BODY}).status == 413


def test_thousands_of_fields_are_too_much(manager: Reader) -> None:
    before = everything()
    page = manager.post(NEW, RIGHT | {f"field{number}": "x" for number in range(20_000)})
    assert page.status in {302, 413}
    many = RIGHT | {f"field{number}": "x" for number in range(2_000)} | {"version": "2027.2"}
    assert manager.upload(NEW, many).status == 413
    assert page.status == 302 or everything() == before


HUGE = "999999999999999999999"
ADDRESSES = [
    ("/planner/?product=nonsense", 404),
    ("/planner/?product=", 200),
    ("/planner/?product=%00", 404),
    ("/planner/?product=inconto&product=other", 200),
    ("/planner/?product[]=inconto", 200),
    (f"/planner/?product={'x' * 5000}", 404),
    (f"/planner/?year={HUGE}", 200),
    ("/planner/?year=-1", 200),
    ("/planner/?year=0001", 200),
    ("/planner/?year=9999", 200),
    ("/planner/?year=2000", 200),
    ("/planner/?year=2199", 200),
    ("/planner/?year=٢٠٢٧", 200),
    (f"/planner/?year={'9' * 5000}", 200),
    ("/planner/nonsense", 404),
    (f"/planner/releases/{HUGE}", 404),
    ("/planner/releases/2147483647", 404),
    ("/planner/releases/2147483648", 404),
    ("/planner/releases/0", 404),
    ("/planner/releases/-1", 404),
    ("/planner/releases/1.5", 404),
    ("/planner/releases/1%00", 404),
    ("/planner/releases/nonsense", 404),
    (f"/planner/releases/{HUGE}/move", 404),
    (f"/planner/releases/{HUGE}/cancel", 404),
    (f"/planner/releases/{HUGE}/notes/nl", 404),
    (f"/planner/releases/{HUGE}/notes/publish", 404),
    ("/planner/releases/1/notes/de", 404),
    ("/planner/releases/1/notes/NL", 404),
    ("/planner/releases/new?product=nonsense", 404),
    (f"/planner/maintenance/{HUGE}", 404),
    (f"/planner/maintenance/{HUGE}/move", 404),
    (f"/planner/maintenance/{HUGE}/cancel", 404),
    ("/planner/maintenance/-1", 404),
    ("/planner/maintenance/new?product=nonsense", 404),
    (f"/planner/tenants?page={HUGE}", 200),
    ("/planner/tenants?page=-1", 200),
    ("/planner/tenants?page=0", 200),
    ("/planner/tenants?page=nonsense", 200),
    (f"/planner/tenants?page={'9' * 5000}", 200),
    ("/planner/tenants?words=%00", 404),
    ("/planner/tenants?version=%00", 404),
    ("/planner/tenants?words=%25%5F%5C%27%22--", 200),
    ("/planner/tenants?words=%FF%FE", 200),
    ("/planner/tenants?words=%F0%9F%92%A5&environment=nonsense&version=%E2%80%AE", 200),
    (f"/planner/tenants?words={'x' * 5000}", 200),
    ("/planner/tenants/nonsense", 404),
    ("/planner/tenants/%00", 404),
    (f"/planner/tenants/{'x' * 5000}", 404),
    ("/planner/tenants/..%2f..%2fetc", 404),
    (f"/planner/tenants/zorggroep-de-brug/contacts/{HUGE}", 404),
    ("/planner/tenants/zorggroep-de-brug/contacts/0", 404),
    ("/planner/products/nonsense", 404),
    ("/planner/products/%00", 404),
    (f"/mailbox/?page={HUGE}", 200),
    ("/mailbox/?page=-1", 200),
    ("/mailbox/nonsense", 404),
    ("/mailbox/%00", 404),
]


@both_databases
def test_nonsense_in_an_address_finds_nothing(app: Flask, planned: World) -> None:
    planned_release(planned.product)
    admin = Reader(app, "admin@vendor.example")
    assert [(path, admin.get(path).status) for path, _status in ADDRESSES] == ADDRESSES


@both_databases
def test_nonsense_in_an_address_changes_nothing(app: Flask, planned: World) -> None:
    planned_release(planned.product)
    admin = Reader(app, "admin@vendor.example")
    before = everything()
    for path in (
        f"/planner/releases/{HUGE}/announce/production",
        "/planner/releases/1/announce/maintenance",
        f"/planner/releases/{HUGE}/patches",
        f"/planner/releases/{HUGE}/titles",
        f"/planner/maintenance/{HUGE}/announce",
        "/planner/tenants/%00/contacts",
        f"/planner/tenants/zorggroep-de-brug/contacts/{HUGE}/remove",
        f"/planner/tenants/zorggroep-de-brug/contacts/{HUGE}/invite",
        "/planner/tenants/nonsense/calendar",
        "/planner/tenants/nonsense/version",
    ):
        assert admin.post(path).status == 404, path
    assert everything() == before


# Moving and cancelling a release


@pytest.fixture
def release(planned: World) -> Release:
    return planned_release(planned.product)


def path_of(release: Release, verb: str = "") -> str:
    return f"/planner/releases/{release.id}{verb}"


def test_release_is_moved(planner: Reader, release: Release) -> None:
    path = path_of(release, "/move")
    page = planner.get(path)
    assert (page.value("acceptance_at"), page.value("production_at")) == (ACCEPTANCE, PRODUCTION)
    form = {"revision": page.value("revision"), "acceptance_at": ACCEPTANCE, "production_at": "2027-02-15T06:00"}
    assert planner.post(path, form | {"step": "plan"}).location == path_of(release)
    assert (release.production_at, release.revision) == (local("2027-02-15T06:00"), 2)


def test_move_too_early_is_refused_with_dates_that_would_do(planner: Reader, release: Release) -> None:
    before = everything()
    path = path_of(release, "/move")
    form = {"revision": "1", "acceptance_at": "2026-12-01T06:00", "production_at": PRODUCTION}
    page = planner.post(path, form | {"step": "plan"})
    assert (page.status, set(page.wrong)) == (422, {"acceptance_at"})
    assert page.value("use") == f"2026-12-08T06:00|{PRODUCTION}"
    laid_in = planner.post(path, form | {"use": page.value("use")})
    assert (laid_in.status, laid_in.value("acceptance_at")) == (200, "2026-12-08T06:00")
    assert laid_in.value("revision") == "1"
    assert everything() == before


def test_release_that_somebody_else_moved_is_not_moved_again(planner: Reader, release: Release) -> None:
    path = path_of(release, "/move")
    form = {"revision": planner.get(path).value("revision"), "acceptance_at": ACCEPTANCE, "step": "plan"}
    move_release(release, local(ACCEPTANCE), local("2027-02-15T06:00"), MANAGER, NOW, revision=1)
    before = everything()
    page = planner.post(path, form | {"production_at": "2027-02-22T06:00"})
    assert page.status == 422
    assert page.alerts == ["Somebody changed this release since you opened the page. Look again."]
    assert everything() == before


def test_forged_revision_moves_nothing(planner: Reader, release: Release) -> None:
    before = everything()
    for revision in ("", "0", "2", "-1", "nonsense", "1.0", HUGE, "١", "\0"):
        form = {"revision": revision, "acceptance_at": ACCEPTANCE, "production_at": "2027-02-15T06:00", "step": "plan"}
        page = planner.post(path_of(release, "/move"), form)
        assert (page.status, len(page.alerts)) == (422, 1), revision
    assert everything() == before


@both_databases
def test_nonsense_moves_nothing(manager: Reader, release: Release) -> None:
    before = everything()
    form = {"revision": "1", "acceptance_at": ACCEPTANCE, "production_at": PRODUCTION, "step": "plan"}
    for field in ("acceptance_at", "production_at"):
        for value in MOMENTS:
            page = manager.post(path_of(release, "/move"), form | {field: value})
            assert (page.status, list(page.wrong)) == (422, [field]), value
    assert everything() == before


def test_move_is_waived_by_a_manager_only(planner: Reader, manager: Reader, release: Release) -> None:
    path = path_of(release, "/move")
    form = {"revision": "1", "acceptance_at": "2026-12-01T06:00", "production_at": PRODUCTION, "step": "plan"}
    assert planner.post(path, form | {"waiver_reason": "In a hurry"}).status == 422
    assert release.revision == 1
    assert manager.post(path, form | {"waiver_reason": "In a hurry"}).status == 302
    assert [waiver.reason for waiver in release.waivers] == ["In a hurry"]


def test_move_to_the_same_dates_is_none(planner: Reader, release: Release) -> None:
    before = everything()
    form = {"revision": "1", "acceptance_at": ACCEPTANCE, "production_at": PRODUCTION, "step": "plan"}
    assert planner.post(path_of(release, "/move"), form).status == 302
    assert everything() == before


def test_cancelled_release_frees_its_slot(manager: Reader, release: Release) -> None:
    page = manager.get(path_of(release, "/cancel"))
    assert "3 contacts of 2 tenants" in page.main
    page = manager.follow(manager.post(path_of(release, "/cancel")))
    assert release.slot is None
    assert "manager@vendor.example" in page.alerts[0] if page.alerts else "manager@vendor.example" in page.main
    assert f'href="{path_of(release, "/move")}"' not in page.html
    assert "4 of 4 slots of 2027 are free" in manager.post(NEW, RIGHT | {"step": "check"}).main
    assert manager.post(NEW, RIGHT).status == 302


def test_release_is_cancelled_once_and_not_after_production(app: Flask, manager: Reader, release: Release) -> None:
    with time_machine.travel(local(PRODUCTION), tick=False):
        reader = Reader(app, "manager@vendor.example")
        late = reader.follow(reader.post(path_of(release, "/cancel")))
    assert release.cancelled_at is None
    assert "it cannot be cancelled any more" in late.alerts[0]
    manager.post(path_of(release, "/cancel"))
    again = manager.follow(manager.post(path_of(release, "/cancel")))
    assert "was cancelled before" in again.alerts[0]


def test_dead_release_takes_no_more(manager: Reader, release: Release) -> None:
    manager.post(path_of(release, "/cancel"))
    before = everything()
    form = {"revision": "2", "acceptance_at": ACCEPTANCE, "production_at": "2027-02-15T06:00", "step": "plan"}
    assert manager.post(path_of(release, "/move"), form).status == 422
    patch = {"version": "2027.1.1", "deployed_at": "2026-11-23T09:00"}
    assert manager.post(path_of(release, "/patches"), patch).status == 422
    assert manager.follow(manager.post(path_of(release, "/notes/publish"))).alerts != []
    manager.post(path_of(release, "/announce/production"))
    assert everything() == before


def test_titles_are_changed_and_their_dates_stay(planner: Reader, release: Release) -> None:
    page = planner.post(path_of(release, "/titles"), {"title_nl": "Zoeken", "title_en": "Search"})
    assert page.location == path_of(release)
    assert (release.title_nl, release.title_en, release.edits, release.revision) == ("Zoeken", "Search", 1, 1)
    page = planner.post(path_of(release, "/titles"), {"title_nl": "x" * 201, "title_en": "Search"})
    assert (page.status, list(page.wrong)) == (422, ["title_nl"])
    assert page.value("title_nl") == "x" * 201
    assert release.title_nl == "Zoeken"


def test_patch_takes_no_slot(operator: Reader, release: Release) -> None:
    form = {
        "version": "2027.1.1",
        "deployed_at": "2026-11-23T09:30",
        "urgent": "y",
        "notes_nl": "Fout",
        "notes_en": "Bug",
    }
    assert operator.post(path_of(release, "/patches"), form).status == 302
    patch = db.session.scalars(select(Patch)).one()
    assert (patch.version, patch.urgent, patch.deployed_at) == ("2027.1.1", True, local("2026-11-23T09:30"))
    assert "2027.1.1" in operator.get(path_of(release)).main
    again = operator.post(path_of(release, "/patches"), form)
    assert (again.status, set(again.wrong)) == (422, {"version"})
    assert (count(Patch), the_release().slot) == (1, 1)


PATCHES = [
    *(("version", value) for value in [*VERSIONS, "2027.1", "2027.2.1", "2027.11.1", "2026.9.1", "2027.1.x"]),
    *(("deployed_at", value) for value in MOMENTS if value not in {"2026-11-23T09:59", "2020-01-01T06:00"}),
    ("deployed_at", "2026-11-23T10:06"),
    ("notes_nl", "é" * 524_289),
]


@both_databases
def test_nonsense_in_a_patch_is_told_at_its_field(operator: Reader, release: Release) -> None:
    before = everything()
    right = {"version": "2027.1.1", "deployed_at": "2026-11-23T09:30"}
    for field, value in PATCHES:
        form = right | {field: value}
        page = operator.upload(path_of(release, "/patches"), form)
        assert (page.status, list(page.wrong)) == (422, [field]), value[:50]
    assert everything() == before


# Announcing by hand


def test_notices_leave_by_hand(manager: Reader, release: Release) -> None:
    assert announce_due(NOW) == 0
    page = manager.get(path_of(release))
    assert f'action="{path_of(release, "/announce/acceptance")}"' in page.html
    assert manager.post(path_of(release, "/announce/acceptance")).location == path_of(release)
    assert announce_due(NOW) == 3
    page = manager.get(path_of(release))
    assert f'action="{path_of(release, "/announce/acceptance")}"' not in page.html
    assert f'action="{path_of(release, "/announce/production")}"' in page.html


def test_notices_that_have_left_do_not_leave_again(manager: Reader, release: Release) -> None:
    announced(release)
    before = everything()
    manager.post(path_of(release, "/announce/production"))
    assert announce_due(NOW) == 0
    assert everything() == before


# Maintenance


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


LATE = WINDOW | {"starts_at": "2026-11-26T21:00", "ends_at": "2026-11-27T02:00"}
BUSY = WINDOW | {"starts_at": "2026-12-05T10:00", "ends_at": "2026-12-05T11:30"}


@pytest.mark.parametrize(
    ("form", "clause", "words"),
    [
        (LATE, "(SLA 3.3)", "Thu 26 November 2026, 21:00"),
        (BUSY, "(SLA 3.1)", "90 minutes"),
    ],
)
def test_maintenance_otherwise_than_aimed_needs_a_reason(planner: Reader, form: Form, clause: str, words: str) -> None:
    before = everything()
    page = planner.post(MAINTENANCE, form)
    assert page.status == 422
    said = " ".join([*page.wrong.values(), *page.alerts])
    assert clause in said
    assert words in said
    assert page.value("exception_reason") == ""
    assert everything() == before
    assert planner.post(MAINTENANCE, form | {"exception_reason": "The disk is dying"}).status == 302
    waiver = db.session.scalars(select(Waiver)).one()
    assert (waiver.reason, f"({waiver.clause})") == ("The disk is dying", clause)
    assert "The disk is dying" in planner.get(f"/planner/maintenance/{the_window().id}").main


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
    ("exception_reason", "x" * 1001, "exception_reason"),
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


@pytest.fixture
def window(planned: World) -> MaintenanceWindow:
    return planned_window(planned.product)


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
    assert (page.status, page.value("exception_reason")) == (422, "")
    assert page.value("starts_at") == "2026-11-26T21:00"
    assert window.revision == 1
    assert planner.post(path, form | {"exception_reason": "The disk is dying"}).status == 302
    assert window.waivers[0].reason == "The disk is dying"


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
    assert "3 contacts of 2 tenants" in manager.get(f"{path}/cancel").main
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


# Release notes

HOSTILE = """# Kop

Tekst **vet** <script>alert(1)</script> <img src=x onerror=alert(1)> <b onclick="alert(1)">b</b>

[klik](javascript:alert(1)) [goed](https://example.com/) ![plaatje](https://evil.example/x.png)

<iframe src="https://evil.example"></iframe><style>body{display:none}</style><form action="/logout"><input></form>
<svg/onload=alert(1)> <a href="JaVaScRiPt:alert(1)">x</a> <a href="data:text/html,x">y</a>
"""


def prose(page: Page) -> str:
    return page.html.partition('<div class="prose"')[2].partition("</section>")[0]


def save(reader: Reader, release: Release, language: str, markdown: str, revision: str | None = None) -> Page:
    path = path_of(release, f"/notes/{language}")
    revision = reader.get(path).value("revision") if revision is None else revision
    form = {"revision": revision, "markdown": markdown, "step": "save"}
    return reader.upload(path, form)


def test_notes_are_saved_and_read_back(planner: Reader, release: Release) -> None:
    page = save(planner, release, "nl", "# Nieuw\r\n\r\nTekst **vet** é 🚀")
    assert page.location == path_of(release, "/notes/nl")
    shown = planner.follow(page)
    assert shown.value("markdown").replace("\r\n", "\n") == "# Nieuw\n\nTekst **vet** é 🚀"
    assert "<strong>vet</strong>" in prose(shown)
    assert shown.value("revision") == "1"
    assert 'name="markdown"' in planner.get(path_of(release, "/notes/en")).html


def test_preview_writes_nothing(planner: Reader, release: Release) -> None:
    before = everything()
    page = planner.post(path_of(release, "/notes/nl"), {"revision": "0", "markdown": "**vet**", "step": "preview"})
    assert page.status == 200
    assert "<strong>vet</strong>" in prose(page)
    assert page.value("markdown") == "**vet**"
    assert everything() == before


def test_hostile_notes_do_nothing(manager: Reader, release: Release) -> None:
    shown = planner_page = manager.post(
        path_of(release, "/notes/nl"), {"revision": "0", "markdown": HOSTILE, "step": "preview"}
    )
    save(manager, release, "nl", HOSTILE)
    save(manager, release, "en", HOSTILE)
    for page in (shown, planner_page, manager.get(path_of(release, "/notes/publish"))):
        html = prose(page).lower()
        for sign in ("<script", "<img", "<iframe", "<style", "<form", "<input", "<svg", "onerror", "onclick", "onload"):
            assert sign not in html, sign
        assert 'href="javascript' not in html
        assert 'href="data' not in html
        assert 'href="https://example.com/"' in html


def test_notes_that_somebody_else_saved_are_not_overwritten(planner: Reader, release: Release) -> None:
    save(planner, release, "nl", "De eerste")
    before = everything()
    page = save(planner, release, "nl", "De tweede", revision="0")
    assert (page.status, set(page.wrong)) == (422, {"markdown"})
    assert page.value("markdown") == "De tweede"
    assert everything() == before


NOTES = ["", "   \n ", "\0", "é" * 524_289, "x" * 1_048_577]


@both_databases
def test_notes_that_cannot_be_are_refused(planner: Reader, release: Release) -> None:
    before = everything()
    for text in NOTES:
        page = save(planner, release, "nl", text)
        assert (page.status, set(page.wrong)) == (422, {"markdown"}), text[:20]
    assert everything() == before


@both_databases
def test_notes_of_a_megabyte_are_saved(planner: Reader, release: Release) -> None:
    text = ("Regel met een é en tekst.\n\n" * 45_000)[:1_000_000]
    page = planner.get(path_of(release, "/notes/nl"))
    assert 'enctype="multipart/form-data"' in page.html.partition('name="markdown"')[0].rpartition("<form")[2]
    assert save(planner, release, "nl", f"\0{text}").status == 302
    assert count(ReleaseNote) == 1


def test_notes_are_published_in_both_languages_or_not_at_all(manager: Reader, release: Release) -> None:
    path = path_of(release, "/notes/publish")
    save(manager, release, "nl", "Nederlands")
    refused = manager.follow(manager.post(path))
    assert "English" in refused.alerts[0]
    assert db.session.scalar(select(func.count(ReleaseNote.published_at))) == 0

    save(manager, release, "en", "English words")
    page = manager.get(path)
    assert "3 contacts" in page.html.partition('<button class="button" type="submit">')[2].partition("</button>")[0]
    assert "English words" in page.main
    assert manager.post(path).location == path_of(release)
    assert db.session.scalar(select(func.count(ReleaseNote.published_at))) == 2
    again = manager.follow(manager.post(path))
    assert "already" in again.alerts[0]


def test_correction_is_not_mailed_again(manager: Reader, release: Release) -> None:
    for language in ("nl", "en"):
        save(manager, release, language, "Eerst")
    manager.post(path_of(release, "/notes/publish"))
    save(manager, release, "nl", "Verbeterd")
    assert "contacts" not in manager.get(path_of(release, "/notes/publish")).main
    manager.post(path_of(release, "/notes/publish"))
    assert db.session.scalar(select(func.count()).where(ReleaseNote.told_at.is_(None))) == 2


def test_home_shows_what_is_due(app: Flask, planner: Reader, planned: World) -> None:
    release = planned_release(planned.product, production="2027-01-25T06:00", acceptance="2026-12-14T06:00")
    page = planner.get("/planner/")
    for words in ("Mon 14 December 2026, 06:00", "Mon 30 November 2026, 06:00", "Fri 25 December 2026, 06:00"):
        assert words in page.main
    assert f'href="{path_of(release, "/notes/nl")}"' in page.html
    assert "1 of 4 releases used" in planner.get("/planner/?year=2027").main


def test_empty_product_says_what_to_do_first(app: Flask) -> None:
    make_user("admin@vendor.example", Role.ADMIN)
    admin = Reader(app, "admin@vendor.example")
    page = admin.get("/planner/")
    assert page.location == "/planner/first-steps"
    assert 'href="/planner/products/new"' in admin.follow(page).html
    for path in (NEW, MAINTENANCE, "/planner/releases", "/planner/tenants"):
        assert admin.get(path).status == 404
    form = {"slug": "inconto", "name": "Inconto", "timezone": "Europe/Amsterdam", "test_period": "P2W"}
    page = admin.post("/planner/products/new", form | {"announce_ahead": "P7D", "update_minutes": "60"})
    assert admin.follow(page).status == 200
    assert admin.get(NEW).status == 200
