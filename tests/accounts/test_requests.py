"""Requests for an account when two come at once: one answer, three contacts, one request an address (SLA 4.1)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from accounts.request_answers import grant_request, refuse_request
from accounts.request_models import AccountRequest, RequestState
from accounts.request_pace import FIRST_ASKED, FROM_EVERYWHERE, FROM_ONE_SITE, Limit, asked_too_often, too_often
from accounts.requests import RequestFacts, ask_for_account, confirm_request, expire_requests, hash_of
from evidence.actors import Actor, NotAllowed, Role
from evidence.chain import verify
from evidence.models import Entry
from storage import Refused, db
from tenants.models import Contact, Tenant
from tests.at_once import Act, Prepared, at_once
from tests.requests import waiting_request
from tests.world import MANAGER, NOW, PLANNER, World, both_databases, make_product, make_tenant

ROUNDS = 5


def number_of_contacts(tenant: Tenant) -> int:
    return db.session.scalar(select(func.count(Contact.id)).where(Contact.tenant_id == tenant.id)) or 0


def kinds() -> list[str]:
    return list(db.session.scalars(select(Entry.kind).where(Entry.kind.startswith("account_")).order_by(Entry.id)))


def granter(request_id: int, tenant_id: int) -> Prepared:
    def prepare() -> Act:
        request, tenant = db.session.get_one(AccountRequest, request_id), db.session.get_one(Tenant, tenant_id)
        return lambda: grant_request(request, tenant, MANAGER, NOW)

    return prepare


def refuser(request_id: int) -> Prepared:
    def prepare() -> Act:
        request = db.session.get_one(AccountRequest, request_id)
        return lambda: refuse_request(request, "No", MANAGER, NOW)

    return prepare


@both_databases
def test_request_is_answered_once_whoever_answers_at_the_same_moment(app: Flask) -> None:
    product = make_product()
    for number in range(ROUNDS):
        tenant = make_tenant(product, f"tenant-{number}", contacts=1)
        request = waiting_request(tenant, email=f"sam{number}@asks.example")

        outcomes = at_once(app, [granter(request.id, tenant.id), refuser(request.id)])

        assert [type(one).__name__ for one in outcomes].count("Conflict") == 1
        db.session.expire_all()
        granted = request.state is RequestState.GRANTED
        assert request.state in {RequestState.GRANTED, RequestState.REFUSED}
        assert number_of_contacts(tenant) == (2 if granted else 1)
        assert len(kinds()) == number + 1
    assert verify() == []


@both_databases
def test_two_requests_for_the_third_place_get_one(app: Flask) -> None:
    product = make_product()
    for number in range(ROUNDS):
        tenant = make_tenant(product, f"tenant-{number}", contacts=2)
        asked = [waiting_request(tenant, email=f"{name}{number}@asks.example") for name in ("sam", "noor")]
        ids = [one.id for one in asked]

        outcomes = at_once(app, [granter(one, tenant.id) for one in ids])

        assert sorted(type(one).__name__ for one in outcomes) == ["Contact", "TooManyContacts"]
        assert number_of_contacts(tenant) == 3
        states = select(AccountRequest.state).where(AccountRequest.id.in_(ids))
        assert sorted(one.value for one in db.session.scalars(states)) == ["granted", "waiting"]


@both_databases
def test_address_that_asks_twice_at_once_is_one_request(app: Flask) -> None:
    make_product()

    def asker() -> Act:
        return lambda: ask_for_account(RequestFacts("Sam", "sam@asks.example", "De Brug"), "nl", NOW)

    outcomes = at_once(app, [asker, asker, asker])

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert [one.value for one in db.session.scalars(select(AccountRequest.state))] == ["asked"]


@both_databases
def test_link_confirms_once_whoever_follows_it_at_the_same_moment(planned: World, app: Flask) -> None:
    request = waiting_request(None)
    request.state, request.confirmed_at, request.token_hash = RequestState.ASKED, None, hash_of("token")
    db.session.commit()

    def follower() -> Act:
        return lambda: confirm_request("token", NOW)

    outcomes = at_once(app, [follower, follower, follower])

    assert sorted(map(str, outcomes)) == ["False", "False", "True"]
    assert kinds() == ["account_asked"]


@both_databases
def test_two_workers_expire_a_request_once(planned: World, app: Flask) -> None:
    request = waiting_request(planned.brug)
    later = NOW.replace(year=2027)

    def worker() -> Act:
        return lambda: expire_requests(later)

    outcomes = at_once(app, [worker, worker])

    assert sorted(map(str, outcomes)) == ["0", "1"]
    db.session.refresh(request)
    assert (request.state, kinds()) == (RequestState.EXPIRED, ["account_expired"])


@both_databases
def test_one_open_request_an_address_is_guarded_by_the_database(planned: World) -> None:
    first = waiting_request(planned.brug)
    row = {
        column.name: getattr(first, column.name) for column in AccountRequest.__table__.columns if column.name != "id"
    }
    with pytest.raises(IntegrityError):
        db.session.execute(insert(AccountRequest).values(row | {"token_hash": "another"}))
    db.session.rollback()
    refuse_request(first, "No", MANAGER, NOW)
    db.session.execute(insert(AccountRequest).values(row | {"token_hash": "another"}))
    db.session.commit()


@both_databases
def test_pace_is_counted_where_every_process_sees_it(planned: World, app: Flask) -> None:
    limit = Limit(2, timedelta(hours=1))

    def asker() -> Act:
        return lambda: too_often("place", "192.0.2.1", limit, NOW)

    outcomes = at_once(app, [asker, asker, asker])

    assert sorted(map(str, outcomes)) == ["False", "False", "True"]
    assert too_often("place", "192.0.2.2", limit, NOW) is False


@both_databases
def test_who_asks_for_the_first_time_is_not_shut_out_by_who_asks_again_and_again(planned: World) -> None:
    refused = [asked_too_often(f"198.51.{place}.7", f"198.51.{place}.7", NOW) for place in range(40) for _ in range(9)]
    assert refused.count(False) == 40 * FIRST_ASKED + FROM_EVERYWHERE.most
    assert asked_too_often("192.0.2.1", "192.0.2.1", NOW) is False


def test_one_site_has_many_places(planned: World) -> None:
    refused = [asked_too_often(f"2001:db8:1:{place}::/64", "2001:db8:1::/48", NOW) for place in range(40)]
    assert refused.count(False) == FROM_ONE_SITE.most
    assert asked_too_often("2001:db8:2:1::/64", "2001:db8:2::/48", NOW) is False


def test_answers_are_for_managers_and_the_tenants_own_contacts(planned: World) -> None:
    request = waiting_request(planned.brug)
    own, other = planned.brug.contacts[0].email, planned.peelrand.contacts[0].email
    for by in (PLANNER, Actor(other, Role.CONTACT), Actor("token demonstration", Role.CONTACT)):
        with pytest.raises(NotAllowed):
            grant_request(request, planned.brug, by, NOW)
        with pytest.raises(NotAllowed):
            refuse_request(request, "No", by, NOW, planned.brug)
    # Nor may a contact let somebody in who was not laid before its tenant.
    elsewhere = waiting_request(None, email="other@asks.example")
    with pytest.raises(NotAllowed):
        grant_request(elsewhere, planned.brug, Actor(own, Role.CONTACT), NOW)
    with pytest.raises(Refused):
        grant_request(request, planned.brug, Actor(own, Role.CONTACT), NOW, planned.peelrand.contacts[0])
    assert grant_request(request, planned.brug, Actor(own, Role.CONTACT), NOW).tenant_id == planned.brug.id
