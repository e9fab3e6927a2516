"""From a letter and a row to the bytes of a mail: the reader's own fields laid in, text and HTML beside each other."""

import binascii
import html
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from outbox.addresses import Unmailable, on_the_wire, sender
from outbox.headers import LINE_END, address_field, text_field
from outbox.models import Letter, OutboxMessage

_TOKEN = re.compile("\ue000([^\ue000\ue001]*)\ue001")
# Private signs are ours alone; a NUL or a half of a pair would stop the mail at the first program that reads it.
_UNWANTED = re.compile(
    "[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+>")

_ALWAYS = {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted", "Content-Type"}
_MAY = {"Content-Language", "Content-Transfer-Encoding", "List-Id", "In-Reply-To", "References"}


def render(letter: Letter, message: OutboxMessage, now: datetime) -> bytes:
    """Return the mail as it goes over the wire: lines of at most 998 octets that end in CRLF.

    ASCII only, but for an address whose local part is not (RFC 6532). The same row gives the same bytes at every
    attempt, but for the date. Raises Unmailable where the address is none, or where the header would not be the one
    that was meant.
    """
    fields = {name: _UNWANTED.sub("", str(value)) for name, value in message.fields.items()}
    text = _part("plain", _laid_in(letter.plain, fields, str))
    if letter.html:
        boundary = f"=_{sha256(message.message_id.encode()).hexdigest()[:32]}"
        parts = [text, _part("html", _laid_in(letter.html, fields, html.escape))]
        body = f'Content-Type: multipart/alternative;{LINE_END} boundary="{boundary}"{LINE_END}{LINE_END}'
        # No part can hold the boundary: in quoted-printable a "=" is never followed by "_".
        body += "".join(f"--{boundary}{LINE_END}{part}{LINE_END}" for part in parts) + f"--{boundary}--{LINE_END}"
    else:
        body = text
    mail = (_header(letter, message, fields, now) + body).encode()
    _check(mail.partition(b"\r\n\r\n")[0])
    return mail


def _header(letter: Letter, message: OutboxMessage, fields: Mapping[str, str], now: datetime) -> str:
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    lines = [
        address_field("From", *sender()),
        address_field("To", message.name, on_the_wire(message.address)),
        text_field("Subject", _laid_in(letter.subject, fields, str)),
        f"Date: {format_datetime(now.astimezone(UTC))}{LINE_END}",
        f"Message-ID: {_message_id(message.message_id, host)}{LINE_END}",
    ]
    if letter.thread:
        thread = _message_id(letter.thread, host)
        lines += [f"In-Reply-To: {thread}{LINE_END}", f"References: {thread}{LINE_END}"]
    # A machine must not answer a machine (RFC 3834 5).
    lines.append(f"Auto-Submitted: auto-generated{LINE_END}")
    if letter.announcement_id is not None:
        lines.append(f"List-Id: <announcements.{host}>{LINE_END}")
    if re.fullmatch(r"[A-Za-z]{2,3}", letter.language or ""):
        lines.append(f"Content-Language: {letter.language}{LINE_END}")
    return "".join([*lines, f"MIME-Version: 1.0{LINE_END}"])


def _message_id(text: str, host: str) -> str:
    """``text`` where it is a Message-ID already, else one made of it; always a single word of ASCII."""
    return text if _MESSAGE_ID.fullmatch(text) else f"<{re.sub(r'[^A-Za-z0-9._+-]', '-', text)[:120]}@{host}>"


def _laid_in(text: str, fields: Mapping[str, str], form: Callable[[str], str]) -> str:
    """Fill the places in one pass, so that a value which looks like a place is not filled; unknown places vanish."""
    return _TOKEN.sub(lambda place: form(fields.get(place[1], "")), text)


def _part(kind: str, text: str) -> str:
    lines = re.sub(r"\r\n|\r|\n", LINE_END, _UNWANTED.sub("", text).rstrip() + "\n")
    # Quoted-printable: short lines in ASCII whatever is in the text, and still legible in a log.
    body = binascii.b2a_qp(lines.encode(), istext=True).decode()
    head = f"Content-Type: text/{kind}; charset=utf-8{LINE_END}Content-Transfer-Encoding: quoted-printable{LINE_END}"
    return f"{head}{LINE_END}{body}"


def _check(header: bytes) -> None:
    """Compare the names in the finished header with those that may be there, each once."""
    names: list[Any] = []
    for line in header.split(b"\r\n"):
        if b"\r" in line or b"\n" in line or b"\0" in line or len(line) > 998:
            raise Unmailable("a header line holds a line break")
        if not line.startswith((b" ", b"\t")):
            names.append(line.partition(b":")[0].decode("ascii", "replace"))
    wrong = (set(names) - _ALWAYS - _MAY) | (_ALWAYS - set(names))
    if wrong or len(names) != len(set(names)):
        raise Unmailable(f"the header is not the one that was meant: {', '.join(sorted(wrong)) or 'a name twice'}")
