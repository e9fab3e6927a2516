"""Verbs on endpoints: add, switch off and on, give a new secret, try out, remove. One transaction each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from evidence.actors import THE_CLOCK, Actor, May, require
from evidence.chain import Happening, Kind, append
from storage import Conflict, Refused, db
from tenants.models import Product, Tenant
from webhooks.models import SUBSCRIBED, DeliveryState, EventType, WebhookDelivery, WebhookEndpoint
from webhooks.publishing import Event, write
from webhooks.signing import new_salt, secret_of
from webhooks.targets import checked_url

# How long the secret before signs as well, so that a receiver can change over without losing an event.
GRACE = timedelta(hours=24)


@dataclass(frozen=True)
class Scope:
    """Whose events an endpoint hears: of all products, of one, or of one tenant and then of no other, ever."""

    product: Product | None = None
    tenant: Tenant | None = None

    @property
    def name(self) -> str:
        if self.tenant is not None:
            return f"tenant:{self.tenant.id}"
        return f"product:{self.product.id}" if self.product is not None else "all"


def add_endpoint(scope: Scope, url: str, events: Collection[str], by: Actor, now: datetime) -> WebhookEndpoint:
    """Let an address hear of these types of events from now on; `secret` gives what its receiver must know.

    Raises Refused for an address that nothing is sent to and for no or unknown types, Conflict where it is there.
    """
    require(by, May.MANAGE)
    url = checked_url(url)
    product = scope.tenant.product if scope.tenant is not None else scope.product
    endpoint = WebhookEndpoint(
        product_id=product.id if product is not None else None,
        tenant_id=scope.tenant.id if scope.tenant is not None else None,
        scope=scope.name,
        url=url,
        events=chosen_types(events),
        salt=new_salt(),
        created_at=now,
        created_by=by.name,
    )
    db.session.add(endpoint)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise Conflict("url", _("This address is told of this already.")) from None
    _record(Kind.WEBHOOK_ADDED, endpoint, by, now)
    db.session.commit()
    return endpoint


def secret(endpoint: WebhookEndpoint) -> str:
    """The secret that signs for an endpoint. Pages show it once: when it is new."""
    return secret_of(current_app.config["WEBHOOK_KEY"], endpoint.salt)


def renew_secret(endpoint: WebhookEndpoint, by: Actor, now: datetime) -> None:
    """Give an endpoint a new secret; the one before signs as well for a day."""
    require(by, May.MANAGE)
    db.session.refresh(endpoint, with_for_update={"key_share": True})
    endpoint.previous_salt, endpoint.previous_until = endpoint.salt, now + GRACE
    endpoint.salt = new_salt()
    _record(Kind.WEBHOOK_RENEWED, endpoint, by, now)
    db.session.commit()


def switch_off(endpoint: WebhookEndpoint, by: Actor, now: datetime) -> None:
    """Send nothing more to an endpoint. What happens meanwhile it never hears of; what waits, waits."""
    require(by, May.MANAGE)
    _switch_off(endpoint, by, now)


def switch_off_gone(endpoint_id: int, now: datetime) -> None:
    """Switch off an endpoint that answered 410: it wants no more (Standard Webhooks)."""
    endpoint = db.session.get(WebhookEndpoint, endpoint_id)
    if endpoint is not None:
        _switch_off(endpoint, THE_CLOCK, now)


def switch_on(endpoint: WebhookEndpoint, by: Actor, now: datetime) -> None:
    """Send to an endpoint again, what waited first."""
    require(by, May.MANAGE)
    db.session.refresh(endpoint, with_for_update={"key_share": True})
    if endpoint.off_at is not None:
        endpoint.off_at, endpoint.off_by, endpoint.failing_since = None, None, None
        _record(Kind.WEBHOOK_ON, endpoint, by, now)
    db.session.commit()


def remove_endpoint(endpoint: WebhookEndpoint, by: Actor, now: datetime) -> None:
    """Remove an endpoint and what is known of its deliveries."""
    require(by, May.MANAGE)
    removed = _happening(Kind.WEBHOOK_REMOVED, endpoint, by)
    db.session.delete(endpoint)
    db.session.flush()
    # Last: whoever appends holds the end of the chain, and must not wait for rows that another holds.
    append([removed], now)
    db.session.commit()


def send_test(endpoint: WebhookEndpoint, by: Actor, now: datetime) -> None:
    """Let an endpoint have an event of type ``webhook.test``. Raises Refused where it is switched off."""
    require(by, May.MANAGE)
    if endpoint.off_at is not None:
        raise Refused("url", _("This webhook is switched off. Switch it on first."))
    data = {
        "product": endpoint.product.slug if endpoint.product is not None else None,
        "tenant": endpoint.tenant.slug if endpoint.tenant is not None else None,
    }
    event = Event(EventType.TEST, endpoint.product_id or 0, endpoint.tenant_id, data)
    write([(event, [endpoint])], now)
    db.session.commit()


def send_again(delivery: WebhookDelivery, by: Actor, now: datetime) -> None:
    """Try once more, from the first attempt on, what was given up. Raises Refused where it was not."""
    require(by, May.MANAGE)
    found = db.session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.id == delivery.id, WebhookDelivery.state == DeliveryState.FAILED)
        .values(state=DeliveryState.QUEUED, attempts=0, next_attempt_at=now)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    if not found.rowcount:  # type: ignore[attr-defined]
        raise Refused("delivery", _("This was not given up."))


def chosen_types(events: Collection[str]) -> str:
    """The types as a row holds them. Raises Refused for none and for unknown ones."""
    chosen = [kind.value for kind in SUBSCRIBED if kind.value in events]
    if not chosen or len(chosen) != len(set(events)):
        raise Refused("events", _("Choose at least one of these."))
    return " ".join(chosen)


def _switch_off(endpoint: WebhookEndpoint, by: Actor, now: datetime) -> None:
    db.session.refresh(endpoint, with_for_update={"key_share": True})
    if endpoint.off_at is None:
        endpoint.off_at, endpoint.off_by = now, by.name
        _record(Kind.WEBHOOK_OFF, endpoint, by, now)
    db.session.commit()


def _record(kind: Kind, endpoint: WebhookEndpoint, by: Actor, now: datetime) -> None:
    db.session.flush()
    append([_happening(kind, endpoint, by)], now)


def _happening(kind: Kind, endpoint: WebhookEndpoint, by: Actor) -> Happening:
    """Who did it; of the address the host and the hash, because its path may be a secret."""
    facts = {
        "endpoint": endpoint.id,
        "scope": endpoint.scope,
        "host": urlsplit(endpoint.url).hostname,
        "url_sha256": sha256(endpoint.url.encode()).hexdigest(),
        "events": endpoint.events,
    }
    return Happening(kind, by.name, endpoint.tenant_id, facts)
