"""A second person approves what the page shows, once."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from announcements.models import Approval
from announcements.services import announce_due
from evidence.actors import Role
from schedules.models import Release
from schedules.release_words import retitle_release
from storage import db
from tenants.models import Product
from tests.approving import asks_for_approval
from tests.faces.approvals.conftest import of
from tests.faces.pages import Reader, everything, words
from tests.planning import ACCEPTANCE, messages, moved, planned_release, planned_window
from tests.world import MANAGER, NOW, PLANNER, World, make_user

SECOND = "second@vendor.example"


def test_manager_approves_what_is_shown(release: Release, manager: Reader) -> None:
    page = manager.get(of(release))
    assert "Approve: mails 3 contacts of 2 tenants now" in page.main

    answer = manager.post(f"{of(release)}/approve", {"seen": page.value("seen")})

    assert answer.location == of(release)
    after = manager.get(of(release)).main
    assert "Approved: 3 mails leave within a minute." in after
    assert "Approved by manager@vendor.example on Mon 23 November 2026, 10:00: 3 contacts of 2 tenants." in after
    assert "Approve: mails" not in after
    on_its_way = "It is on its way."
    assert on_its_way in manager.get(f"/planner/releases/{release.id}").main
    assert announce_due(NOW) == len(messages()) == 3
    assert (
        "Notice of 2027.1 in production approved by manager@vendor.example"
        in manager.get(f"/planner/releases/{release.id}").main
    )
    assert on_its_way not in manager.get(f"/planner/releases/{release.id}").main


@pytest.mark.parametrize("role", ["viewer", "planner", "operator"])
def test_others_look_but_may_not_approve(app: Flask, release: Release, role: str) -> None:
    reader = Reader(app, f"{role}@vendor.example")
    page = reader.get(of(release))
    assert page.status == 200
    assert "A manager approves it." in page.main
    assert "Approve: mails" not in page.main
    assert ("Send me a trial" in page.main) is (role == "planner")
    before = everything()
    assert reader.post(f"{of(release)}/approve", {"seen": ""}).status == 403
    assert (reader.post(f"{of(release)}/trial").status == 403) is (role != "planner")
    if role != "planner":
        assert everything() == before


def test_whoever_planned_it_is_refused_and_another_manager_is_not(app: Flask, planned: World, manager: Reader) -> None:
    asks_for_approval(planned.product)
    release = planned_release(planned.product, by=MANAGER)
    make_user(SECOND, Role.MANAGER)
    second = Reader(app, SECOND)
    page = manager.get(of(release))
    assert "You made the last change to it, so somebody else has to approve it." in page.main
    seen = second.get(of(release)).value("seen")

    refused = manager.post(f"{of(release)}/approve", {"seen": seen})

    assert (refused.status, refused.alerts) == (
        422,
        ["You made the last change to it, so somebody else has to approve it."],
    )
    assert messages() == []
    assert second.post(f"{of(release)}/approve", {"seen": seen}).status == 302
    assert announce_due(NOW) == len(messages()) == 3


def test_page_that_is_out_of_date_is_shown_anew(planned: World, release: Release, manager: Reader) -> None:
    seen = manager.get(of(release)).value("seen")
    retitle_release(db.session.merge(release), "Anders", "Different", PLANNER, NOW)

    refused = manager.post(f"{of(release)}/approve", {"seen": seen})

    assert (refused.status, refused.alerts) == (
        422,
        ["This has changed since you looked. Below is what would be sent now."],
    )
    assert "2027.1: Different" in refused.main
    assert refused.value("seen") != seen
    assert messages() == []
    assert manager.post(f"{of(release)}/approve", {"seen": refused.value("seen")}).status == 302
    assert announce_due(NOW) == len(messages()) == 3


@pytest.mark.parametrize("seen", ["", "nonsense", "\ue000name\ue001"])
def test_made_up_fingerprint_approves_nothing(release: Release, manager: Reader, seen: str) -> None:
    assert manager.post(f"{of(release)}/approve", {"seen": seen}).status == 422
    assert messages() == []


def test_second_press_of_the_button_sends_nothing_more(app: Flask, release: Release, manager: Reader) -> None:
    seen = manager.get(of(release)).value("seen")
    pages = [manager.post(f"{of(release)}/approve", {"seen": seen}) for _press in range(3)]
    assert [page.status for page in pages] == [302, 422, 422]
    assert pages[1].alerts == ["manager@vendor.example has approved this already."]
    assert announce_due(NOW) == len(messages()) == 3
    assert len(db.session.scalars(select(Approval)).all()) == 1


def test_announcing_by_hand_gives_way_to_the_approval(planned: World, release: Release, manager: Reader) -> None:
    window = planned_window(planned.product)
    for page, path in (("releases", "announce/production"), ("maintenance", "announce")):
        number = release.id if page == "releases" else window.id
        shown = manager.get(f"/planner/{page}/{number}")
        assert "waits for a second person See what will be sent" in shown.main
        assert "/announce" not in shown.html
        answer = manager.follow(manager.post(f"/planner/{page}/{number}/{path}"))
        assert answer.alerts == [
            "This product asks for a second person: look at what will be sent, and have it approved there."
        ]
    assert announce_due(NOW) == 0


def test_today_lists_what_waits_for_whom(planned: World, release: Release, manager: Reader, planner: Reader) -> None:
    moved(release, production="2027-02-15T06:00", by=MANAGER)
    planned_window(planned.product)

    def rows(reader: Reader) -> list[str]:
        html = reader.get("/planner/").html
        return [words(row) for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL) if "second person" in row]

    mine = "You made the last change to it, so somebody else has to approve it."
    by_me = f"Changed last by manager@vendor.example. {mine} 3 contacts of 2 tenants Look : Notice of 2027.1"
    of_window = (
        "The aim is to tell it by Tue 8 December 2026, 22:00, a week ahead (SLA 3.3). It is missed only if it starts "
        "untold, on Tue 15 December 2026, 22:00. Changed last by planner@vendor.example. "
        "3 contacts of 2 tenants Read and approve : Notice of maintenance M-1"
    )
    assert [row.partition(" Waits for a second person. ")[2] for row in rows(manager)] == [
        of_window,
        f"Must be given by Mon 4 January 2027, 06:00 (SLA 3.3). {by_me} in acceptance",
        f"Must be given by Fri 15 January 2027, 06:00 (SLA 3.3). {by_me} in production",
    ]
    assert {"A manager approves it." in row for row in rows(planner)} == {True}
    assert "Leaves by itself on" not in planner.get("/planner/").main


@pytest.mark.parametrize("asks", [True, False])
def test_plans_say_that_nobody_is_mailed_before_the_approval(planned: World, manager: Reader, asks: bool) -> None:
    asks_for_approval(planned.product, asks)
    release, window = planned_release(planned.product), planned_window(planned.product)
    later = {
        "releases": {"acceptance_at": ACCEPTANCE, "production_at": "2027-02-15T06:00"},
        "maintenance": {"starts_at": "2026-12-16T22:00", "ends_at": "2026-12-17T02:00"},
    }
    for page, number in (("releases", release.id), ("maintenance", window.id)):
        asked = manager.get(f"/planner/{page}/new"), manager.post(f"/planner/{page}/{number}/move/answer", later[page])
        for shown in asked:
            assert ("after a second person has approved it; nobody is mailed before." in words(shown.html)) is asks
        # Nobody hears that something is off which nobody was told of.
        assert "Nobody was told of it yet, so nobody is mailed." in manager.get(f"/planner/{page}/{number}/cancel").main


def test_product_asks_for_a_second_person_by_its_settings(app: Flask, planned: World) -> None:
    admin = Reader(app, "admin@vendor.example")
    page = admin.get("/planner/products/inconto")
    assert re.search(r'<input[^>]*name="needs_approval"[^>]*>', page.html)
    form = {name: page.value(name) for name in ("name", "timezone", "test_period", "announce_ahead", "update_minutes")}
    admin.post("/planner/products/inconto", form | {"needs_approval": "y"})
    assert db.session.get_one(Product, planned.product.id, populate_existing=True).needs_approval is True
    assert re.search(r'<input checked[^>]*name="needs_approval"', admin.get("/planner/products/inconto").html)
    admin.post("/planner/products/inconto", form)
    assert db.session.get_one(Product, planned.product.id, populate_existing=True).needs_approval is False
