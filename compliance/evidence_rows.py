"""The columns of the evidence in a file: one row for each mail, call or letter, whatever it was about."""

from datetime import datetime
from typing import Any

_OF_A_WAY = (
    "channel",
    "contact",
    "address",
    "language",
    "mail_state",
    "sent_at",
    "server_reply",
    "proof",
    "bounced_at",
    "bounce",
    "message_id",
    "sha256",
    "trial",
    "recorded_by",
)


def way(channel: str = "", **values: Any) -> dict[str, Any]:
    """Return the columns that say how somebody was told; what is not given is empty, nobody told being all empty."""
    return dict.fromkeys(_OF_A_WAY, "") | {"channel": channel} | values


def in_text(moment: datetime | None) -> str:
    """A moment in ISO 8601, empty for none."""
    return moment.isoformat() if moment else ""
