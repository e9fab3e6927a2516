"""The way out of the demonstration where a real product stands beside it, which stays to the last row."""

import json
import re
from collections import Counter
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from accounts.models import User
from accounts.people import mail_new_password_link
from accounts.tokens import issue_token
from announcements.models import Bulletin, BulletinKind
from demo.leaving import leave
from demo.loading import loaded
from demo.own_rows import OUTLIVES, what_goes
from demo.people import PEOPLE
from evidence.actors import Actor, NotAllowed, Role
from evidence.chain import verify
from evidence.models import Entry
from schedules.models import MaintenanceWindow, Release
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tenants.feed_models import FeedToken
from tenants.models import Contact, Product, Tenant
from tests.alarms.watching import watched
from tests.bulletins import announced, drafted
from tests.faces.leaving import LEAVE, its_admin, the_demonstration
from tests.faces.pages import Reader, everything
from tests.planning import announce_all, messages, planned_release, planned_window, told_and_given
from tests.requests import waiting_request
from tests.webhooks.listening import PUBLIC, endpoint
from tests.world import ADMIN, MANAGER, NOW, PASSWORD, PLANNER, both_databases, make_product, make_tenant, make_user
from webhooks.models import EventType
from webhooks.publishing import Event, publish
from webhooks.services import Scope, add_endpoint

OWN = "own@vendor.example"
# Contacts of the demonstration; the real product has one of them as well.
BOTH, OTHER = (f"contact{number}@demo-klant.example" for number in (1, 2))
# Counted on whatever goes, and what is written when somebody signs in.
COUNTED = {"evidence_entry", "revision", "outbox_count", "user_account", "request_pace"}
Rows = dict[str, Counter[str]]
NAMED: dict[str, type[Release | MaintenanceWindow | Bulletin | Tenant]] = {
    "releases": Release,
    "maintenance": MaintenanceWindow,
    "bulletins": Bulletin,
    "tenants": Tenant,
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def demonstration(app: Flask) -> Product:
    """The demonstration as somebody has used it: told and mailed, with alarms, webhooks, requests and a draft."""
    product = the_demonstration()
    endpoint(f"{PUBLIC}/{product.slug}", Scope(product=product))
    make_tenant(product, "demo-zonder-contact", contacts=0, now=NOW)
    make_tenant(product, "demo-klant", contacts=2, now=NOW)
    for email in (BOTH, OTHER):
        make_user(email, Role.CONTACT)
    announced(product)
    drafted(product, BulletinKind.NEWSLETTER)
    all_told()
    tenant = db.session.scalars(select(Tenant).where(Tenant.slug == "ziekenhuis-peelrand")).one()
    waiting_request(tenant, email="robin@ziekenhuis-peelrand.example")
    all_told()
    return product


def real_beside() -> Product:
    """A product beside it, of which there is one of everything as well; one of its contacts is the demonstration's."""
    make_user(OWN, Role.ADMIN)
    make_user("viewer@vendor.example", Role.VIEWER)
    product = make_product("echt", "Echt")
    tenant = make_tenant(product, "eerste-klant", contacts=2, now=NOW)
    add_contact(tenant, ContactFacts("Beiden", BOTH), MANAGER)
    mail_new_password_link(the_user(BOTH), NOW)
    make_user("contact1@eerste-klant.example", Role.CONTACT)
    endpoint(f"{PUBLIC}/{product.slug}", Scope(product=product))
    endpoint(f"{PUBLIC}/all", Scope())
    planned_release(product)
    planned_window(product, "2026-12-14T20:00", "2026-12-14T22:00")
    announced(product)
    issue_token("pipeline", Role.PLANNER, ADMIN, NOW)
    issue_token("customer", Role.CONTACT, ADMIN, NOW, tenant=tenant)
    waiting_request(tenant)
    waiting_request(None, email="nobody@knows.example")
    make_tenant(product, "zonder-contact", contacts=0, now=NOW)
    all_told()
    return product


def all_told() -> None:
    """Everything that is planned is told, given and watched."""
    told_and_given(NOW)
    announce_all()
    told_and_given(NOW)
    watched(NOW)


def used_once_more(demo: Product, real: Product) -> None:
    """What waits of the demonstration, and what its people made that reaches further."""
    publish([Event(EventType.RELEASE_MOVED, demo.id, None, {"product": demo.slug, "version": "2027.1"})], NOW)
    mail_new_password_link(the_user(OTHER), NOW)
    invented = Actor(PEOPLE[0].email, Role.ADMIN)
    tenant = db.session.scalars(select(Tenant).where(Tenant.product_id == real.id)).first()
    issue_token("backdoor", Role.CONTACT, invented, NOW, tenant=tenant)
    for number, scope in enumerate((Scope(), Scope(product=real))):
        add_endpoint(scope, f"{PUBLIC}/theirs{number}", ("notice.given",), invented, NOW)
    announced(demo)


def owners_of_addresses() -> list[int | None]:
    """The tenant of each calendar's address, None where it is gone; in the order in which they were given out."""
    return list(db.session.scalars(select(FeedToken.tenant_id).order_by(FeedToken.id)))


def the_user(email: str) -> User:
    return db.session.scalars(select(User).where(User.email == email)).one()


def rows() -> Rows:
    return {name: Counter(map(repr, found)) for name, found in everything().items()}


def without(some: Rows, others: Rows) -> Rows:
    return {name: found - others[name] for name, found in some.items() if name not in COUNTED}


@both_databases
def test_all_of_the_demonstration_goes_and_nothing_else(app: Flask, demonstration: Product) -> None:
    demo, product_id = rows(), demonstration.id
    # What is told of it from here on would look like the other product's.
    all_told()
    assert without(rows(), demo) == {name: Counter() for name in demo if name not in COUNTED}
    real = real_beside()
    own = without(rows(), demo)
    filled = {name for name, found in own.items() if found}
    assert filled >= {"notice", "outbox_message", "letter", "announcement", "alarm", "webhook_delivery", "api_token"}
    assert {name for name, found in demo.items() if found} >= filled - {"waiver"}
    used_once_more(demonstration, real)
    evidence = everything()["evidence_entry"]
    named = {
        name: list(db.session.scalars(select(kind.id).where(kind.product_id == demonstration.id).order_by(kind.id)))
        for name, kind in NAMED.items()
    }
    owners = owners_of_addresses()

    leave(ADMIN, NOW)

    assert loaded() is None
    after = everything()
    left = {name: found for name, found in rows().items() if name not in COUNTED}
    # But for addresses of calendars, which are nobody's from then on.
    strays = {name: left[name] - own[name] for name in own if left[name] - own[name]}
    assert set(strays) == {"feed_token"}
    assert owners_of_addresses() == [None] * len(named["tenants"]) + owners[-2:]
    lost = {name: [*own[name] - left[name]] for name in own if own[name] - left[name]}
    # To its people the other product's alarm was mailed too, and they go.
    assert lost.keys() == {"outbox_message", "letter"}
    assert [one for one in lost["outbox_message"] if "@inconto.example" not in one] == []
    assert len(lost["letter"]) == len(lost["outbox_message"])
    assert after["evidence_entry"][: len(evidence)] == evidence
    assert verify() == []
    (last,) = db.session.scalars(select(Entry).order_by(Entry.id.desc()).limit(1))
    assert (last.kind, last.actor) == ("demonstration_removed", ADMIN.name)
    assert json.loads(last.facts) == {"product": product_id, **named}
    assert [len(named[name]) > 0 for name in NAMED] == [True] * 4
    # Whoever is a contact of both still comes in.
    accounts = db.session.scalars(select(User.email).order_by(User.email)).all()
    assert accounts == [BOTH, "contact1@eerste-klant.example", OWN, "viewer@vendor.example"]
    told_and_given(NOW)
    assert {message.address for message in messages()} & {OTHER} == set()


def test_every_table_is_of_a_product_or_of_the_vendor(app: Flask, demonstration: Product) -> None:
    """A table that is added later belongs to a product by what it refers to, or has to be named here."""
    of_all = {
        "evidence_entry",
        "heartbeat",
        "mailbox_reading",
        "outbox_count",
        "outbox_hold",
        "request_pace",
        "revision",
    }
    gone = what_goes(demonstration, frozenset(), frozenset())
    assert db.metadata.tables.keys() - gone.keys() == of_all | {"letter"} | OUTLIVES


def test_page_names_what_goes_and_asks_for_the_products_name(app: Flask, demonstration: Product) -> None:
    real_beside()
    used_once_more(demonstration, db.session.scalars(select(Product).where(Product.slug == "echt")).one())
    own = Reader(app, OWN)
    page = own.get(LEAVE)
    contacts = db.session.scalar(select(func.count(Contact.id)).join(Tenant).where(Tenant.product == demonstration))
    for words in (
        "Everything of Echt stays, but for tokens and webhooks that the people of the demonstration made.",
        f"The product Inconto, with 62 tenants and {contacts} contacts.",
        "1 account of a contact of no other product.",
        "Requests for an account that no tenant has been chosen for yet.",
        "Mails to your own people that wait, such as an invitation or an alarm: they still leave.",
        "API tokens: customer, pipeline.",
        f"Accounts of the vendor: {OWN}, viewer@vendor.example.",
        "Type the name of the product that goes, Inconto.",
    ):
        assert words in page.main, words
    assert 'type="checkbox"' not in page.html
    before = everything()
    for form in ({}, {"sure": "y"}, {"name": "Echt"}, {"name": "yes"}):
        page = own.post(LEAVE, form)
        assert (page.status, page.wrong) == (422, {"name": "Type Inconto, so that nothing else goes by mistake."}), form
    assert everything() == before
    viewer = Reader(app, "viewer@vendor.example")
    assert (viewer.get(LEAVE).status, viewer.post(LEAVE, {"name": "Inconto"}).status) == (403, 403)
    with pytest.raises(NotAllowed):
        leave(PLANNER, NOW)
    assert loaded() is not None

    page = own.post(LEAVE + "?product=inconto", {"name": " inconto "})
    assert page.location == "/planner/"
    page = own.follow(page)
    assert "The demonstration is gone. What is your own has stayed." in page.main
    assert "2027.1" in page.main
    assert own.get("/planner/tenants/eerste-klant").status == 200
    assert own.get("/planner/tenants/ziekenhuis-peelrand").status == 404


def test_who_came_in_as_one_of_its_people_gets_an_account_for_what_stays(app: Flask, demonstration: Product) -> None:
    make_product("echt", "Echt")
    admin = its_admin(app)
    page = admin.post(LEAVE, {"name": "Inconto"})
    assert (page.status, page.wrong) == (422, {"email": "Fill this in."})
    page = admin.post(LEAVE, {"name": "Inconto", "email": "ik@vendor.example"})
    assert (page.status, loaded()) == (302, None)
    assert db.session.execute(select(User.email, User.role)).all() == [("ik@vendor.example", Role.ADMIN)]
    path = re.sub(r"^https?://[^/]+", "", page.location)
    admin.post(path, {"password": PASSWORD, "again": PASSWORD})
    assert "Echt" in admin.get("/planner/").main


def test_real_product_is_told_from_the_demonstration_on_its_pages(app: Flask, demonstration: Product) -> None:
    make_user(OWN, Role.ADMIN)
    admin = Reader(app, OWN)
    assert "stays with all that is its own when you leave the demonstration" in admin.get("/planner/products/new").main
    make_product("echt", "Echt")
    assert "This is the demonstration." in admin.get("/planner/?product=inconto").main
    assert "This is the demonstration." not in admin.get("/planner/?product=echt").main
