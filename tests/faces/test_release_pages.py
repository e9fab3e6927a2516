"""A release as it is moved, cancelled, renamed, patched and announced from its page."""

import time_machine
from flask import Flask
from sqlalchemy import select

from announcements.services import announce_due
from schedules.models import Patch, Release
from schedules.releases import move_release
from storage import db
from tests.faces.pages import Reader, everything
from tests.faces.planning_forms import HUGE, MOMENTS, NEW, RIGHT, VERSIONS, announced, count, path_of, the_release
from tests.planning import ACCEPTANCE, PRODUCTION, in_use
from tests.world import MANAGER, NOW, both_databases, local


def test_release_is_moved(planner: Reader, release: Release) -> None:
    path = path_of(release, "/move")
    page = planner.get(path)
    assert (page.value("acceptance_at"), page.value("production_at")) == (ACCEPTANCE, PRODUCTION)
    form = {"revision": page.value("revision"), "acceptance_at": ACCEPTANCE, "production_at": "2027-02-15T06:00"}
    assert planner.post(path, form | {"step": "plan"}).location == path_of(release)
    assert (release.production_at, release.revision) == (local("2027-02-15T06:00"), 2)


def test_release_with_a_title_in_one_language_is_moved(planner: Reader, release: Release) -> None:
    """As an import may bring it; the page that moves it has no field for titles."""
    release.title_en = ""
    db.session.commit()
    form = {"revision": "1", "acceptance_at": ACCEPTANCE, "production_at": "2027-02-15T06:00"}
    checked = planner.post(path_of(release, "/move"), form | {"step": "check"})
    assert (checked.status, checked.alerts) == (200, [])
    assert planner.post(path_of(release, "/move"), form | {"step": "plan"}).location == path_of(release)
    assert (release.revision, release.title_nl, release.title_en) == (2, "Sneller zoeken", "")


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


HURRY = {"waiver_reason_nl": "Haast", "waiver_reason_en": "In a hurry"}


def test_move_is_waived_by_a_manager_only(planner: Reader, manager: Reader, release: Release) -> None:
    path = path_of(release, "/move")
    form = {"revision": "1", "acceptance_at": "2026-12-01T06:00", "production_at": PRODUCTION, "step": "plan"}
    assert planner.post(path, form | HURRY).status == 422
    assert release.revision == 1
    assert manager.post(path, form | HURRY).status == 302
    assert [waiver.reason("nl") for waiver in release.waivers] == ["Haast"]
    assert [waiver.reason("en") for waiver in release.waivers] == ["In a hurry"]


def test_move_to_the_same_dates_is_none(planner: Reader, release: Release) -> None:
    before = everything()
    form = {"revision": "1", "acceptance_at": ACCEPTANCE, "production_at": PRODUCTION, "step": "plan"}
    assert planner.post(path_of(release, "/move"), form).status == 302
    assert everything() == before


def test_cancelled_release_frees_its_slot(manager: Reader, release: Release) -> None:
    assert "Cancel it: nobody is mailed" in manager.get(path_of(release, "/cancel")).main
    announced(release)
    page = manager.get(path_of(release, "/cancel"))
    assert "Cancel it: mails 3 contacts of 2 tenants" in page.main
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
    page = planner.post(path_of(release, "/titles"), {"title_nl": "Vinden", "title_en": " "})
    assert page.wrong == {"title_en": "Say it in English as well: customers read it in their own language."}
    assert (release.title_nl, release.title_en) == ("Zoeken", "Search")


def test_patch_waits_for_the_first_update(operator: Reader, release: Release) -> None:
    form = {"version": "2027.1.1", "deployed_at": "2026-11-23T09:30"}
    assert "Record the patch" not in operator.get(path_of(release)).main
    page = operator.post(path_of(release, "/patches"), form)
    assert (page.status, "Nobody runs this release yet" in page.alerts[0]) == (422, True)
    in_use(release)
    assert "Record the patch" in operator.get(path_of(release)).main


def test_patch_takes_no_slot(operator: Reader, release: Release) -> None:
    in_use(release)
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
    in_use(release)
    before = everything()
    right = {"version": "2027.1.1", "deployed_at": "2026-11-23T09:30"}
    for field, value in PATCHES:
        form = right | {field: value}
        page = operator.upload(path_of(release, "/patches"), form)
        # The other language lacks what was said in one.
        wrong = {"notes_nl", "notes_en"} if field.startswith("notes") else {field}
        assert (page.status, set(page.wrong)) == (422, wrong), value[:50]
    assert everything() == before


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


def test_patch_is_asked_for_once_there_is_something_to_patch(app: Flask, operator: Reader, release: Release) -> None:
    assert "Record a patch" not in operator.get(path_of(release)).main
    with time_machine.travel(local(PRODUCTION), tick=False):
        page = Reader(app, "operator@vendor.example").get(path_of(release))
    assert "Record a patch Version Such as 2027.1.1" in page.main


def test_titles_that_are_missing_come_before_the_patches(planner: Reader, release: Release) -> None:
    page = planner.get(path_of(release)).main
    assert page.index("Patches") < page.index("Save the titles")
    release.title_en = ""
    db.session.commit()
    page = planner.get(path_of(release)).main
    assert page.index("Save the titles") < page.index("Patches")


def test_what_nobody_knows_of_is_taken_back_and_not_cancelled(manager: Reader, release: Release) -> None:
    assert path_of(release, "/cancel") not in manager.get(path_of(release)).html
    announced(release)
    assert path_of(release, "/cancel") in manager.get(path_of(release)).html


def test_page_of_the_missed_speaks_of_nobody_where_there_is_nobody(planner: Reader, release: Release) -> None:
    page = planner.get(path_of(release, "/missed")).main
    assert page == "Not told in time: 2027.1 Every tenant was told in time, or it has been decided. Back"
