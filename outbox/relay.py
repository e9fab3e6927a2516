"""Where mail is handed in: the relay of the settings, or the built-in mailbox where there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import flask_mail
from flask import current_app

from outbox.mailbox import ensure

TIMEOUT = 20.0  # seconds that every command has


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

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Self:
        """The relay of Flask-Mail's settings, as Flask-Mail reads them; MAIL_TIMEOUT, in seconds, is our own."""
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
        )


def is_trial() -> bool:
    """Whether the built-in mailbox takes the mail, which proves nothing."""
    return not current_app.config.get("MAIL_SERVER")


def present_relay() -> Relay:
    """Return where mail is handed in at this moment. Raises Unreachable where the built-in mailbox cannot be had."""
    if not is_trial():
        return Relay.of(current_app.config)
    try:
        host, port = ensure(Path(current_app.config["SETTINGS"].DATA_DIR))
    except OSError as error:
        raise Unreachable(f"the built-in mailbox: {error}") from error
    return Relay(host, port)
