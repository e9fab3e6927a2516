"""What happened arrives, signed, at those who asked for it."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from standardwebhooks import Webhook, WebhookVerificationError

from evidence.chain import Happening, Kind, append
from storage import db
from tests.at_once import Act, at_once
from tests.webhooks.delivering import AFTER, NOTHING
from tests.webhooks.listening import Receiver, deliveries, endpoint, happened, states
from tests.world import MANAGER, NOW, World, both_databases
from webhooks.delivery import deliver_due
from webhooks.models import DeliveryState, EventType, WebhookEndpoint
from webhooks.publishing import Event, publish
from webhooks.services import GRACE, Scope, remove_endpoint, renew_secret, secret, switch_off


@both_databases
def test_event_arrives_signed_and_the_library_verifies_it(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url())
    key = secret(hook)
    happened(planned.brug)

    assert deliver_due(NOW, "worker") == NOTHING | {"delivered": 1}
    (came,) = receiver.came
    with time_machine.travel(NOW, tick=False):
        event = Webhook(key).verify(came.body, came.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(key).verify(came.body.replace(b"brug", b"dam"), came.headers)
    assert event == {
        "type": "notice.given",
        "timestamp": "2026-11-23T09:00:00+00:00",
        "data": {"tenant": "zorggroep-de-brug", "number": 1},
    }
    assert (came.path, came.headers["content-type"], came.headers["host"]) == (
        "/hook",
        "application/json",
        f"127.0.0.1:{receiver.port}",
    )
    (row,) = deliveries()
    assert (row.state, row.attempts, row.status, row.owner) == (DeliveryState.DELIVERED, 1, 204, None)
    assert (deliver_due(AFTER, "worker"), len(receiver.came)) == (NOTHING, 1)


def test_both_secrets_sign_for_a_day(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url())
    before = secret(hook)
    renew_secret(hook, MANAGER, NOW)
    since = secret(hook)
    # A delivery is signed for the moment at which it leaves, which is a little later on a busy machine.
    at = [NOW, NOW + GRACE - timedelta(minutes=2), NOW + GRACE]
    for moment in at:
        happened(planned.brug, now=moment)
        deliver_due(moment, "worker")

    def signs(key: str, number: int) -> bool:
        with time_machine.travel(at[number], tick=False):
            try:
                Webhook(key).verify(receiver.came[number].body, receiver.came[number].headers)
            except WebhookVerificationError:
                return False
        return True

    assert before != since
    assert [(signs(before, number), signs(since, number)) for number in range(3)] == [
        (True, True),
        (True, True),
        (False, True),
    ]


def test_events_of_long_ago_are_forgotten_but_for_those_that_wait(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url())
    happened(planned.brug)
    deliver_due(NOW, "worker")
    happened(planned.brug)
    switch_off(hook, MANAGER, NOW)
    deliver_due(NOW + timedelta(days=89), "worker")
    before = states()
    deliver_due(NOW + timedelta(days=91), "worker")
    assert (before, states()) == (["delivered", "queued"], ["queued"])


def test_tenants_endpoint_hears_of_its_own_tenant_only(receiver: Receiver, planned: World) -> None:
    endpoint(receiver.url(path="/brug"), Scope(tenant=planned.brug))
    endpoint(receiver.url(path="/product"), Scope(product=planned.product), ("notice.given",))
    endpoint(receiver.url(path="/other"), events=("notice.missed",))
    happened(planned.brug)
    happened(planned.peelrand)
    deliver_due(NOW, "worker")
    heard = sorted((request.path, request.event["data"]["tenant"]) for request in receiver.came)
    assert heard == [
        ("/brug", "zorggroep-de-brug"),
        ("/product", "ziekenhuis-peelrand"),
        ("/product", "zorggroep-de-brug"),
    ]


@both_databases
def test_endpoint_is_removed_while_it_is_told(receiver: Receiver, planned: World, app: Flask) -> None:
    number = endpoint(receiver.url()).id
    product, tenant = planned.product.id, planned.brug.id
    happened(planned.brug, number=20)

    def remove() -> Act:
        hook = db.session.get_one(WebhookEndpoint, number)
        return lambda: remove_endpoint(hook, MANAGER, NOW)

    def tell() -> Act:
        events = [Event(EventType.NOTICE_GIVEN, product, tenant, {})] * 20

        def act() -> None:
            publish(events, NOW)
            append([Happening(Kind.GIVEN, "clock", tenant)], NOW)
            db.session.commit()

        return act

    def deliver() -> Act:
        return lambda: deliver_due(NOW, "worker")

    outcomes = at_once(app, [remove, tell, tell, deliver, deliver])
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert (deliveries(), db.session.scalars(select(WebhookEndpoint)).all()) == ([], [])
