"""Which systems hear what happens, whether they answer, and the secret that each is shown once."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from flask import abort, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types that we have

from entrypoints.filters import asked_choice, asked_page, in_address
from entrypoints.forms import EmptyForm, put_error, text
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.acting import act
from entrypoints.planner.blueprint import planner
from entrypoints.presenting_webhooks import delivery_in_words, event_in_words
from entrypoints.webhook_forms import WebhookForm
from entrypoints.whose_page import page_of
from evidence.actors import May
from storage import Refused, db
from tenants.finding import tenant_meant, tenants_to_offer
from tenants.queries import products
from webhooks import services
from webhooks.models import SUBSCRIBED, DeliveryState, WebhookDelivery, WebhookEndpoint
from webhooks.queries import delivery_page, endpoints
from webhooks.services import Scope
from webhooks.targets import checked_url

T = TypeVar("T")


@planner.route("/webhooks", methods=["GET", "POST"])
def webhook_list() -> str | tuple[str, int]:
    """All of them, and the form for another; with one that was added its secret, this once."""
    require_may(May.MANAGE)
    form = WebhookForm()
    form.events.choices = [SelectChoice(kind.value, event_in_words(kind)) for kind in SUBSCRIBED]
    form.product.choices = [SelectChoice("", _("of all"))] + [SelectChoice(one.slug, one.name) for one in products()]
    status = 200
    if request.method == "POST":
        endpoint = _added(form)
        if endpoint is not None:
            return _with_secret(endpoint)
        status = 422
    else:
        form.tenant.data = request.args.get("tenant", "")
    page = render_template(
        "planner/webhooks/list.html",
        **page_of(),
        found=endpoints(),
        form=form,
        tenant_names=tenants_to_offer(),
    )
    return page, status


@planner.get("/webhooks/<int:endpoint_id>")
def webhook(endpoint_id: int) -> str:
    """One of them: what it hears of, what became of the latest deliveries."""
    endpoint = _endpoint_or_404(endpoint_id)
    state = asked_choice("state", list(DeliveryState))
    return render_template(
        "planner/webhooks/page.html",
        endpoint=endpoint,
        found=delivery_page(endpoint, asked_page(), DeliveryState(state) if state else None),
        states=[(one.value, delivery_in_words(one)) for one in DeliveryState],
        asked=in_address(state=state),
        **page_of(endpoint.product),
    )


@planner.post("/webhooks/<int:endpoint_id>/secret")
def renew_webhook_secret(endpoint_id: int) -> str:
    require_may(May.MANAGE)
    endpoint = _endpoint_or_404(endpoint_id)
    services.renew_secret(endpoint, actor(), now())
    return _with_secret(endpoint)


@planner.post("/webhooks/<int:endpoint_id>/test")
def test_webhook(endpoint_id: int) -> Any:
    return _act(endpoint_id, services.send_test, _("A test leaves within a minute; its answer shows below."))


@planner.post("/webhooks/<int:endpoint_id>/off")
def switch_webhook_off(endpoint_id: int) -> Any:
    return _act(endpoint_id, services.switch_off, _("It is switched off."))


@planner.post("/webhooks/<int:endpoint_id>/on")
def switch_webhook_on(endpoint_id: int) -> Any:
    return _act(endpoint_id, services.switch_on, _("It is switched on."))


@planner.post("/webhooks/<int:endpoint_id>/remove")
def remove_webhook(endpoint_id: int) -> Any:
    return _act(endpoint_id, services.remove_endpoint, _("It is removed."), url_for("planner.webhook_list"))


@planner.post("/webhooks/<int:endpoint_id>/deliveries/<int:delivery_id>/again")
def send_webhook_again(endpoint_id: int, delivery_id: int) -> Any:
    require_may(May.MANAGE)
    delivery = db.session.scalars(
        select(WebhookDelivery).where(WebhookDelivery.id == delivery_id, WebhookDelivery.endpoint_id == endpoint_id)
    ).one_or_none()
    if delivery is None:
        abort(404)
    back = url_for("planner.webhook", endpoint_id=endpoint_id)
    return act(EmptyForm(), partial(services.send_again, delivery, actor(), now()), _("It is tried again."), back)


def _act(endpoint_id: int, verb: Callable[..., None], done: str, back: str = "") -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    endpoint = _endpoint_or_404(endpoint_id)
    page = back or url_for("planner.webhook", endpoint_id=endpoint_id)
    return act(EmptyForm(), partial(verb, endpoint, actor(), now()), done, page)


def _with_secret(endpoint: WebhookEndpoint) -> str:
    """The one answer that holds the secret: nothing may keep it, neither a cookie nor an address."""
    return render_template(
        "planner/webhooks/secret.html",
        **page_of(endpoint.product),
        endpoint=endpoint,
        secret=services.secret(endpoint),
    )


def _added(form: WebhookForm) -> WebhookEndpoint | None:
    """Add it; where something is wrong, None, and all that is wrong stands beside its field."""
    events = form.events.data or ()
    scope = _judged(form, lambda: _scope(form))
    types = _judged(form, lambda: services.chosen_types(events))
    if scope is None or types is None:
        # The address is judged as well: nobody wants to hear of one thing at a time.
        _judged(form, lambda: checked_url(text(form, "url")))
        return None
    return _judged(form, lambda: services.add_endpoint(scope, text(form, "url"), events, actor(), now()))


def _judged(form: WebhookForm, verb: Callable[[], T]) -> T | None:
    try:
        return verb()
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
        return None


def _scope(form: WebhookForm) -> Scope:
    slug, product = text(form, "tenant").strip(), text(form, "product")
    if slug:
        return Scope(tenant=tenant_meant("tenant", slug))
    if not product:
        return Scope()
    found = next((one for one in products() if one.slug == product), None)
    if found is None:
        raise Refused("product", _("Choose one of these."))
    return Scope(product=found)


def _endpoint_or_404(endpoint_id: int) -> WebhookEndpoint:
    endpoint = db.session.get(WebhookEndpoint, endpoint_id)
    if endpoint is None:
        abort(404)
    return endpoint
