"""How events, deliveries and what went wrong with them are called on a page."""

from urllib.parse import urlsplit

from flask import Flask
from flask_babel import gettext as _

from webhooks.models import DeliveryState, EventType, Problem, WebhookDelivery, WebhookEndpoint


def event_in_words(kind: EventType) -> str:
    return {
        EventType.NOTICE_GIVEN: _("a notice was given"),
        EventType.NOTICE_MISSED: _("a notice was missed"),
        EventType.RELEASE_MOVED: _("a release moved"),
        EventType.VERSION_CHANGED: _("an environment runs another version"),
        EventType.MAINTENANCE_STARTED: _("maintenance started"),
        EventType.MAINTENANCE_ENDED: _("maintenance ended"),
        EventType.TEST: _("a test"),
    }[kind]


def events_in_words(endpoint: WebhookEndpoint) -> str:
    return ", ".join(event_in_words(EventType(name)) for name in endpoint.events.split())


def whose_in_words(endpoint: WebhookEndpoint) -> str:
    """Whose events an endpoint hears."""
    if endpoint.tenant is not None:
        return _("only %(tenant)s", tenant=endpoint.tenant.name)
    return endpoint.product.name if endpoint.product is not None else _("of all")


def delivery_in_words(state: DeliveryState) -> str:
    return {
        DeliveryState.QUEUED: _("waits"),
        DeliveryState.SENDING: _("under way"),
        DeliveryState.DELIVERED: _("delivered"),
        DeliveryState.FAILED: _("given up"),
    }[state]


def answer_in_words(delivery: WebhookDelivery) -> str:
    """What the receiver answered last, or why it did not; empty before the first attempt."""
    why = {
        None: "",
        Problem.NOT_ALLOWED: _("its address is none that we send to"),
        Problem.UNKNOWN_NAME: _("its name is not known"),
        Problem.UNREACHABLE: _("it cannot be reached"),
        Problem.UNTRUSTED: _("its certificate does not hold"),
        Problem.SLOW: _("it did not answer in time"),
        Problem.BROKEN: _("what came was no answer"),
        Problem.REDIRECTED: _("it points elsewhere, which is not followed"),
        Problem.LOST: _("the worker was lost while it sent; it may have arrived"),
    }[delivery.problem]
    status = f"HTTP {delivery.status}" if delivery.status is not None else ""
    return ": ".join(part for part in (status, why) if part)


def host_of(endpoint: WebhookEndpoint) -> str:
    """Of an address what everybody of the vendor may see: its path may be a secret."""
    return urlsplit(endpoint.url).netloc


def set_up(app: Flask) -> None:
    """Give every template these words."""
    words = (event_in_words, events_in_words, whose_in_words, delivery_in_words, answer_in_words, host_of)
    app.jinja_env.globals.update({one.__name__: one for one in words})
