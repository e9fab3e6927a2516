"""The page that answers a form, once more in the other language: with what was typed, and with nothing written.

Without this, whoever turns to the other language where a form was refused comes back to an empty one.
"""

import json

from flask import Flask, request
from flask_babel import gettext as _
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException

from entrypoints.babel import remember
from storage import Refused, db
from storage.sessions import INSTEAD, WROTE
from tenants.models import LANGUAGES

TYPED, LANGUAGE = "typed", "say_in"
# More than this is not sent to and fro.
MOST = 200_000


def set_up(app: Flask) -> None:
    """Called after what looks for forgery."""
    app.before_request(_show_again)
    app.teardown_request(lambda _error: db.session.info.pop(INSTEAD, None))


def typed_here() -> str:
    """What was typed in the form that this page answers, as the switch of language sends it back.

    Empty where the page answers none, where something was written, and where it is too much.
    """
    if request.method != "POST" or not keeps_what_is_typed() or db.session.info.get(WROTE):
        return ""
    try:
        form = request.form
    except HTTPException:
        # The very page that says so.
        return ""
    pairs = [(name, value) for name, value in form.items(multi=True) if name not in {"csrf_token", LANGUAGE}]
    typed = json.dumps(pairs, ensure_ascii=False)
    return typed if len(typed) <= MOST else ""


def keeps_what_is_typed() -> bool:
    """Whether what is typed may stand in the page once more: no password is among it."""
    return request.blueprint in {"planner", "portal"}


def _show_again() -> None:
    if request.method != "POST" or not keeps_what_is_typed():
        return
    language = request.form.get(LANGUAGE)
    if language in LANGUAGES:
        remember(language)
        request.form = ImmutableMultiDict(_pairs(request.form.get(TYPED, "")))
        words = _("This is the same page, with what you typed. Nothing was done yet: press the button again.")
        db.session.info[INSTEAD] = Refused("page", words)
    db.session.info[WROTE] = False


def _pairs(typed: str) -> list[tuple[str, str]]:
    """Names and values; none where that was tampered with."""
    try:
        return [(name, value) for name, value in json.loads(typed) if isinstance(name, str) and isinstance(value, str)]
    except (ValueError, TypeError, RecursionError):
        return []
