"""What a pass of the deliveries makes of an endpoint."""

from datetime import timedelta
from http.server import BaseHTTPRequestHandler

from outbox.leases import LEASE
from storage import db
from tests.webhooks.listening import Receiver
from tests.world import NOW
from webhooks.models import WebhookEndpoint

NOTHING = {"delivered": 0, "retried": 0, "failed": 0}
AFTER = NOW + LEASE + timedelta(seconds=30)


def the(hook: WebhookEndpoint) -> WebhookEndpoint:
    """The endpoint as the database has it now."""
    db.session.rollback()
    return db.session.get_one(WebhookEndpoint, hook.id, populate_existing=True)


def drip(receiver: Receiver, handler: BaseHTTPRequestHandler) -> None:
    """An answer that never ends, a byte at a time."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not receiver.over.wait(0.02):
        handler.wfile.write(b"a")
        handler.wfile.flush()
