"""What arrived in the built-in mailbox, to read as a customer would. Only there while no mail server is set."""

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template, request

from entrypoints.guards import only_administrators_or_this_machine
from entrypoints.whose_page import in_addresses, page_of
from outbox.mailbox import list_mails, read_mail
from storage.sought import sought_words

mailbox = Blueprint("mailbox", __name__, url_prefix="/mailbox")
mailbox.before_request(only_administrators_or_this_machine)
mailbox.url_defaults(in_addresses)


@mailbox.get("/")
def mails() -> str:
    """The mails, the newest first."""
    page = max(1, request.args.get("page", 1, type=int))
    words = request.args.get("words", "").strip()[:100]
    asked = {"words": words} if words else {}
    return render_template(
        "mailbox/list.html", **page_of(), found=list_mails(_folder(), page, sought_words(words)), asked=asked
    )


@mailbox.get("/<name>")
def mail(name: str) -> str:
    """One mail: its heads, its text, and its HTML in a frame that may do nothing."""
    found = read_mail(_folder(), name)
    if found is None:
        abort(404)
    return render_template("mailbox/mail.html", **page_of(), mail=found, name=name)


@mailbox.get("/<name>/html")
def html(name: str) -> Response:
    """The HTML of a mail as its sender made it, for the frame: no script, no picture from elsewhere."""
    found = read_mail(_folder(), name)
    if found is None or not found.html:
        abort(404)
    return Response(found.html, content_type="text/html; charset=utf-8")


# A mail may do nothing but show itself, and only in our own page.
html.talisman_view_options = {  # type: ignore[attr-defined]
    "frame_options": "SAMEORIGIN",
    "content_security_policy": {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "frame-ancestors": "'self'",
        "sandbox": "allow-popups",
    },
}


@mailbox.get("/<name>/raw")
def raw(name: str) -> Response:
    """The mail as it came over the line."""
    found = read_mail(_folder(), name)
    if found is None:
        abort(404)
    return Response(found.raw, content_type="text/plain; charset=utf-8")


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].DATA_DIR
    return folder
