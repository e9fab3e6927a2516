"""What the first page shows of a plan, and of an empty product."""

from flask import Flask

from evidence.actors import Role
from tests.faces.pages import Reader
from tests.faces.planning_forms import MAINTENANCE, NEW, path_of
from tests.planning import planned_release
from tests.world import World, make_user


def test_home_shows_what_is_due(app: Flask, planner: Reader, planned: World) -> None:
    release = planned_release(planned.product, production="2027-01-25T06:00", acceptance="2026-12-14T06:00")
    page = planner.get("/planner/")
    for words in ("Mon 14 December 2026, 06:00", "Mon 30 November 2026, 06:00", "Fri 25 December 2026, 06:00"):
        assert words in page.main
    assert f'href="{path_of(release, "/notes/nl")}"' in page.html
    assert "0 of 4 releases used in 2026 · 1 of 4 releases used in 2027 (SLA 3.3)" in page.main


def test_empty_product_says_what_to_do_first(app: Flask) -> None:
    make_user("admin@vendor.example", Role.ADMIN)
    admin = Reader(app, "admin@vendor.example")
    page = admin.get("/planner/")
    assert page.location == "/planner/first-steps"
    assert 'href="/planner/products/new"' in admin.follow(page).html
    for path in (NEW, MAINTENANCE, "/planner/releases", "/planner/tenants"):
        assert admin.get(path).location == "/planner/first-steps"
    form = {"slug": "inconto", "name": "Inconto", "timezone": "Europe/Amsterdam", "test_period": "P2W"}
    page = admin.post("/planner/products/new", form | {"announce_ahead": "P7D", "update_minutes": "60"})
    assert admin.follow(page).status == 200
    assert admin.get(NEW).status == 200
