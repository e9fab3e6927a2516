"""Secret calendar addresses: known by their hash, shown again from the key, replaced at will."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from accounts.models import User
from storage import db
from tenants.contacts import remove_contact
from tenants.feed_models import FeedToken
from tenants.feed_tokens import GRACE, FeedOwner, current, derive, hash_of, issue, old_until, renew, stop_old
from tenants.models import Contact, Tenant
from tests.at_once import at_once, once_waited_for
from tests.world import MANAGER, NOW, World, both_databases


def key(app: Flask) -> str:
    return str(app.config["FEED_KEY"])


def tokens(tenant_id: int) -> list[tuple[int, datetime | None]]:
    """The addresses of a tenant, and from when each is gone."""
    rows = db.session.execute(
        select(FeedToken.generation, FeedToken.ends_at)
        .where(FeedToken.tenant_id == tenant_id)
        .order_by(FeedToken.generation)
    )
    return [(row.generation, row.ends_at) for row in rows]


def test_feed_token_is_not_in_the_database(app: Flask, planned: World) -> None:
    token = current(key(app), planned.brug.id)
    row = db.session.scalars(select(FeedToken).where(FeedToken.tenant_id == planned.brug.id)).one()

    assert token is not None
    assert len(token) == 43
    assert row.token_hash == hash_of(token)
    assert token not in {str(value) for value in vars(row).values()}


def test_feed_tokens_differ_by_owner_and_by_key(app: Flask) -> None:
    found = {derive(one, 1, 1, kind) for one in (key(app), "another key") for kind in FeedOwner}
    assert len(found) == 6


def test_feed_token_is_not_shown_under_another_key(planned: World) -> None:
    assert current("another key, of some length", planned.brug.id) is None


def test_feed_token_of_nobody_is_none(app: Flask, planned: World) -> None:
    assert current(key(app), 999) is None
    assert current(key(app), planned.brug.id, FeedOwner.CONTACT) is None


@both_databases
def test_renew_lets_the_old_address_answer_for_a_while(app: Flask, planned: World) -> None:
    renew(key(app), planned.brug.id, NOW)

    assert tokens(planned.brug.id) == [(1, NOW + GRACE), (2, None)]
    assert current(key(app), planned.brug.id) == derive(key(app), planned.brug.id, 2)
    assert old_until(planned.brug.id, NOW) == NOW + GRACE
    assert old_until(planned.brug.id, NOW + GRACE) is None
    assert tokens(planned.peelrand.id) == [(1, None)]


def test_old_addresses_are_stopped_before_their_time(app: Flask, planned: World) -> None:
    later = NOW + timedelta(hours=1)
    renew(key(app), planned.brug.id, NOW)
    assert stop_old(planned.brug.id, later) == 1
    assert stop_old(planned.brug.id, later) == 0
    assert tokens(planned.brug.id) == [(1, later), (2, None)]


def test_addresses_renewed_one_after_another_leave_one_in_use(app: Flask, planned: World) -> None:
    tenant_id = planned.brug.id
    outcomes = at_once(app, [lambda: lambda: renew(key(app), tenant_id, NOW)] * 3)

    assert outcomes == [None] * 3
    # SQLite lets one write at a time: each got a new one, and the last of them is in use.
    assert tokens(tenant_id) == [(1, NOW + GRACE), (2, NOW + GRACE), (3, NOW + GRACE), (4, None)]
    assert current(key(app), tenant_id) == derive(key(app), tenant_id, 4)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_of_addresses_renewed_at_once_the_second_keeps_what_the_first_made(app: Flask, planned: World) -> None:
    tenant_id = planned.brug.id
    with db.engine.connect() as other:
        # All have seen the first address by the time that one of them may go on.
        other.execute(select(Tenant.id).where(Tenant.id == tenant_id).with_for_update())
        with once_waited_for(other.rollback, waiting=3):
            outcomes = at_once(app, [lambda: lambda: renew(key(app), tenant_id, NOW)] * 3)

    assert outcomes == [None] * 3
    assert tokens(tenant_id) == [(1, NOW + GRACE), (2, None)]
    assert current(key(app), tenant_id) == derive(key(app), tenant_id, 2)


@both_databases
@pytest.mark.parametrize("kind", FeedOwner)
def test_owner_who_was_removed_gets_no_address(app: Flask, planned: World, kind: FeedOwner) -> None:
    before = db.session.scalars(select(FeedToken.id)).all()
    renew(key(app), 999, NOW, kind)
    assert db.session.scalars(select(FeedToken.id)).all() == before


@pytest.mark.parametrize("engine", ["postgresql"])
def test_owner_who_is_removed_at_that_moment_gets_no_address(app: Flask, planned: World) -> None:
    contact_id = planned.brug.contacts[0].id
    with db.engine.connect() as other:
        other.execute(delete(Contact).where(Contact.id == contact_id))
        with once_waited_for(other.commit):
            renew(key(app), contact_id, NOW, FeedOwner.CONTACT)
    assert db.session.scalars(select(FeedToken).where(FeedToken.tenant_id.is_(None))).all() == []


@both_databases
def test_contact_and_user_get_addresses_of_their_own(app: Flask, planned: World) -> None:
    contact, user = planned.brug.contacts[0], db.session.scalars(select(User)).first()
    assert user is not None
    renew(key(app), contact.id, NOW, FeedOwner.CONTACT)
    renew(key(app), user.id, NOW, FeedOwner.USER)
    assert current(key(app), contact.id, FeedOwner.CONTACT) == derive(key(app), contact.id, 1, FeedOwner.CONTACT)
    assert current(key(app), user.id, FeedOwner.USER) == derive(key(app), user.id, 1, FeedOwner.USER)


@both_databases
def test_address_outlives_its_owner_to_be_gone(app: Flask, planned: World) -> None:
    contact = planned.brug.contacts[0]
    renew(key(app), contact.id, NOW, FeedOwner.CONTACT)
    token = current(key(app), contact.id, FeedOwner.CONTACT) or ""
    remove_contact(contact, MANAGER)
    row = db.session.scalars(select(FeedToken).where(FeedToken.token_hash == hash_of(token))).one()
    assert (row.tenant_id, row.contact_id, row.user_id) == (None, None, None)


def test_number_given_again_gets_an_address_of_its_own(app: Flask, planned: World) -> None:
    user_id = db.session.scalars(select(User.id).order_by(User.id.desc())).first() or 0
    renew(key(app), user_id, NOW, FeedOwner.USER)
    old = current(key(app), user_id, FeedOwner.USER)
    db.session.execute(delete(User).where(User.id == user_id))
    db.session.commit()
    db.session.add(User(id=user_id, email="new@vendor.example", fs_uniquifier="new", role="viewer", created_at=NOW))
    db.session.commit()
    renew(key(app), user_id, NOW, FeedOwner.USER)
    assert current(key(app), user_id, FeedOwner.USER) not in {None, old}


@both_databases
def test_database_knows_one_owner_and_one_address_in_use(app: Flask, planned: World) -> None:
    one = FeedToken(generation=9, token_hash="a" * 64, created_at=NOW, tenant_id=planned.brug.id)
    one.contact_id = planned.brug.contacts[0].id
    db.session.add(one)
    with pytest.raises(IntegrityError, match="one_owner"):
        db.session.commit()
    db.session.rollback()
    issue(key(app), [planned.brug.id], NOW)
    with pytest.raises(IntegrityError):
        db.session.commit()
