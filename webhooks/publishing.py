"""Write down what happened for whoever listens, in the transaction in which it happens."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import exists, insert, select

from storage import db
from webhooks.models import EventType, WebhookDelivery, WebhookEndpoint, WebhookEvent

# Databases limit the number of values in one statement.
_AT_ONCE = 5000


@dataclass(frozen=True)
class Event:
    """One thing that happened; ``data`` are plain values, ids and names of changes, no personal data.

    Without a tenant it is for the vendor's systems. A tenant hears of its own only; ``for_vendor`` is whether the
    vendor's systems do as well.
    """

    type: EventType
    product_id: int
    tenant_id: int | None
    data: dict[str, Any]
    for_vendor: bool = True


def anybody_listens() -> bool:
    """Whether it is worth finding out what to tell."""
    return bool(db.session.scalar(select(exists().where(WebhookEndpoint.off_at.is_(None)))))


def publish(events: Iterable[Event], now: datetime) -> None:
    """Write, in the running transaction, each event that somebody hears, and a delivery for each who does.

    Nothing is written of what nobody hears.
    """
    wanted = list(events)
    if not wanted:
        return
    listeners = list(_listeners({event.tenant_id for event in wanted}))
    write([(event, [one for one in listeners if _hears(one, event)]) for event in wanted], now)


def write(heard: Iterable[tuple[Event, Sequence[WebhookEndpoint]]], now: datetime) -> None:
    """Write, in the running transaction, events for the endpoints that hear each; none of what nobody hears."""
    events: list[dict[str, Any]] = []
    deliveries: list[dict[str, Any]] = []
    for event, endpoints in heard:
        if not endpoints:
            continue
        event_id = f"msg_{uuid4().hex}"
        payload = {"type": event.type.value, "timestamp": now.astimezone(UTC).isoformat(), "data": event.data}
        events.append(
            {
                "id": event_id,
                "type": event.type,
                "tenant_id": event.tenant_id,
                "payload": json.dumps(payload, ensure_ascii=False),
                "created_at": now,
            }
        )
        deliveries += [
            {"event_id": event_id, "endpoint_id": one.id, "created_at": now, "next_attempt_at": now}
            for one in endpoints
        ]
    if events:
        db.session.execute(insert(WebhookEvent), events)
        db.session.execute(insert(WebhookDelivery), deliveries)


def _listeners(tenant_ids: set[int | None]) -> Iterator[WebhookEndpoint]:
    """The endpoints of the vendor, and those of these tenants, that are not switched off.

    None of them is removed until the transaction ends: what is written for it would have nothing to point to.
    """
    on = select(WebhookEndpoint).where(WebhookEndpoint.off_at.is_(None)).order_by(WebhookEndpoint.id)
    on = on.with_for_update(read=True, key_share=True)
    yield from db.session.scalars(on.where(WebhookEndpoint.tenant_id.is_(None)))
    tenants = sorted(one for one in tenant_ids if one is not None)
    for start in range(0, len(tenants), _AT_ONCE):
        yield from db.session.scalars(on.where(WebhookEndpoint.tenant_id.in_(tenants[start : start + _AT_ONCE])))


def _hears(endpoint: WebhookEndpoint, event: Event) -> bool:
    if not endpoint.hears(event.type):
        return False
    if endpoint.tenant_id is not None:
        return endpoint.tenant_id == event.tenant_id
    return event.for_vendor and endpoint.product_id in {None, event.product_id}
