"""Newsletters end with one click; the address that does it can be neither guessed nor used for another reader."""

from typing import Any

import pytest
from flask import Flask
from itsdangerous import URLSafeSerializer

from announcements.bulletin_announcing import announce_bulletin
from announcements.bulletin_mailing import put_out
from announcements.models import BulletinKind
from announcements.unsubscribing import subscribe_again, subscription_of, unsubscribe, unsubscribe_url
from evidence.actors import NotAllowed
from evidence.chain import verify
from outbox.models import MessageState
from storage import db
from tenants.contacts import ContactFacts, change_contact, remove_contact
from tenants.models import Contact
from tests.at_once import at_once
from tests.bulletins import announced, drafted, on_record
from tests.planning import messages
from tests.world import MANAGER, NOW, PLANNER, World, both_databases


def token(world: World) -> str:
    contact = world.brug.contacts[0]
    return unsubscribe_url(contact.id, contact.email).rpartition("/")[2]


@both_databases
def test_unsubscribing_acts_once_and_stops_what_waits(planned: World) -> None:
    contact = planned.brug.contacts[0]
    announced(planned.product, BulletinKind.NEWSLETTER)
    announced(planned.product, BulletinKind.URGENT)
    assert [unsubscribe(contact, NOW), unsubscribe(contact, NOW)] == [True, False]

    assert contact.unsubscribed_at == NOW
    waits = [(one.state, one.urgent) for one in messages(planned.brug) if one.contact_id == contact.id]
    assert waits == [(MessageState.CANCELLED, False), (MessageState.QUEUED, True)]
    assert [one.state for one in messages(planned.peelrand)] == [MessageState.QUEUED] * 2
    assert on_record("unsubscribed") == [("unsubscribed", f"contact {contact.id}", planned.brug.id)]


@both_databases
@pytest.mark.parametrize("attempt", range(3))
def test_newsletter_written_at_the_same_moment_is_not_mailed(app: Flask, planned: World, attempt: int) -> None:
    announce_bulletin(drafted(planned.product, BulletinKind.NEWSLETTER), MANAGER, NOW, revision=1)
    number = planned.brug.contacts[0].id

    def writing() -> Any:
        return lambda: put_out(NOW)

    def leaving() -> Any:
        contact = db.session.get_one(Contact, number)
        return lambda: unsubscribe(contact, NOW)

    _mails, left = at_once(app, [writing, leaving])
    assert left is True
    assert [one.state for one in messages(planned.brug) if one.contact_id == number] in (
        [],
        [MessageState.CANCELLED],
    )
    assert verify() == []


@both_databases
def test_contact_and_vendor_can_subscribe_again(planned: World) -> None:
    contact = planned.brug.contacts[0]
    for by in (None, MANAGER):
        unsubscribe(contact, NOW, by)
        assert [subscribe_again(contact, NOW, by), subscribe_again(contact, NOW, by)] == [True, False]
        assert contact.unsubscribed_at is None
    assert [who for _kind, who, _tenant in on_record("unsubscribed", "subscribed")] == [
        *[f"contact {contact.id}"] * 2,
        *[MANAGER.name] * 2,
    ]


def test_planner_changes_no_subscription(planned: World) -> None:
    for verb in (unsubscribe, subscribe_again):
        with pytest.raises(NotAllowed):
            verb(planned.brug.contacts[0], NOW, PLANNER)


def test_token_stands_for_its_contact(planned: World) -> None:
    found = subscription_of(token(planned))
    assert found is not None
    assert found.contact == planned.brug.contacts[0]


def test_token_is_good_for_its_address_only(planned: World) -> None:
    mailed, contact = token(planned), planned.brug.contacts[0]
    change_contact(contact, ContactFacts("Iemand anders", "somebody@else.example"), MANAGER)
    found = subscription_of(mailed)
    assert found is not None
    assert found.contact is None


def test_token_of_a_contact_that_is_gone_is_still_ours(planned: World) -> None:
    mailed = token(planned)
    remove_contact(planned.brug.contacts[0], MANAGER)
    found = subscription_of(mailed)
    assert found is not None
    assert found.contact is None


def test_token_that_we_did_not_make_is_none(app: Flask, planned: World) -> None:
    mailed = token(planned)
    made = [
        "",
        "none",
        mailed[:-1],
        mailed + "x",
        mailed.upper(),
        URLSafeSerializer(app.config["SECRET_KEY"], salt="itsdangerous").dumps([1, "x"]),
        URLSafeSerializer("another key", salt="unsubscribe").dumps([1, "x"]),
        "\u0663" * 300,
    ]
    assert [subscription_of(one) for one in made] == [None] * len(made)
