"""Feeds answered before Flask: a calendar polls all day, and what it needs of us is one statement."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask

from entrypoints.client_address import allowed, reader_address
from entrypoints.feeds.keeping import make, of_what
from entrypoints.feeds.kinds import PLANS, PUBLIC, Asked
from entrypoints.feeds.lookups import Lookups
from entrypoints.feeds.polls import Poll
from evidence.actors import Actor, May, Role
from schedules.entries import Publisher
from storage import db
from storage.snapshots import for_single_reads
from tenants.models import Tenant

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = structlog.get_logger()

Answer = tuple[str, list[tuple[str, str]], bytes]


class FeedServer:
    """A WSGI application that answers what is below /feeds/, and hands everything else on."""

    def __init__(self, app: Flask) -> None:
        self.app, self.pages = app, app.wsgi_app
        with app.app_context():
            self.lookups = Lookups(for_single_reads(db.engine))
        self.secured = [
            # The address is a secret, which no link in a calendar may carry elsewhere.
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ]
        if app.config["BASE_URL"].startswith("https:"):
            self.secured.append(("Strict-Transport-Security", "max-age=31556926; includeSubDomains"))

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith("/feeds/"):
            return self.pages(environ, start_response)
        try:
            status, headers, body = self._answer(environ)
        except Exception:
            # Readers come again by themselves, and keep what they have until then.
            log.exception("a feed could not be answered")
            status, headers, body = _plainly("503 Service Unavailable", [("Retry-After", "300")])
        # Who has the bytes has what was said with them (RFC 9110, 15.4.5).
        if not status.startswith("304"):
            headers += [("Content-Length", str(len(body))), *self.secured]
        start_response(status, headers)
        return [body] if body and environ["REQUEST_METHOD"] != "HEAD" else []

    def _answer(self, environ: "WSGIEnvironment") -> Answer:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return _plainly("405 Method Not Allowed", [("Allow", "GET, HEAD")])
        asked, poll, now = Asked.of(environ["PATH_INFO"]), Poll.of(environ), datetime.now(UTC)
        if asked is None:
            return _plainly("404 Not Found")
        row = self.lookups.found(asked, poll.known, zipped=poll.zipped)
        refused = self._refused(environ, asked, row, now)
        return _plainly(refused) if refused else self._feed(asked, poll, row, now)

    def _refused(self, environ: "WSGIEnvironment", asked: Asked, row: Any, now: datetime) -> str:
        """Why this reader does not get this feed; empty where it does."""
        if row is None or (asked.kind is PUBLIC and not row.public_calendar):
            return "404 Not Found"
        if asked.kind is PUBLIC:
            return ""
        of_vendor = row.user_id is not None
        owned = row.tenant_id is not None or (of_vendor and row.active and Actor("", Role(row.role)).may(May.TELL))
        # Only for what is over for good: some readers drop a calendar at this answer, and never ask again.
        if not owned or (row.ends_at is not None and row.ends_at <= now):
            return "410 Gone"
        if of_vendor != (asked.kind is PLANS) or row.product_id is None:
            return "404 Not Found"
        if of_vendor or not row.ip_allowlist:
            return ""
        proxies = self.app.config["SETTINGS"].TRUSTED_PROXIES
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
        reader = reader_address(environ.get("REMOTE_ADDR", ""), forwarded, proxies)
        return "" if allowed(reader, row.ip_allowlist) else "403 Forbidden"

    def _feed(self, asked: Asked, poll: Poll, row: Any, now: datetime) -> Answer:
        language = asked.language or row.language
        tag, modified_at, body = row.tag, row.modified_at, row.body
        if row.made_of != of_what(row.revision, now.date(), Publisher.of(self.app.config), language):
            about_id = row.tenant_id if asked.kind.about is Tenant else row.product_id
            with self.app.app_context():
                feed = make(asked, about_id, language, now)
            tag, modified_at = feed.tag, feed.modified_at
            body = feed.zipped if poll.zipped else feed.plain
        headers = [
            ("Cache-Control", "private, max-age=0, must-revalidate"),
            ("Vary", "Accept-Encoding"),
            ("ETag", f'"{poll.wire_tag(tag)}"'),
        ]
        if poll.has(tag, modified_at):
            return "304 Not Modified", headers, b""
        headers += [("Last-Modified", _in_http(modified_at)), ("Content-Type", asked.kind.content_type)]
        if poll.zipped:
            headers.append(("Content-Encoding", "gzip"))
        return "200 OK", headers, body


@lru_cache(maxsize=1024)
def _in_http(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _plainly(status: str, headers: list[tuple[str, str]] | None = None) -> Answer:
    """An answer in a few words, which nobody keeps."""
    told = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"), *(headers or [])]
    return status, told, f"{status[4:]}\n".encode()
