"""Calendars by secret address. Pollers fail silently, so they are answered plainly and never limited into errors."""

import gzip
import hashlib
from datetime import datetime, timedelta
from email.utils import format_datetime

from flask import Blueprint, Response, abort, request
from werkzeug.http import parse_date

from announcements import atom
from announcements.news import news_of
from entrypoints.guards import check_address, now
from schedules.entries import Publisher
from schedules.ical import changed_at, maintnote_calendar, people_calendar
from schedules.queries import quiet_windows, told_notices
from tenants.feed_tokens import tenant_of
from tenants.models import Tenant

feeds = Blueprint("feeds", __name__, url_prefix="/feeds")

# What is over stays in the calendar for a while, as people look back.
LOOKS_BACK = timedelta(days=400)


@feeds.get("/<token>.ics")
def people(token: str) -> Response:
    """A tenant's calendar for people."""
    tenant = _tenant(token)
    since = now() - LOOKS_BACK
    notices = told_notices(tenant, since)
    body = people_calendar(tenant, notices, Publisher.present(), tenant.locale)
    return _answer(body, changed_at(notices, [], tenant.joined_at))


@feeds.get("/<token>/maintenance.ics")
def maintenance(token: str) -> Response:
    """A tenant's maintenance for programs (MAINTNOTE)."""
    tenant = _tenant(token)
    since = now() - LOOKS_BACK
    notices, quiet = told_notices(tenant, since), quiet_windows(tenant, since, cancelled=True)
    body = maintnote_calendar(tenant, notices, quiet, Publisher.present(), tenant.locale)
    return _answer(body, changed_at(notices, quiet, tenant.joined_at))


@feeds.get("/<token>.atom")
def news(token: str) -> Response:
    """A tenant's release notes, maintenance and announcements, for feed readers (Atom)."""
    tenant = _tenant(token)
    items = news_of(tenant, now() - LOOKS_BACK, tenant.locale)
    body = atom.atom_feed(tenant, items, Publisher.present(), tenant.locale)
    return _answer(body, atom.changed_at(tenant, items), atom.CONTENT_TYPE)


def _tenant(token: str) -> Tenant:
    tenant = tenant_of(token)
    if tenant is None:
        abort(404)
    check_address(tenant)
    return tenant


def _answer(body: bytes, modified: datetime, content_type: str = "text/calendar; charset=utf-8") -> Response:
    """Answer with validators, 304 where the reader has these bytes, gzip where it takes that."""
    etag = hashlib.sha256(body).hexdigest()[:32]
    headers = {
        "Cache-Control": "private, max-age=0, must-revalidate",
        "Last-Modified": format_datetime(modified.replace(microsecond=0), usegmt=True),
        "Vary": "Accept-Encoding",
    }
    zipped = request.accept_encodings.quality("gzip") > 0
    # The same calendar in another encoding is another set of bytes: a strong ETag must differ.
    tag = f"{etag}-gzip" if zipped else etag
    response = Response(status=304, headers=headers)
    response.set_etag(tag)
    if _is_fresh(tag, modified):
        return response
    response = Response(gzip.compress(body, mtime=0) if zipped else body, headers=headers)
    response.content_type = content_type
    response.set_etag(tag)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _is_fresh(tag: str, modified: datetime) -> bool:
    if request.if_none_match:
        # Proxies that compress make a tag weak, and ask with what they made of it (RFC 9110, 13.1.2).
        return request.if_none_match.contains_weak(tag)
    since = parse_date(request.headers.get("If-Modified-Since"))
    return since is not None and modified.replace(microsecond=0) <= since
