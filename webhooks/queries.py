"""Reads of endpoints and deliveries for the faces."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from storage import db
from storage.paging import Listed, listed
from webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint

_MOST = 10_000


def endpoints() -> Sequence[WebhookEndpoint]:
    """Every endpoint with its product and tenant: the vendor's first, then by tenant's number."""
    return db.session.scalars(
        select(WebhookEndpoint)
        .order_by(WebhookEndpoint.tenant_id.is_not(None), WebhookEndpoint.tenant_id, WebhookEndpoint.id)
        .options(joinedload(WebhookEndpoint.product), joinedload(WebhookEndpoint.tenant))
    ).all()


def endpoints_of(tenant_id: int) -> Sequence[WebhookEndpoint]:
    """The endpoints of one tenant, the oldest first."""
    return db.session.scalars(
        select(WebhookEndpoint).where(WebhookEndpoint.tenant_id == tenant_id).order_by(WebhookEndpoint.id)
    ).all()


def delivery_page(endpoint: WebhookEndpoint, page: int, state: DeliveryState | None = None) -> Listed:
    """The deliveries of an endpoint with their events by the page, the newest first; two queries."""
    query = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id)
    if state is not None:
        query = query.where(WebhookDelivery.state == state)
    ordered = query.order_by(WebhookDelivery.id.desc()).options(joinedload(WebhookDelivery.event))
    return listed(ordered, page, most=_MOST)


def failing_since(before: datetime) -> Sequence[WebhookEndpoint]:
    """The endpoints that have failed since ``before`` or longer and are not switched off, the oldest first."""
    return db.session.scalars(
        select(WebhookEndpoint)
        .where(WebhookEndpoint.failing_since <= before, WebhookEndpoint.off_at.is_(None))
        .order_by(WebhookEndpoint.id)
    ).all()
