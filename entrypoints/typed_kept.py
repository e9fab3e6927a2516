"""A form that came too late keeps what was typed: its reader signs in again elsewhere, and sends it once more."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import HTTPException

from entrypoints.shown_again import LANGUAGE, TYPED, keeps_what_is_typed
from entrypoints.typed_labels import labels_typed

_NOT_TYPED = frozenset({"csrf_token", TYPED, LANGUAGE})
_SECRET = ("password", "secret", "token")


@dataclass(frozen=True)
class Kept:
    """The values of a form by name: those to be read and copied, each with what its field is called, and those that
    only go along.

    ``whole``: whether sending these again sends all that was sent; a file and what is secret are not kept.
    """

    texts: list[tuple[str, str, str]]
    others: list[tuple[str, str]]
    whole: bool


def what_was_typed() -> Kept | None:
    """What was typed in the form that was just sent, for the page that could not take it; None where there is nothing.

    Only for a form of our own pages: another site must not put a button for its own words before our readers.
    """
    if request.method != "POST" or not keeps_what_is_typed() or not _from_our_pages():
        return None
    try:
        pairs = [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_TYPED]
        files = any(one.filename for one in request.files.values())
    except HTTPException:
        return None
    open_ones = [(name, value) for name, value in pairs if not any(word in name.lower() for word in _SECRET)]
    whole = len(open_ones) == len(pairs) and not files
    labels = labels_typed()
    texts = [(name, value, labels[name]) for name, value in open_ones if value.strip() and labels.get(name)]
    others = [(name, value) for name, value in open_ones if not (value.strip() and labels.get(name))]
    return Kept(texts, others, whole) if texts or (others and whole) else None


def _from_our_pages() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    from_page = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(from_page).netloc == request.host
