"""Where the demonstration stands alone it leaves what is the vendor's own as it is, as it does beside a product."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from accounts.colleagues import add_colleague
from accounts.models import User
from accounts.people import mail_new_password_link, user_with
from accounts.request_models import AccountRequest, RequestState
from accounts.requests import RequestFacts, ask_for_account
from demo.loading import loaded
from demo.people import PEOPLE
from evidence.actors import Role
from outbox.delivery import beat
from outbox.models import MessageState
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tenants.feed_models import FeedToken
from tenants.feed_tokens import FeedOwner
from tenants.models import Product, Tenant
from tests.bulletins import announced
from tests.faces.calendars import path_of
from tests.faces.leaving import LEAVE, its_admin, the_demonstration
from tests.faces.pages import Reader, everything
from tests.planning import messages, told_and_given
from tests.requests import waiting_request
from tests.world import ADMIN, MANAGER, NOW, both_databases, make_product, make_tenant, make_user

OWN = "own@vendor.example"
ANNA = "anna@vendor.example"
ASKS = "robin@demo-klant.example"


@pytest.fixture
def demonstration(app: Flask) -> Product:
    return the_demonstration()


@pytest.fixture
def own(app: Flask, demonstration: Product) -> Reader:
    make_user(OWN, Role.ADMIN)
    return Reader(app, OWN)


def one_of_its_tenants() -> Tenant:
    return db.session.scalars(select(Tenant).where(Tenant.slug == "ziekenhuis-peelrand")).one()


@both_databases
def test_what_is_the_vendors_own_stays(own: Reader, demonstration: Product) -> None:
    beat("worker", NOW)
    assert "of no other product" not in own.get(LEAVE).main
    for contact in make_tenant(demonstration, "demo-klant", contacts=2, now=NOW).contacts:
        make_user(contact.email, Role.CONTACT)
    waiting_request(None, email="nobody@knows.example")
    waiting_request(one_of_its_tenants(), email="robin@ziekenhuis-peelrand.example")
    ask_for_account(RequestFacts("Sam", "sam@asks.example", "De Brug"), "nl", NOW)
    add_colleague(ANNA, Role.PLANNER, "nl", ADMIN, NOW)
    before = everything()
    page = own.get(LEAVE)
    for words in (
        "You start with an empty product, for customers of your own.",
        "2 accounts of contacts of no other product.",
        f"Accounts of the vendor: {ANNA}, {OWN}.",
        "Requests for an account that no tenant has been chosen for yet.",
        "Mails to your own people that wait, such as an invitation or an alarm: they still leave.",
    ):
        assert words in page.main, words

    assert own.post(LEAVE, {"sure": "y"}).location == "/planner/first-steps"

    assert everything()["heartbeat"] == before["heartbeat"]
    asked = db.session.scalars(select(AccountRequest.email).order_by(AccountRequest.email)).all()
    assert asked == ["nobody@knows.example", "sam@asks.example"]
    assert [message.address for message in messages()] == ["sam@asks.example", ANNA]
    assert db.session.scalars(select(User.email).order_by(User.email)).all() == [ANNA, OWN]


@pytest.mark.parametrize("beside", [False, True])
def test_page_counts_what_goes(own: Reader, demonstration: Product, beside: bool) -> None:
    if beside:
        make_tenant(make_product("echt", "Echt"), "eerste-klant", now=NOW)
    told_and_given(NOW)
    announced(demonstration)
    # Mails to its own people go as well.
    mail_new_password_link(user_with(PEOPLE[4].email) or User(), NOW)
    page = own.get(LEAVE).main
    before = {message.id: message.state for message in messages()}
    own.post(LEAVE, {"name": "Inconto"} if beside else {"sure": "y"})
    gone = [state for number, state in before.items() if number not in {message.id for message in messages()}]
    waiting = gone.count(MessageState.QUEUED)
    sent = gone.count(MessageState.SENT)
    assert (waiting > 1, sent > 1) == (True, True)
    assert f"{waiting} mails that wait do not leave any more. {sent} mails were sent already" in page


@pytest.mark.parametrize("laid_before", ["nobody yet", "the vendor", "another product's tenant"])
def test_who_asks_for_an_account_of_another_product_still_hears_of_it(
    own: Reader, demonstration: Product, laid_before: str
) -> None:
    its = make_tenant(demonstration, "demo-klant", contacts=0, now=NOW)
    real = make_tenant(make_product("echt", "Echt"), "eerste-klant", contacts=0, now=NOW)
    ask_for_account(RequestFacts("Robin", ASKS, "De Brug"), "nl", NOW)
    request = db.session.scalars(select(AccountRequest)).one()
    if laid_before != "nobody yet":
        request.state, request.confirmed_at = RequestState.WAITING, NOW
        request.tenant = real if laid_before != "the vendor" else None
    db.session.commit()
    add_contact(its, ContactFacts("Robin", ASKS), MANAGER)
    own.post(LEAVE, {"name": "Inconto"})
    assert (loaded(), [message.address for message in messages()]) == (None, [ASKS])
    assert db.session.scalars(select(AccountRequest.email)).all() == [ASKS]


@both_databases
def test_calendar_address_of_who_went_is_gone_and_nobody_elses(app: Flask, demonstration: Product) -> None:
    went, anybody = its_admin(app), Reader(app)
    its = db.session.scalars(select(User.id).where(User.email == PEOPLE[4].email)).one()
    went.post("/planner/calendar/renew")
    tenant_id = one_of_its_tenants().id
    old = path_of(app, its, FeedOwner.USER, "/plans/inconto.ics")
    paths = [old, path_of(app, tenant_id)]
    assert [anybody.get(path).status for path in paths] == [200, 200]
    tokens = db.session.scalar(select(func.count(FeedToken.id)))

    went.post(LEAVE, {"sure": "y", "email": OWN})

    assert [anybody.get(path).status for path in paths] == [410, 410]
    assert db.session.scalar(select(func.count(FeedToken.id))) == tokens
    # SQLite gives the number that was the highest to the next one.
    db.session.add(User(id=its, email=ANNA, fs_uniquifier="anna", role=Role.PLANNER, created_at=NOW))
    db.session.commit()
    new = path_of(app, its, FeedOwner.USER, "/plans/inconto.ics")
    assert (new != old, anybody.get(old).status) == (True, 410)
    assert re.fullmatch(r"/feeds/[\w-]{43}/plans/inconto\.ics", new)
