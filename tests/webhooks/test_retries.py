"""What fails is tried again under the same id, and in the end it is given up."""

from datetime import timedelta

from sqlalchemy import select

from evidence.models import Entry
from storage import db
from tests.webhooks.delivering import AFTER, NOTHING, the
from tests.webhooks.listening import Receiver, deliveries, endpoint, happened, states
from tests.world import MANAGER, NOW, World, both_databases
from webhooks.delivery import deliver_due
from webhooks.models import DeliveryState, WebhookEvent
from webhooks.retries import MOST_ATTEMPTS, next_attempt
from webhooks.services import send_again, switch_off, switch_on


@both_databases
def test_failed_attempt_is_repeated_with_the_same_id_and_the_same_words(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url())
    happened(planned.brug)
    receiver.status, receiver.reply = 503, b"We are \x00being moved."
    assert deliver_due(NOW, "worker") == NOTHING | {"retried": 1}
    (row,) = deliveries()
    assert (row.state, row.status, row.reply) == (DeliveryState.QUEUED, 503, "We are being moved.")
    assert timedelta(seconds=5) <= row.next_attempt_at - NOW < timedelta(seconds=10)
    since = the(hook).failing_since
    assert since is not None

    receiver.status = 200
    assert deliver_due(NOW + timedelta(seconds=1), "worker") == NOTHING
    assert deliver_due(NOW + timedelta(minutes=1), "worker") == NOTHING | {"delivered": 1}
    first, second = receiver.came
    assert (first.id, first.body) == (second.id, second.body)
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 60
    assert the(hook).failing_since is None


def test_pauses_grow_over_three_days_until_it_is_given_up(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url())
    happened(planned.brug)
    receiver.status = 500
    moment, ends = NOW, []
    for attempt in range(1, MOST_ATTEMPTS + 1):
        ends.append(deliver_due(moment, "worker"))
        moment = (next_attempt(attempt, moment) or moment) + timedelta(seconds=30)

    assert ends == [NOTHING | {"retried": 1}] * 9 + [NOTHING | {"failed": 1}]
    assert timedelta(days=3) < moment - NOW < timedelta(days=4)
    assert states() == ["failed"]
    assert deliver_due(moment + timedelta(days=2), "worker") == NOTHING

    receiver.status = 200
    (row,) = deliveries()
    send_again(row, MANAGER, moment)
    assert deliver_due(moment, "worker") == NOTHING | {"delivered": 1}
    assert len({request.id for request in receiver.came}) == 1
    assert the(hook).failing_since is None


@both_databases
def test_receiver_that_is_gone_is_switched_off(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url())
    happened(planned.brug, number=2)
    receiver.status = 410

    assert deliver_due(NOW, "worker") == NOTHING | {"failed": 1}
    assert (the(hook).off_at is not None, the(hook).off_by) == (True, "clock")
    assert deliver_due(AFTER, "worker") == NOTHING
    happened(planned.brug)
    assert (states(), len(receiver.came)) == (["failed", "queued"], 1)
    kinds = db.session.scalars(select(Entry.kind).order_by(Entry.id)).all()
    assert kinds[-2:] == ["webhook_added", "webhook_off"]

    receiver.status = 200
    switch_on(the(hook), MANAGER, NOW)
    assert deliver_due(AFTER, "worker") == NOTHING | {"delivered": 1}


def test_endpoint_that_is_switched_off_hears_nothing_of_that_time(receiver: Receiver, planned: World) -> None:
    hook = endpoint(receiver.url())
    switch_off(hook, MANAGER, NOW)
    happened(planned.brug)
    switch_on(hook, MANAGER, NOW)
    assert (deliver_due(NOW, "worker"), deliveries()) == (NOTHING, [])
    # Nobody heard it, so it is not written at all.
    assert db.session.scalars(select(WebhookEvent)).all() == []


def test_endpoint_that_fails_is_left_alone_and_the_others_get_theirs(receiver: Receiver, planned: World) -> None:
    with Receiver() as broken:
        broken.status = 500
        endpoint(broken.url())
        endpoint(receiver.url())
        happened(planned.brug, number=20)
        assert deliver_due(NOW, "worker") == {"delivered": 20, "retried": 1, "failed": 0}
        assert (len(broken.came), len(receiver.came)) == (1, 20)
    assert [request.event["data"]["number"] for request in receiver.came] == list(range(1, 21))
