"""Which language a reader gets: a signed-in person's own, else what was chosen, else what the browser asks for."""

from flask import Flask, has_request_context, request
from flask_babel import Babel
from flask_security import current_user
from sqlalchemy.orm.exc import ObjectDeletedError

from entrypoints.programs import asked_by_program
from entrypoints.settings import PROJECT
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


def set_up(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "nl")
    Babel(
        app,
        default_translation_directories=str(PROJECT / "translations"),
        locale_selector=reader_language,
    )
