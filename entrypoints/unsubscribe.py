"""No more newsletters, by one click from the mail itself (RFC 8058): without signing in, without a script."""

from flask import Blueprint, abort, render_template, request
from flask_babel import force_locale
from werkzeug.wrappers import Response

from announcements.unsubscribing import Subscription, subscribe_again, subscription_of
from announcements.unsubscribing import unsubscribe as stop
from entrypoints.babel import COOKIE
from entrypoints.guards import now
from tenants.models import LANGUAGES

unsubscribing = Blueprint("unsubscribing", __name__)


@unsubscribing.get("/unsubscribe/<token>")
def ask(token: str) -> str:
    """Ask whether the reader means it: programs that look at links ahead of their reader change nothing."""
    return _page(_subscription(token), token)


@unsubscribing.post("/unsubscribe/<token>")
def unsubscribe(token: str) -> str | Response:
    """Stop the newsletter at once, the second time as the first.

    The reader's mail program posts this by itself, without cookies and so without our token against forged forms
    (RFC 8058 3.1); what cannot be guessed here is the address. 400 for a body that does not say what is meant.
    """
    subscription = _subscription(token)
    # Some programs send the field in capitals of their own.
    wanted = {name.lower(): value.lower() for name, value in request.form.items()}
    if wanted.get("list-unsubscribe") == "one-click":
        if subscription.contact is not None:
            stop(subscription.contact, now())
    elif wanted.get("subscribe") == "again":
        if subscription.contact is not None:
            subscribe_again(subscription.contact, now())
    else:
        abort(400)
    return _page(_subscription(token), token, done=True)


def _subscription(token: str) -> Subscription:
    found = subscription_of(token)
    if found is None:
        abort(404)
    return found


def _page(subscription: Subscription, token: str, *, done: bool = False) -> str:
    contact = subscription.contact
    chosen = request.cookies.get(COOKIE)
    language = chosen if chosen in LANGUAGES else contact.locale if contact is not None else None
    values = {
        "token": token,
        "done": done,
        "contact": contact,
        "tenant_name": contact.tenant.name if contact is not None else "",
        "product": contact.tenant.product if contact is not None else None,
    }
    if language is None:
        return render_template("unsubscribe.html", **values)
    with force_locale(language):
        return render_template("unsubscribe.html", **values)
