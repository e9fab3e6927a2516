"""Logs go to standard error: standard output is a command's answer, which programs read.

A calendar's address is a secret that every request line holds: no log keeps one.
"""

import logging
import re
import sys
from typing import Any

import structlog

_SECRET_ADDRESS = re.compile(r"(/feeds/|%2[Ff]feeds%2[Ff])[A-Za-z0-9_-]{43}")
# Who writes request lines: the servers, ours and the one of `flask run`.
_SERVERS = ("gunicorn.access", "gunicorn.error", "werkzeug")


def masked(text: str) -> str:
    """A text without the secrets of the addresses in it."""
    return _SECRET_ADDRESS.sub(r"\1***", text)


class MaskedAddresses(logging.Filter):
    """Writes what a server logs without secrets, exceptions too."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = masked(record.getMessage()), ()
        if record.exc_info:
            record.exc_text = masked(logging.Formatter().formatException(record.exc_info))
        return True


def set_up() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask,
            structlog.dev.ConsoleRenderer(colors=False) if sys.stderr.isatty() else structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    for name in _SERVERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, MaskedAddresses) for one in logger.filters):
            logger.addFilter(MaskedAddresses())


def _mask(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {name: masked(value) if isinstance(value, str) else value for name, value in event.items()}
