"""Where mail is handed in: the relay of the settings, or the built-in mailbox where there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import flask_mail
from flask import current_app

from outbox.addresses import on_the_wire
from outbox.mailbox import ensure

TIMEOUT = 20.0  # seconds that every command has
CONNECTIONS = 16


class Unreachable(ConnectionError):
    """There is no mail server to talk to, or it will not talk to us; the text says what it or the network said."""


@dataclass(frozen=True)
class Relay:
    """A mail server. ``most`` is how many mails one connection may carry, None without limit."""

    host: str
    port: int
    starttls: bool = False
    tls: bool = False
    username: str | None = None
    password: str | None = None
    most: int | None = None
    timeout: float = TIMEOUT
    # How many connections a worker holds at a time.
    connections: int = CONNECTIONS

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Self:
        """The relay of Flask-Mail's settings, as Flask-Mail reads them, and of two that are our own."""
        mail = flask_mail.Mail().init_mail(dict(config))
        return cls(
            host=mail.server,
            port=mail.port or 25,
            starttls=mail.use_tls,
            tls=mail.use_ssl,
            username=mail.username,
            password=mail.password,
            most=mail.max_emails,
            timeout=config.get("MAIL_TIMEOUT", TIMEOUT),
            connections=config.get("MAIL_CONNECTIONS", CONNECTIONS),
        )


def is_trial() -> bool:
    """Whether the built-in mailbox takes the mail, which proves nothing."""
    return not current_app.config.get("MAIL_SERVER")


def rate() -> float:
    """How many mails a second a worker may hand in; 0 without limit."""
    return float(current_app.config.get("MAIL_RATE") or 0)


def journal() -> str:
    """The address that gets a copy of each mail, as the wire wants it; empty where there is none."""
    address = current_app.config.get("MAIL_JOURNAL")
    return on_the_wire(address) if address else ""


def present_relay() -> Relay:
    """Return where mail is handed in at this moment. Raises Unreachable where the built-in mailbox cannot be had."""
    if not is_trial():
        return Relay.of(current_app.config)
    try:
        host, port = ensure(Path(current_app.config["SETTINGS"].DATA_DIR))
    except OSError as error:
        raise Unreachable(f"the built-in mailbox: {error}") from error
    return Relay(host, port)
