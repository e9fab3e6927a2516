"""Secret calendar addresses: known by their hash, shown again from the key, replaced at will."""

from flask import Flask
from sqlalchemy import select

from storage import db
from tenants.feed_tokens import current, derive, hash_of, renew, tenant_of
from tenants.models import FeedToken
from tests.world import NOW, World, both_databases


def key(app: Flask) -> str:
    return str(app.config["FEED_KEY"])


@both_databases
def test_feed_token_leads_to_its_own_tenant_only(app: Flask, planned: World) -> None:
    tokens = [current(key(app), tenant.id) for tenant in (planned.brug, planned.peelrand)]

    assert [tenant_of(token or "") for token in tokens] == [planned.brug, planned.peelrand]
    assert tenant_of("A" * 43) is None


def test_feed_token_is_not_in_the_database(app: Flask, planned: World) -> None:
    token = current(key(app), planned.brug.id)
    row = db.session.scalars(select(FeedToken).where(FeedToken.tenant_id == planned.brug.id)).one()

    assert token is not None
    assert len(token) == 43
    assert row.token_hash == hash_of(token)
    assert token not in {str(value) for value in vars(row).values()}


def test_feed_token_is_not_shown_under_another_key(planned: World) -> None:
    assert current("another key, of some length", planned.brug.id) is None


def test_feed_token_of_nobody_is_none(app: Flask, planned: World) -> None:
    assert current(key(app), 999) is None


def test_renew_puts_a_new_address_in_the_place_of_the_old(app: Flask, planned: World) -> None:
    old = current(key(app), planned.brug.id) or ""
    renew(key(app), planned.brug, NOW)
    new = current(key(app), planned.brug.id) or ""

    assert new == derive(key(app), planned.brug.id, 2)
    assert (tenant_of(old), tenant_of(new)) == (None, planned.brug)
