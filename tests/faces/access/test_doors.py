"""Who comes in where: strangers, customers, and whoever is here no more."""

from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.models import User
from announcements.services import announce_due
from storage import db
from tenants.contacts import remove_contact
from tenants.models import Contact
from tests.faces.access.places import Somewhere, rules
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader, everything
from tests.world import MANAGER, NOW, World

PUBLIC = {"login", "security", "unsubscribing", "health", "api_page", "images"}


def test_blueprints_are_guarded_or_known_as_public(app: Flask) -> None:
    guarded = {name for name in app.blueprints if app.before_request_funcs.get(name)}
    assert guarded == {"planner", "portal", "mailbox", "api"}
    assert set(app.blueprints) - guarded == PUBLIC


def test_no_page_stands_outside_a_blueprint(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules() if "." not in rule.endpoint} == {"static"}


@pytest.mark.parametrize("blueprint", ["planner", "portal"])
def test_anonymous_reader_is_sent_to_sign_in(app: Flask, anybody: Reader, somewhere: Somewhere, blueprint: str) -> None:
    paths = [somewhere.of(rule) for rule in rules(app, blueprint, "GET").values()]
    assert len(paths) > 3
    pages = [anybody.get(path) for path in paths]
    assert {page.status for page in pages} == {302}
    assert [unquote(page.location) for page in pages] == [f"/login?next={path}" for path in paths]


def test_anonymous_reader_writes_nothing(app: Flask, anybody: Reader, somewhere: Somewhere) -> None:
    before = everything()
    pages = [anybody.post(somewhere.of(rule)) for rule in rules(app, "planner", "POST").values()]
    # Back to the form after signing in, not to an address that only takes a form.
    assert {(page.status, page.location.partition("?")[0]) for page in pages} == {(302, "/login")}
    assert everything() == before


def test_sign_in_never_leads_to_an_address_that_only_takes_forms(
    app: Flask, planned: World, somewhere: Somewhere
) -> None:
    only_forms = {
        name: rule for name, rule in rules(app, "planner", "POST").items() if name not in rules(app, "planner", "GET")
    }
    assert len(only_forms) > 5
    for rule in only_forms.values():
        reader = Reader(app)
        page = reader.post(somewhere.of(rule))
        page = reader.post(page.location, {"email": "admin@vendor.example", "password": "correct horse battery"})
        assert reader.follow(page).status in {200, 302}, rule.rule


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_contact_finds_nothing_at_the_planner(app: Flask, contact: Reader, somewhere: Somewhere, method: str) -> None:
    before = everything()
    asked = {
        name: contact.get(somewhere.of(rule)) if method == "GET" else contact.post(somewhere.of(rule))
        for name, rule in rules(app, "planner", method).items()
    }
    assert {name: page.status for name, page in asked.items()} == dict.fromkeys(asked, 404)
    assert everything() == before


def test_contact_of_another_tenant_finds_nothing_at_the_portal(
    app: Flask, stranger: Reader, somewhere: Somewhere, planned: World
) -> None:
    name = planned.brug.name
    announce_due(NOW)
    asked = {
        endpoint: stranger.get(somewhere.of(rule))
        for endpoint, rule in rules(app, "portal", "GET").items()
        if "<slug>" in rule.rule
    }
    assert {endpoint: page.status for endpoint, page in asked.items()} == dict.fromkeys(asked, 404)
    own = [stranger.follow(stranger.get("/")), stranger.get("/portal/ziekenhuis-peelrand")]
    own += [
        stranger.get(f"/portal/ziekenhuis-peelrand/{part}")
        for part in ("releases", "changes", "maintenance", "announcements", "calendar")
    ]
    assert [page.status for page in own] == [302, 200, 200, 200, 200, 200, 200]
    assert not any(name in page.html for page in [*asked.values(), *own])


def test_address_that_is_not_there_looks_like_somebody_elses(stranger: Reader, planned: World) -> None:
    theirs = stranger.get("/portal/zorggroep-de-brug")
    nobodys = stranger.get("/portal/zorggroep-de-dam")
    assert (theirs.status, theirs.main) == (nobodys.status, nobodys.main)


def test_vendor_finds_no_tenant_of_its_own_at_the_portal(planner: Reader) -> None:
    assert planner.get("/portal/zorggroep-de-brug").status == 404
    assert "Brug" not in planner.get("/portal/").seen


def test_removed_contact_is_out_at_once(contact: Reader, planned: World) -> None:
    assert contact.get("/portal/zorggroep-de-brug").status == 200
    removed = db.session.scalars(select(Contact).where(Contact.email == CONTACT)).one()
    remove_contact(removed, MANAGER)
    assert contact.get("/portal/zorggroep-de-brug").status == 404
    page = contact.get("/portal/")
    assert page.status == 200
    assert "Brug" not in page.seen


def test_person_whose_account_is_closed_is_out_at_once(manager: Reader) -> None:
    assert manager.get("/planner/").status == 200
    user = db.session.scalars(select(User).where(User.email == "manager@vendor.example")).one()
    user.active = False
    db.session.commit()
    assert manager.get("/planner/").location.startswith("/login?")
