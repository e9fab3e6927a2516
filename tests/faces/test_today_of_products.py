"""With a second product, its pages are about that product."""

from flask import Flask

from alarms.queries import open_alarms
from alarms.services import watch
from tests.faces.pages import Reader
from tests.planning import planned_release
from tests.world import World, local, make_product, make_tenant


def test_today_shows_alarms_of_its_own_product(app: Flask, planner: Reader, planned: World) -> None:
    make_product("tweede", name="Tweede")
    make_tenant(planned.product, "nergenshuizen", contacts=0)
    planned_release(planned.product, acceptance="2026-12-14T06:00", production="2027-01-25T06:00")
    watch(local("2026-11-28T09:00"), "me")
    assert {one.facts["product"] for one in open_alarms() if "product" in one.facts} == {"Inconto"}
    assert "2027.1" in planner.get("/planner/").main
    assert "2027.1" not in planner.get("/planner/?product=tweede").main


def test_first_steps_are_those_of_the_chosen_product(app: Flask, planned: World) -> None:
    admin = Reader(app, "admin@vendor.example")
    planned_release(planned.product)
    make_product("tweede", name="Tweede")
    today = admin.get("/planner/?product=tweede")
    assert 'href="/planner/first-steps?product=tweede"' in today.html
    steps = admin.get("/planner/first-steps?product=tweede")
    assert "Tweede" in steps.main
    assert 'href="/planner/releases/new?product=tweede"' in steps.html
    # Of two products today is about the first, and so is what it leads to.
    make_product("eerste", name="Eerste")
    assert 'href="/planner/first-steps?product=eerste">Go on' in admin.get("/planner/").html


def test_whoever_adds_a_product_lands_on_its_own_today(app: Flask, planned: World) -> None:
    admin = Reader(app, "admin@vendor.example")
    form = {"slug": "tweede", "name": "Tweede", "timezone": "Europe/Amsterdam", "test_period": "P2W"}
    page = admin.post("/planner/products/new", form | {"announce_ahead": "P7D", "update_minutes": "60"})
    assert page.location == "/planner/?product=tweede"
    assert "Tweede is new here." in admin.follow(page).main
