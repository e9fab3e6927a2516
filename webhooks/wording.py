"""How values stand in an event."""

from datetime import UTC, datetime

from flask import current_app


def in_utc(moment: datetime | None) -> str | None:
    """A moment in UTC with its offset (RFC 3339); nothing stays nothing."""
    return moment.astimezone(UTC).isoformat() if moment is not None else None


def link(path: str) -> str:
    """The address of a page, from the settings and never from a request."""
    return f"{current_app.config['BASE_URL']}{path}"
