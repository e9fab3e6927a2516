"""Which language a reader gets: a signed-in person's own, else what was chosen, else what the browser asks for."""

from flask import Flask, Response, after_this_request, current_app, has_request_context, request
from flask_babel import Babel, refresh
from flask_security import current_user
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.datastructures import ImmutableMultiDict

from entrypoints.programs import asked_by_program
from entrypoints.settings import PROJECT
from storage import db
from tenants.models import LANGUAGES

COOKIE = "language"


def reader_language() -> str:
    """Return nl or en for the reader of this page; nl where nothing tells (the SLA's leading language).

    A program gets English where it does not ask for Dutch.
    """
    if not has_request_context():
        return "nl"
    if asked_by_program():
        # No cookie and no session: what a program is told depends on what it sends alone.
        return request.accept_languages.best_match(LANGUAGES, "en") or "en"
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    try:
        if current_user.is_authenticated:
            return str(current_user.locale)
    except ObjectDeletedError:
        # Whoever asks was removed meanwhile; the page that says so has a language all the same.
        pass
    return request.accept_languages.best_match(LANGUAGES, "nl") or "nl"


def remember(language: str) -> None:
    """Keep the language for this browser from this very page on, and for the person who is signed in."""
    if current_user.is_authenticated and current_user.locale != language:
        current_user.locale = language
        db.session.commit()
    request.cookies = ImmutableMultiDict({**request.cookies, COOKIE: language})
    refresh()

    @after_this_request
    def _in_the_browser(response: Response) -> Response:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(COOKIE, language, max_age=365 * 86400, httponly=True, samesite="Lax", secure=secure)
        return response


def set_up(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "nl")
    Babel(
        app,
        default_translation_directories=str(PROJECT / "translations"),
        locale_selector=reader_language,
    )
