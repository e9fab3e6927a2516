"""Whoever changes a thing says which state of it was read (If-Match, RFC 9110 13.1.1)."""

import hashlib

from flask import request
from flask_babel import gettext as _
from werkzeug.exceptions import PreconditionFailed, PreconditionRequired


def must_match(etag: str) -> None:
    """Raise 428 without If-Match, 412 where that names another state than the one there is."""
    if "If-Match" not in request.headers:
        raise PreconditionRequired(
            _("Say which state you change: read it first, and send its ETag back as If-Match: %(etag)s.", etag='"..."')
        )
    may_match(etag)


def may_match(etag: str) -> bool:
    """Tell whether If-Match names this state. Raise 412 where it names another; a star names whichever there is."""
    if "If-Match" not in request.headers:
        return False
    if not request.if_match.contains(etag):
        raise changed_meanwhile()
    return not request.if_match.star_tag


def changed_meanwhile() -> PreconditionFailed:
    return PreconditionFailed(_("It was changed since you read it. Read it again, and decide anew."))


def digest(*facts: object) -> str:
    """The tag of a thing that counts no revisions: a hash of all that can be changed of it."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
