"""The blueprints, each an audience with one guard, and what all pages share."""

from pathlib import Path

from flask import Flask, Response, abort, render_template, request
from flask_babel import gettext as _
from flask_bootstrap import Bootstrap5
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFError, CSRFProtect
from passlib.exc import PasswordSizeError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map
from whitenoise import WhiteNoise

from entrypoints import health, presenting
from entrypoints.feeds.server import FeedServer
from entrypoints.login import login
from entrypoints.mailbox import mailbox
from entrypoints.planner import planner
from entrypoints.portal_calendar import portal
from entrypoints.unsubscribe import unsubscribing
from evidence.actors import NotAllowed
from storage import Conflict, Refused, db

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
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    Bootstrap5(app)
    # Only here: a reader's mail program posts there, which has no page of ours and no cookie (RFC 8058).
    CSRFProtect(app).exempt(unsubscribing)
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
    for blueprint in (login, planner, portal, unsubscribing, health.health):
        app.register_blueprint(blueprint)
    if not app.config["MAIL_SERVER"]:
        app.register_blueprint(mailbox)
    presenting.set_up(app)
    _set_up_errors(app)
    _serve_static_files(app)
    app.wsgi_app = FeedServer(app)  # type: ignore[method-assign]
    app.after_request(_never_stored)


def _set_up_errors(app: Flask) -> None:
    @app.errorhandler(403)
    def forbidden(error: Exception) -> tuple[str, int]:
        why = getattr(error, "description", "")
        return _error_page(403, _because(str(why)))

    @app.errorhandler(404)
    def unknown(_error: Exception) -> tuple[str, int]:
        return _error_page(404, _("There is nothing at this address, or it is not yours to see."))

    @app.errorhandler(400)
    @app.errorhandler(405)
    @app.errorhandler(415)
    def not_as_asked(error: HTTPException) -> tuple[str, int]:
        words = _("This address does not take that. Go back and use the buttons on the page.")
        return _error_page(error.code or 400, words)

    @app.errorhandler(413)
    def too_large(_error: Exception) -> tuple[str, int]:
        return _error_page(413, _("That is more than 2 MB, which is too much for one form."))

    @app.errorhandler(PasswordSizeError)
    def endless_password(error: PasswordSizeError) -> tuple[str, int]:
        given = max(len(value) for value in request.form.values())
        words = _("This is too long: %(given)d characters, %(most)d at most.", given=given, most=error.max_size)
        return _error_page(422, words)

    @app.errorhandler(500)
    def broken(_error: Exception) -> tuple[str, int]:
        db.session.rollback()
        return _error_page(500, _("Something went wrong on our side. Nothing was changed. Try again in a minute."))

    @app.errorhandler(CSRFError)
    def stale(_error: Exception) -> tuple[str, int]:
        return _error_page(400, _("This page stood open too long. Go back, load it again and send it once more."))

    @app.errorhandler(NotAllowed)
    def not_allowed(_error: Exception) -> tuple[str, int]:
        return _error_page(403, _because("role"))

    @app.errorhandler(Refused)
    def refused(error: Refused) -> tuple[str, int]:
        db.session.rollback()
        return _error_page(409 if isinstance(error, Conflict) else 422, error.message)


def _because(why: str) -> str:
    if why == "address":
        return _("Your organisation lets people in from certain addresses only, and yours is not among them.")
    return _("Your role does not reach this far. Ask someone who manages this product.")


def _error_page(status: int, message: str) -> tuple[str, int]:
    return render_template("error.html", status=status, message=message), status


def _serve_static_files(app: Flask) -> None:
    """Serve our files and those of the packages' wheels from memory, with validators, before any of our code runs."""
    files = WhiteNoise(app.wsgi_app, max_age=3600)
    files.add_files(str(Path(app.root_path) / "static"), prefix="static/")
    app.wsgi_app = files  # type: ignore[method-assign]


def _never_stored(response: Response) -> Response:
    """A page about a customer is nobody else's to keep: neither a proxy's nor the next reader's of this machine.

    Calendars and files say for themselves what may be kept of them.
    """
    # What the sign-in library says of its pages is in words that no browser knows.
    if request.blueprint == "security" or "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


class RowId(IntegerConverter):
    """The number of a row in an address: no database holds a higher one, and none likes to be asked for it."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


def _only_forms() -> None:
    """Refuse what pages cannot read: the libraries for forms read JSON as well, and fail on some of it."""
    if request.is_json:
        abort(415)
    # Nothing of ours has a NUL in its address, and PostgreSQL takes it in no text.
    if "\0" in request.path or any("\0" in value for values in request.args.listvalues() for value in values):
        abort(404)
