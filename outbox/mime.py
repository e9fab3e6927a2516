"""From a letter and a row to the bytes of a mail: the reader's own fields laid in, the parts beside each other."""

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import current_app

from outbox.addresses import Unmailable, on_the_wire, sender
from outbox.headers import LINE_END, address_field, text_field
from outbox.invitations import Entry
from outbox.places import Cut, cut, has_places, laid_in, wanted
from outbox.signing import present_signer

_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+>")
_URL = re.compile(r"https?://[!-;=?-~]{1,900}")

# Lines of at most 998 octets, in which nothing breaks off but at their ends.
_LINE = rb"(?=[^\r\n]{0,998}\r\n)"
_ANY = _LINE + rb"([A-Za-z-]+):[^\r\n\0]*\r\n(?:" + _LINE + rb"[ \t][^\r\n\0]*\r\n)*"
_FIELD, _HEADER = re.compile(_ANY), re.compile(rb"(?:" + _ANY + rb")+")


def _fields_of(*names: bytes) -> re.Pattern[bytes]:
    """A header of just these, in this order."""
    lines = rb"%s:[^\r\n\0]{0,%d}\r\n(?:[ \t][^\r\n\0]{0,997}\r\n)*"
    return re.compile(b"".join([lines % (name, 997 - len(name)) for name in names]))


# What a header holds: of each reader, in this order; what is the same for all; and what else may be there.
_EACH = [b"To", b"Subject", b"Date", b"Message-ID"]
_OF_EACH = _fields_of(*_EACH)
_OF_EACH_UNSUBSCRIBABLE = _fields_of(*_EACH, b"List-Unsubscribe", b"List-Unsubscribe-Post")
_MUST = {b"From", b"Auto-Submitted", b"MIME-Version", b"Content-Type"}
_MAY = {b"Content-Language", b"Content-Transfer-Encoding", b"In-Reply-To", b"List-Id", b"References"}


class Text(Protocol):
    """What a mail says: a `Letter`."""

    @property
    def announcement_id(self) -> int | None: ...
    @property
    def language(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def plain(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def thread(self) -> str: ...
    @property
    def calendar(self) -> str: ...


class Reader(Protocol):
    """Whom it is for: an `OutboxMessage`, or the part of one that a worker claims."""

    @property
    def address(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def fields(self) -> dict[str, Any]: ...
    @property
    def message_id(self) -> str: ...


def render(letter: Text, message: Reader, now: datetime) -> bytes:
    """Return one mail; where there are many of a letter, a `Mould` spares most of the work."""
    return Mould(letter).cast(message, now)


class Mould:
    """A letter with all done that is the same for each reader: what is left is to fill the places and to join."""

    def __init__(self, letter: Text) -> None:
        self._host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
        self._signer = present_signer()
        self._from = address_field("From", *sender()).encode()
        self._subject = letter.subject
        self._subject_line = None if has_places(letter.subject) else text_field("Subject", letter.subject)
        self._about = f"{self._lines_about(letter)}MIME-Version: 1.0{LINE_END}".encode()
        # No part can hold the boundary: in quoted-printable a "=" is never followed by "_".
        whole = "\0".join((letter.subject, letter.plain, letter.html or "", letter.calendar or ""))
        boundary = f"=_{sha256(whole.encode('utf-8', 'replace')).hexdigest()[:32]}"
        first = _part("plain; charset=utf-8")
        self._parts: list[bytes | Cut | Entry] = [cut(letter.plain.rstrip() + "\n", str)]
        if letter.html or letter.calendar:
            head = f'Content-Type: multipart/alternative;{LINE_END} boundary="{boundary}"{LINE_END}{LINE_END}'.encode()
            between = f"{LINE_END}--{boundary}{LINE_END}".encode()
            first = head + between[2:] + first
            if letter.html:
                self._parts += [between + _part("html; charset=utf-8"), cut(letter.html.rstrip() + "\n", html.escape)]
            if letter.calendar:
                # The last is the one that a program prefers which understands it (RFC 2046 5.1.4).
                entry = Entry(letter.calendar)
                self._parts += [between + _part("calendar; charset=utf-8; method=PUBLISH"), entry]
            self._parts.append(f"{LINE_END}--{boundary}--{LINE_END}".encode())
        self._parts.insert(0, first)
        self._check_what_stays(first)

    def cast(self, message: Reader, now: datetime) -> bytes:
        """Return the mail as it goes over the wire: lines of at most 998 octets that end in CRLF.

        ASCII only, but for an address whose local part is not (RFC 6532). The same row gives the same bytes at every
        attempt, but for the date. Raises Unmailable where the address is none, or where the header would not be the one
        that was meant.
        """
        fields = {name: wanted(str(value)) for name, value in message.fields.items()}
        body = b"".join([part if isinstance(part, bytes) else part.filled(fields) for part in self._parts])
        mail = self._header(message, fields, now) + body
        return mail if self._signer is None else self._signer.signed(mail)

    def _header(self, message: Reader, fields: Mapping[str, str], now: datetime) -> bytes:
        """The lines up to the type of the first part."""
        lines = [
            address_field("To", message.name, on_the_wire(message.address)),
            self._subject_line or text_field("Subject", laid_in(self._subject, fields)),
            f"Date: {_date(now.replace(microsecond=0))}{LINE_END}",
            f"Message-ID: {_message_id(message.message_id, self._host)}{LINE_END}",
        ]
        meant = _OF_EACH
        if fields.get("unsubscribe"):
            lines.append(_unsubscribe(fields["unsubscribe"]))
            meant = _OF_EACH_UNSUBSCRIBABLE
        own = "".join(lines).encode()
        if not meant.fullmatch(own):
            raise Unmailable(_wrong(own))
        return b"".join((self._from, own, self._about))

    def _check_what_stays(self, first: bytes) -> None:
        """Compare the names of what is the same for each reader with those that may be there, each once."""
        head = self._from + self._about + first
        head = head[: head.index(b"\r\n\r\n") + 2]
        found = _FIELD.findall(head)
        if not _HEADER.fullmatch(head) or len(found) != len(set(found)) or not _MUST <= set(found) <= _MUST | _MAY:
            raise Unmailable(_wrong(head))

    def _lines_about(self, letter: Text) -> str:
        lines = []
        if letter.thread:
            thread = _message_id(letter.thread, self._host)
            lines += [f"In-Reply-To: {thread}{LINE_END}", f"References: {thread}{LINE_END}"]
        # A machine must not answer a machine (RFC 3834 5).
        lines.append(f"Auto-Submitted: auto-generated{LINE_END}")
        if letter.announcement_id is not None:
            lines.append(f"List-Id: <announcements.{self._host}>{LINE_END}")
        if re.fullmatch(r"[A-Za-z]{2,3}", letter.language or ""):
            lines.append(f"Content-Language: {letter.language}{LINE_END}")
        return "".join(lines)


def _unsubscribe(url: str) -> str:
    """The header lines by which a program unsubscribes with one click (RFC 8058 3.1)."""
    if not _URL.fullmatch(url):
        raise ValueError(f"an address to unsubscribe at was expected, not {url!r}")
    post = f"List-Unsubscribe-Post: List-Unsubscribe=One-Click{LINE_END}"
    return f"List-Unsubscribe: <{url}>{LINE_END}{post}"


@lru_cache(maxsize=16)
def _date(now: datetime) -> str:
    return format_datetime(now.astimezone(UTC))


def _message_id(text: str, host: str) -> str:
    """``text`` where it is a Message-ID already, else one made of it; always a single word of ASCII."""
    return text if _MESSAGE_ID.fullmatch(text) else f"<{re.sub(r'[^A-Za-z0-9._+-]', '-', text)[:120]}@{host}>"


def _part(kind: str) -> bytes:
    encoding = f"Content-Transfer-Encoding: quoted-printable{LINE_END}"
    return f"Content-Type: text/{kind}{LINE_END}{encoding}{LINE_END}".encode()


def _wrong(header: bytes) -> str:
    names = b", ".join([line.partition(b":")[0] for line in header.split(b"\r\n")])
    return f"the header is not the one that was meant: {names.decode('ascii', 'replace')[:500]}"
