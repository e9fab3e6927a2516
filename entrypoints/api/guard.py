"""Who may ask what: a token, its pace, its role; a contact's token sees its own tenant alone."""

import re
from datetime import datetime

from flask import Response, abort, current_app, g, request
from flask_babel import gettext as _
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import TooManyRequests, Unauthorized

from accounts.pace import WINDOW, Pace, count
from accounts.tokens import Bearer, bearer_of, note_use
from entrypoints.api.calls import CALLS
from entrypoints.guards import check_address, now
from evidence.actors import Actor, Role
from storage import db
from tenants.models import Tenant

_BEARER = re.compile(r"Bearer +([\x21-\x7e]+) *", re.IGNORECASE)


def only_with_token() -> None:
    """Let in who shows a token (401), not too often (429), as far as its role reaches (403)."""
    bearer = _shown_token()
    # A transaction that has read must end before one that begins with writing.
    db.session.rollback()
    limit = current_app.config["API_RATE"]
    if limit:
        _keep_pace(bearer, limit, now())
    note_use(bearer, now())
    g.bearer = bearer
    one = CALLS[(request.endpoint or "").removeprefix("api.")]
    if bearer.role is Role.CONTACT:
        _only_own(bearer, open_to_contacts=one.contacts)
    elif not caller().may(one.may):
        abort(403, "role")


def caller() -> Actor:
    """Who asks, as services want to know."""
    bearer: Bearer = g.bearer
    return bearer.actor


def own_tenant_id() -> int | None:
    """The one tenant that a contact's token may see; None for the vendor's, which see all."""
    bearer: Bearer = g.bearer
    return bearer.tenant_id


def say_pace(response: Response) -> Response:
    """Tell every answer's reader how much is left (draft-ietf-httpapi-ratelimit-headers)."""
    pace: Pace | None = g.get("pace")
    if pace is not None:
        response.headers["RateLimit-Policy"] = f'"minute";q={pace.limit};w={WINDOW}'
        response.headers["RateLimit"] = f'"minute";r={pace.left};t={pace.seconds}'
    return response


def _shown_token() -> Bearer:
    header = request.headers.get("Authorization", "")
    match = _BEARER.fullmatch(header)
    bearer = bearer_of(match.group(1)) if match else None
    if bearer is not None:
        return bearer
    if not header:
        raise Unauthorized(
            _("Show a token: Authorization: Bearer TOKEN. An admin makes one with `flask tokens create`."),
            www_authenticate=WWWAuthenticate("bearer", {"realm": "api"}),
        )
    raise Unauthorized(
        _("This token is not known, or was revoked. Ask an admin for another."),
        www_authenticate=WWWAuthenticate("bearer", {"realm": "api", "error": "invalid_token"}),
    )


def _keep_pace(bearer: Bearer, limit: int, at: datetime) -> None:
    g.pace = pace = count(bearer.id, limit, at)
    if pace.too_fast:
        raise TooManyRequests(
            _(
                "That is more than %(limit)d requests in a minute. Ask again in %(seconds)d seconds.",
                limit=limit,
                seconds=pace.seconds,
            ),
            retry_after=pace.seconds,
        )


def _only_own(bearer: Bearer, *, open_to_contacts: bool) -> None:
    """Somebody else's tenant does not exist, nor does what is the vendor's own business."""
    tenant = db.session.get_one(Tenant, bearer.tenant_id)
    check_address(tenant)
    slug = (request.view_args or {}).get("slug")
    if slug is None and open_to_contacts:
        return
    if slug != tenant.slug:
        abort(404)
    if not open_to_contacts:
        abort(403, "role")
