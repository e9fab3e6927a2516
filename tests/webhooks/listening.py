"""A system of somebody else's on this machine, that listens; and events for it."""

import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as Signal
from threading import Thread
from types import TracebackType
from typing import Any, Self

from flask import Flask
from sqlalchemy.orm import Session, joinedload

from storage import db
from tenants.models import Tenant
from tests.world import MANAGER, NOW
from webhooks.models import SUBSCRIBED, EventType, WebhookDelivery, WebhookEndpoint
from webhooks.publishing import Event, publish
from webhooks.services import Scope, add_endpoint

EVERYTHING = tuple(kind.value for kind in SUBSCRIBED)
PUBLIC = "https://192.0.3.1/hook"


@dataclass(frozen=True)
class Request:
    """What came: the headers by their names in small letters, and the octets."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


class Receiver:
    """``came`` is what it was asked, in that order. It answers 204, or what it is told to."""

    def __init__(self, certificate: tuple[str, str] | None = None) -> None:
        self.came: list[Request] = []
        self.connections = 0
        self.status = 204
        self.headers: dict[str, str] = {}
        self.reply = b""
        # What it does before it answers, and instead of it.
        self.first: Callable[[], object] = lambda: None
        self.instead: Callable[[BaseHTTPRequestHandler], object] | None = None
        self.over = Signal()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                owner.came.append(Request(self.path, headers, body))
                owner.first()
                if owner.instead is not None:
                    owner.instead(self)
                    return
                self.send_response(owner.status)
                for name, value in owner.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(owner.reply)

            def do_GET(self) -> None:
                owner.came.append(Request(self.path, {}, b""))

            def log_message(self, *args: Any) -> None:
                """Keep the tests' output to themselves."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def get_request(self) -> Any:
                request = super().get_request()
                owner.connections += 1
                return request

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Who hangs up early is part of the tests."""

        self._server = Server(("127.0.0.1", 0), Handler)
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            # The handshake is the handler's thread's: one that fails must not stop the server.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def url(self, host: str = "127.0.0.1", scheme: str = "http", path: str = "/hook") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def types(self) -> list[str]:
        return [request.event["type"] for request in self.came]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def allow(app: Flask, networks: str = "127.0.0.0/8") -> None:
    """Let events go to servers on this machine, without TLS."""
    app.config.update(WEBHOOK_ALLOW_PRIVATE=networks, WEBHOOK_ALLOW_HTTP=True)


def endpoint(
    url: str = PUBLIC, scope: Scope | None = None, events: tuple[str, ...] = EVERYTHING, now: datetime = NOW
) -> WebhookEndpoint:
    return add_endpoint(scope or Scope(), url, events, MANAGER, now)


def happened(tenant: Tenant, *, number: int = 1, now: datetime = NOW) -> None:
    """That many notices were given to a tenant, all at once."""
    publish(
        [
            Event(EventType.NOTICE_GIVEN, tenant.product_id, tenant.id, {"tenant": tenant.slug, "number": one})
            for one in range(1, number + 1)
        ],
        now,
    )
    db.session.commit()


def deliveries() -> list[WebhookDelivery]:
    """Copies of the rows as the database has them now, in the order in which they were made."""
    # What the test read before holds SQLite's one lock.
    db.session.rollback()
    with Session(db.engine, expire_on_commit=False) as session:
        rows = session.query(WebhookDelivery).options(joinedload(WebhookDelivery.event)).order_by(WebhookDelivery.id)
        return list(rows)


def states() -> list[str]:
    return [row.state.value for row in deliveries()]
