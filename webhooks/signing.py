"""Secrets, and what is signed with them, as Standard Webhooks asks (https://www.standardwebhooks.com).

A secret is derived from a salt in the row and a key outside the database: a stolen database signs nothing.
"""

import base64
import hmac
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime

from standardwebhooks import Webhook


def new_salt() -> str:
    return secrets.token_hex(32)


def secret_of(key: str, salt: str) -> str:
    """The secret as its receiver keeps it: ``whsec_`` and 32 bytes in base64."""
    digest = hmac.digest(key.encode(), f"webhook:{salt}".encode(), "sha256")
    return f"whsec_{base64.b64encode(digest).decode()}"


def signed_headers(event_id: str, payload: str, with_secrets: Iterable[str], now: datetime) -> dict[str, str]:
    """The headers that go with a payload, a signature for each secret, the newest first."""
    at = now.astimezone(UTC)
    signatures = [Webhook(secret).sign(event_id, at, payload) for secret in with_secrets]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
