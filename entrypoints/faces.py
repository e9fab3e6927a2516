"""The blueprints, each an audience with one guard, and what all pages share."""

from typing import Any

from flask import Flask, Response, abort, request
from flask.json.provider import DefaultJSONProvider
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import IntegerConverter

from entrypoints import (
    error_pages,
    health,
    presenting,
    presenting_breaches,
    presenting_notices,
    presenting_plans,
    presenting_portal,
    presenting_proof,
    presenting_webhooks,
    shown_again,
)
from entrypoints.account_requests import login
from entrypoints.api import api
from entrypoints.api.page import api_page
from entrypoints.assets import serve_assets
from entrypoints.feeds.server import FeedServer
from entrypoints.images import images
from entrypoints.mailbox import mailbox
from entrypoints.planner import planner
from entrypoints.planner.notes import LARGEST_FORM
from entrypoints.portal_pages import portal
from entrypoints.programs import asked_by_program
from entrypoints.unsubscribe import unsubscribing

# No script or style but our own files; Bootstrap's stylesheet holds its small pictures as data.
CONTENT_SECURITY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": ["'self'", "data:"],
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def set_up(app: Flask) -> None:
    # Before the library that looks for forgery reads the form.
    app.before_request(_room_for_notes)
    forgery = CSRFProtect(app)
    # A reader's mail program posts without a page of ours and without a cookie (RFC 8058); of programs that show a
    # token no cookie is believed.
    forgery.exempt(unsubscribing)
    forgery.exempt(api)
    app.json = Json(app)
    secure = app.config["BASE_URL"].startswith("https:")
    Talisman(
        app,
        content_security_policy=CONTENT_SECURITY,
        # TLS ends at the proxy in front of us; a redirect from here would loop.
        force_https=False,
        strict_transport_security=secure,
        session_cookie_secure=secure,
        frame_options="DENY",
        referrer_policy="same-origin",
    )
    app.url_map.converters["int"] = RowId
    app.before_request(_only_forms)
    shown_again.set_up(app)
    for blueprint in (login, planner, portal, images, unsubscribing, health.health, api, api_page):
        app.register_blueprint(blueprint)
    if not app.config["MAIL_SERVER"]:
        app.register_blueprint(mailbox)
    presenting.set_up(app)
    presenting_notices.set_up(app)
    presenting_breaches.set_up(app)
    presenting_plans.set_up(app)
    presenting_webhooks.set_up(app)
    presenting_portal.set_up(app)
    presenting_proof.set_up(app)
    error_pages.set_up(app)
    serve_assets(app)
    app.wsgi_app = FeedServer(app)  # type: ignore[method-assign]
    app.after_request(_never_stored)


def _never_stored(response: Response) -> Response:
    """A page about a customer is nobody else's to keep: neither a proxy's nor the next reader's of this machine.

    Calendars and files say for themselves what may be kept of them.
    """
    # What the sign-in library says of its pages is in words that no browser knows.
    if request.blueprint == "security" or "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def _room_for_notes() -> None:
    """Release notes come in both languages at once, and with a picture."""
    if request.endpoint in {"planner.notes", "planner.notes_mail"}:
        request.max_content_length = LARGEST_FORM


class Json(DefaultJSONProvider):
    """The sign-in library reads whatever JSON comes, before any of our code: its depth must not end the request."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return super().loads(s, **kwargs)
        except RecursionError:
            raise ValueError("nested too deep") from None


class RowId(IntegerConverter):
    """The number of a row in an address: no database holds a higher one than this, and none likes to be asked for it.

    Such a number is read as 0, which is no row's. Refused here, it would be told as an address that does not take the
    method, where another one does.
    """

    most = 2**31 - 1

    def to_python(self, value: str) -> int:
        number = int(value) if len(value) <= len(str(self.most)) else 0
        return number if number <= self.most else 0


def _only_forms() -> None:
    """Refuse what pages cannot read: the libraries for forms read JSON as well, and fail on some of it."""
    # Nothing of ours has a NUL in its address, and PostgreSQL takes it in no text.
    if "\0" in request.path:
        abort(404)
    if asked_by_program():
        return
    if request.is_json:
        abort(415)
    if any("\0" in value for values in request.args.listvalues() for value in values):
        abort(404)
