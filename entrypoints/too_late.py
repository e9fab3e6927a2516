"""The page of a form that came after its reader was signed out: what was typed, and how to send it after all."""

from flask import render_template, request
from flask_babel import get_locale
from flask_security import current_user

from entrypoints.typed_dates import moment_typed
from entrypoints.typed_kept import what_was_typed


def too_late() -> tuple[str, int] | None:
    """What was typed, with a button that sends it again to the same address; None where nothing was kept."""
    kept = what_was_typed()
    if kept is None:
        return None
    # Signing in elsewhere makes this page's own token good: the browser's pages share one session.
    page = {
        "kept": kept,
        "to": request.full_path.rstrip("?"),
        "signed_in": current_user.is_authenticated,
        "in_words": lambda value: moment_typed(value, str(get_locale() or "nl")),
    }
    return render_template("too_late.html", **page), 400
