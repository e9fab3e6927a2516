"""The blueprints, each an audience with one guard, and what all pages share."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, abort, render_template, request
from flask.json.provider import DefaultJSONProvider
from flask_babel import gettext as _
from flask_security import current_user
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFError, CSRFProtect
from passlib.exc import PasswordSizeError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter

from entrypoints import health, presenting, presenting_plans, presenting_portal, presenting_webhooks
from entrypoints.account_requests import login
from entrypoints.api import api
from entrypoints.api.page import api_page
from entrypoints.api.problems import problem_of
from entrypoints.assets import serve_assets
from entrypoints.feeds.server import FeedServer
from entrypoints.images import images
from entrypoints.mailbox import mailbox
from entrypoints.planner import planner
from entrypoints.planner.notes import LARGEST_FORM
from entrypoints.portal_pages import portal
from entrypoints.programs import asked_by_program
from entrypoints.unsubscribe import unsubscribing
from evidence.actors import NotAllowed, Role
from storage import Conflict, Refused, db
from tenants.queries import products

Page = Callable[[Any], tuple[str, int]]
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
    for blueprint in (login, planner, portal, images, unsubscribing, health.health, api, api_page):
        app.register_blueprint(blueprint)
    if not app.config["MAIL_SERVER"]:
        app.register_blueprint(mailbox)
    presenting.set_up(app)
    presenting_plans.set_up(app)
    presenting_webhooks.set_up(app)
    presenting_portal.set_up(app)
    _set_up_errors(app)
    serve_assets(app)
    app.wsgi_app = FeedServer(app)  # type: ignore[method-assign]
    app.after_request(_never_stored)


def _set_up_errors(app: Flask) -> None:
    def on(*errors: Any) -> Callable[[Page], Page]:
        """Answer these with a page, and with problem+json where a program asks."""

        def register(page: Page) -> Page:
            for error in errors:
                app.register_error_handler(error, lambda one: problem_of(one) if asked_by_program() else page(one))
            return page

        return register

    @on(403)
    def forbidden(error: Exception) -> tuple[str, int]:
        why = getattr(error, "description", "")
        return _error_page(403, _because(str(why)))

    @on(404)
    def unknown(_error: Exception) -> tuple[str, int]:
        return _error_page(404, _("There is nothing at this address, or it is not yours to see."))

    @on(400, 405, 415)
    def not_as_asked(error: HTTPException) -> tuple[str, int]:
        words = _("This address does not take that. Go back and use the buttons on the page.")
        return _error_page(error.code or 400, words)

    @on(413)
    def too_large(_error: Exception) -> tuple[str, int]:
        most = (request.max_content_length or 0) // 1024 // 1024
        return _error_page(413, _("That is more than %(most)d MB, which is too much for one form.", most=most))

    @on(PasswordSizeError)
    def endless_password(error: PasswordSizeError) -> tuple[str, int]:
        given = max(len(value) for value in request.form.values())
        words = _("This is too long: %(given)d characters, %(most)d at most.", given=given, most=error.max_size)
        return _error_page(422, words)

    @on(500)
    def broken(_error: Exception) -> tuple[str, int]:
        db.session.rollback()
        return _error_page(500, _("Something went wrong on our side. Nothing was changed. Try again in a minute."))

    @on(CSRFError)
    def stale(_error: Exception) -> tuple[str, int]:
        return _error_page(400, _("This page stood open too long. Go back, load it again and send it once more."))

    @on(NotAllowed)
    def not_allowed(_error: Exception) -> tuple[str, int]:
        return _error_page(403, _because("role"))

    @on(Refused)
    def refused(error: Refused) -> tuple[str, int]:
        db.session.rollback()
        return _error_page(409 if isinstance(error, Conflict) else 422, error.message)


def _because(why: str) -> str:
    if why == "address":
        return _("Your organisation lets people in from certain addresses only, and yours is not among them.")
    return _("Your role does not reach this far. Ask someone who manages this product.")


def _error_page(status: int, message: str) -> tuple[str, int]:
    # Where something is broken, nothing more is read. Whoever has no pages of the vendor's keeps the bare one.
    of_vendor = status < 500 and current_user.is_authenticated and current_user.role is not Role.CONTACT
    product = next(iter(products()), None) if of_vendor else None
    return render_template("error.html", status=status, message=message, of_vendor=of_vendor, product=product), status


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
