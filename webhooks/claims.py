"""Who may send a delivery, and what its end changes: a worker that comes too late changes nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlalchemy import ColumnElement, Connection, func, literal_column, null, select, update

from outbox.leases import LEASE, insist
from storage import db
from webhooks.models import DeliveryState, Problem, WebhookDelivery, WebhookEndpoint, WebhookEvent
from webhooks.posting import Answer
from webhooks.retries import MOST_ATTEMPTS, next_attempt

# In words of the statement itself: a database does not use the index of the waiting rows for a state that it is told
# only when it runs.
_QUEUED = WebhookDelivery.state == literal_column("'queued'")

log = structlog.get_logger()


class Claimed(NamedTuple):
    """What a worker needs of a delivery to make an attempt."""

    id: int
    endpoint_id: int
    attempts: int
    event_id: str
    payload: str
    url: str
    salt: str
    previous_salt: str | None
    previous_until: datetime | None


def endpoints_due(now: datetime) -> Sequence[int]:
    """The endpoints that something waits for: first those that answered last time, each in the order of its waiting."""
    with db.engine.connect() as connection:
        return connection.scalars(
            select(WebhookEndpoint.id)
            .join(WebhookDelivery, WebhookDelivery.endpoint_id == WebhookEndpoint.id)
            .where(_is_due(now))
            .group_by(WebhookEndpoint.id, WebhookEndpoint.failing_since)
            .order_by(WebhookEndpoint.failing_since.is_not(None), func.min(WebhookDelivery.next_attempt_at))
        ).all()


def claim(endpoint_id: int, owner: str, now: datetime) -> Claimed | None:
    """Take what has waited longest for an endpoint; None where nothing does, or another worker has it."""
    with db.engine.begin() as connection:
        row = connection.execute(
            select(
                WebhookDelivery.id,
                WebhookDelivery.endpoint_id,
                WebhookDelivery.attempts,
                WebhookEvent.id,
                WebhookEvent.payload,
                WebhookEndpoint.url,
                WebhookEndpoint.salt,
                WebhookEndpoint.previous_salt,
                WebhookEndpoint.previous_until,
            )
            .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
            .join(WebhookEvent, WebhookEvent.id == WebhookDelivery.event_id)
            .where(WebhookDelivery.endpoint_id == endpoint_id, _is_due(now))
            .order_by(WebhookDelivery.next_attempt_at, WebhookDelivery.id)
            .limit(1)
            .with_for_update(of=WebhookDelivery, skip_locked=True)
        ).one_or_none()
        if row is None:
            return None
        claimed = Claimed(*row)
        connection.execute(
            update(WebhookDelivery)
            .where(WebhookDelivery.id == claimed.id)
            .values(
                state=DeliveryState.SENDING,
                owner=owner,
                lease_until=now + LEASE,
                attempts=claimed.attempts + 1,
                attempted_at=now,
            )
        )
    return claimed._replace(attempts=claimed.attempts + 1)


def settle(claimed: Claimed, owner: str, answer: Answer, now: datetime) -> DeliveryState | None:
    """Write how an attempt ended. Returns what the delivery is since; None where it was no longer ours."""
    return insist(lambda: _settle(claimed, owner, answer, now))


def take_back(now: datetime) -> int:
    """Queue again what lost workers left, under the same id; it may arrive twice. Returns how many; commits."""
    with db.engine.begin() as connection:
        lost = connection.execute(
            select(WebhookDelivery.id, WebhookDelivery.attempts)
            # One that ends further ahead than any that is given now is of a worker with a wrong clock.
            .where((WebhookDelivery.lease_until < now) | (WebhookDelivery.lease_until > now + 2 * LEASE))
            .with_for_update(skip_locked=True)
        ).all()
        for row in lost:
            state = DeliveryState.QUEUED if row.attempts < MOST_ATTEMPTS else DeliveryState.FAILED
            _end(connection, WebhookDelivery.id == row.id, state, Answer(problem=Problem.LOST), now)
    if lost:
        log.warning("a worker was lost while it sent webhooks", deliveries=[row.id for row in lost])
    return len(lost)


def _settle(claimed: Claimed, owner: str, answer: Answer, now: datetime) -> DeliveryState | None:
    again_at = next_attempt(claimed.attempts, now)
    if answer.is_taken:
        state = DeliveryState.DELIVERED
    elif again_at is None or answer.status == 410:
        state = DeliveryState.FAILED
    else:
        state = DeliveryState.QUEUED
    ours = (
        (WebhookDelivery.id == claimed.id)
        & (WebhookDelivery.owner == owner)
        # The same worker may have lost and claimed it again.
        & (WebhookDelivery.attempts == claimed.attempts)
    )
    endpoint = WebhookEndpoint.id == claimed.endpoint_id
    with db.engine.begin() as connection:
        # First the endpoint, then its delivery, as whoever removes it does; else each would hold what the other wants.
        connection.execute(select(WebhookEndpoint.id).where(endpoint).with_for_update(key_share=True))
        if not _end(connection, ours, state, answer, again_at or now):
            return None
        since = null() if answer.is_taken else func.coalesce(WebhookEndpoint.failing_since, now)
        connection.execute(update(WebhookEndpoint).where(endpoint).values(failing_since=since))
    return state


def _end(
    connection: Connection, which: ColumnElement[bool], state: DeliveryState, answer: Answer, at: datetime
) -> bool:
    found = connection.execute(
        update(WebhookDelivery)
        .where(which, WebhookDelivery.state == DeliveryState.SENDING)
        .values(
            state=state,
            owner=None,
            lease_until=None,
            next_attempt_at=at,
            delivered_at=WebhookDelivery.attempted_at if state is DeliveryState.DELIVERED else None,
            status=answer.status,
            problem=answer.problem,
            reply=answer.reply,
        )
    )
    return found.rowcount > 0


def _is_due(now: datetime) -> ColumnElement[bool]:
    return _QUEUED & ((WebhookDelivery.next_attempt_at <= now) & WebhookEndpoint.off_at.is_(None))
