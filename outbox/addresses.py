"""Addresses as a mail server is told them: the reader's, the vendor's, and the return path of each mail."""

import re
from email.utils import parseaddr
from functools import lru_cache
from typing import NamedTuple, Protocol

from email_validator import EmailNotValidError, validate_email
from flask import current_app
from sqlalchemy import select

from outbox.models import OutboxMessage
from storage import db

_LOCAL = re.compile(r"""[^\s@<>()\[\]\\,;:"]+""")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_NO_TOKEN = re.compile(r"[^0-9a-z]+")
_RETURN_PATH = re.compile(r"bounce\+(\d{1,18})-([0-9a-z]{1,12})@.+", re.IGNORECASE)


class Unmailable(ValueError):
    """No mail can be made of a row, whatever the server says; the text says why."""


class Sender(NamedTuple):
    """Who a mail comes from."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def sender() -> Sender:
    """The vendor, from MAIL_DEFAULT_SENDER: an address, `Name <address>`, or Flask-Mail's pair of both.

    Raises ValueError, but never Unmailable, for what is no address: no reader is to blame for it.
    """
    given = current_app.config["MAIL_DEFAULT_SENDER"]
    return _sender(given)


# Asked for every mail, and parsing takes longer than the rest of one.
@lru_cache(maxsize=4)
def _sender(given: str | tuple[str, str]) -> Sender:
    name, address = given if isinstance(given, tuple) else parseaddr(given)
    try:
        return Sender(name, on_the_wire(address))
    except Unmailable:
        raise ValueError("MAIL_DEFAULT_SENDER: expected an address such as Inconto <notices@example.com>") from None


# Asked twice for every mail: for its envelope and for its header.
@lru_cache(maxsize=1024)
def on_the_wire(address: str) -> str:
    """Return an address in the form that SMTP wants: the domain in ASCII (RFC 5891), the rest as it is.

    Raises Unmailable for what is no single address: a line break in it would be a command of its own. Whether the
    domain exists is for the relay to find out; names of our own network are as good as public ones.
    """
    local, _at, domain = address.rpartition("@")
    if not domain.isascii():
        try:
            domain = validate_email(f"postmaster@{domain}", check_deliverability=False).ascii_domain
        except EmailNotValidError:
            domain = ""
    if not (_LOCAL.fullmatch(local) and local.isprintable() and _DOMAIN.fullmatch(domain) and len(address) <= 254):
        raise Unmailable(f"{address!r} is no e-mail address")
    return f"{local}@{domain}"


class Row(Protocol):
    """What of a row its return path is made of."""

    @property
    def id(self) -> int: ...
    @property
    def message_id(self) -> str: ...


def return_path(message: Row) -> str:
    """The envelope's sender, one of its own for each row, so that a bounce finds its row whatever it quotes.

    It carries the start of the Message-ID, which only who got the mail can know: counting rows does not forge a bounce.
    """
    return f"bounce+{message.id}-{_token(message)}@{sender().domain}"


def returned(address: str) -> OutboxMessage | None:
    """The row that a return path belongs to; None for any other address and for a forged one."""
    found = _RETURN_PATH.fullmatch(address.strip())
    if found is None:
        return None
    message = db.session.scalars(select(OutboxMessage).where(OutboxMessage.id == int(found[1]))).one_or_none()
    return message if message is not None and _token(message) == found[2].lower() else None


def _token(message: Row) -> str:
    return _NO_TOKEN.sub("", message.message_id.partition("@")[0].lower())[:12]
