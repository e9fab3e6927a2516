"""Reads what mail servers send back: what a report says of which mail. It decides nothing.

A report is written by strangers. Whatever is in it, reading ends with a Report or with a sentence that says why not.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, message_from_string
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256

from flufl.bounce import all_failures

from outbox.models import Action

# What it stumbles over is no mistake of ours, and said by us in a line.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)

# What a report says stands before the mail that it returns, which may be as large as it likes.
MOST_BYTES = 1024 * 1024
MOST_WORDS = 500
_MOST_NAMED = 50

# Where a mail server writes the address that a mail came to; the first is the surest.
_CAME_TO = ("X-Original-To", "Delivered-To", "X-Delivered-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To", "To")
_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_HEADER_TYPES = frozenset({"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"})
_MAIL_TYPES = frozenset({"message/rfc822", "message/global"})
_MESSAGE_ID = re.compile(r"^[ \t>|]*Message-ID:\s*(<[^<>\s]{3,200}>)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_AWAY = re.compile(
    r"\s*(auto(matic|matische?s?)?[ -]?(reply|response|antwoord)|out[ -]of[ -](the[ -])?office|afwezig|abwesen|"
    r"automatisch(es?)? (antwoord|bericht|antwort)|r[ée]ponse automatique|ik ben (er )?(even )?niet|vacation)",
    re.IGNORECASE,
)


class NoReport(ValueError):
    """A mail says nothing about a mail of ours; the text says what it is instead."""

    def __init__(self, words: str, *, harmless: bool = False) -> None:
        super().__init__(words)
        # Known for what it is, and nobody needs to look at it.
        self.harmless = harmless


@dataclass(frozen=True)
class Statement:
    """What became of the mail to one recipient; under all the names that the report has for it, in small letters."""

    action: Action
    recipients: frozenset[str]
    status: str = ""
    words: str = ""


@dataclass(frozen=True)
class Report:
    """What a mail says about a mail of ours, as far as it can be read.

    ``standard`` is False for what is no RFC 3464 report: what it says was guessed from its words.
    """

    sha256: str
    came_to: list[str]
    message_ids: list[str]
    statements: list[Statement]
    arrived_at: datetime | None = None
    standard: bool = True
    words: str = field(default="", compare=False)


def read(mail: bytes) -> Report:
    """Read a mail that came back. Raises NoReport, and nothing else, for what is none."""
    if not mail.strip(b"\0 \t\r\n"):
        raise NoReport("an empty mail")
    try:
        return _read(mail)
    except NoReport:
        raise
    except Exception as error:
        # The library stumbles over some of what strangers write, each time in another way.
        raise NoReport(f"a mail that cannot be read ({type(error).__name__})") from error


def _read(mail: bytes) -> Report:
    message = message_from_bytes(mail[:MOST_BYTES])
    digest = sha256(mail).hexdigest()
    came_to = _came_to(message)
    parts = list(_parts(message))
    kind = str(message.get_param("report-type") or "").lower()
    if kind in {"disposition-notification", "feedback-report"}:
        raise NoReport("a receipt or a complaint of a reader, not a delivery report", harmless=True)
    status = next((part for part in parts if part.get_content_type() in _STATUS_TYPES), None)
    if status is not None:
        of_mail, *of_recipients = _blocks(status) or [Message()]
        statements = [one for block in of_recipients if (one := _statement(block)) is not None]
        if statements:
            returned = _returned(parts)
            if returned is not None and returned.get_content_type() == "multipart/report":
                raise NoReport("a report about a report", harmless=True)
            ids = [_text(returned["Message-ID"])] if returned is not None else []
            return Report(digest, came_to, [one for one in ids if one], statements, _moment(of_mail))
    if _is_away(message):
        raise NoReport("an automatic answer of a reader who is away", harmless=True)
    guessed = _guessed(message)
    if guessed:
        return Report(digest, came_to, _quoted_ids(message, parts), guessed, standard=False)
    if status is not None:
        raise NoReport("a delivery report that says of no recipient what became of the mail")
    if _text(message["Auto-Submitted"]).lower().startswith("auto-"):
        raise NoReport("an automatic answer", harmless=True)
    raise NoReport("no delivery report")


def _parts(message: Message) -> Iterator[Message]:
    """The parts of a mail, but nothing of the mails that it holds."""
    if message.get_content_maintype() == "multipart" and isinstance(payload := message.get_payload(), list):
        for part in payload:
            if isinstance(part, Message):
                yield from _parts(part)
    else:
        yield message


def _blocks(status: Message) -> list[Message]:
    """The fields about the mail, then those about each recipient (RFC 3464 2.1)."""
    text = status.as_bytes().replace(b"\r\n", b"\n").decode("utf-8", "replace").partition("\n\n")[2]
    return [message_from_string(block) for block in re.split(r"\n[ \t]*\n+", text.strip("\n")) if block.strip()]


def _statement(block: Message) -> Statement | None:
    words = _text(block["Action"]).lower().split()
    if not words or words[0] not in set(Action):
        return None
    named = [_text(block[name]) for name in ("Final-Recipient", "Original-Recipient") if block[name]]
    recipients = frozenset(_address(one.partition(";")[2] or one) for one in named) - {""}
    diagnosis = _text(block["Diagnostic-Code"]).partition(";")
    status = _STATUS.search(_text(block["Status"]))
    said = (diagnosis[2] or diagnosis[0]).strip() or _text(block["Status"])
    return Statement(Action(words[0]), recipients, status[1][:12] if status else "", said[:MOST_WORDS])


def _returned(parts: list[Message]) -> Message | None:
    """The mail that a report returns, or its header."""
    for part in parts:
        kind, payload = part.get_content_type(), part.get_payload()
        if kind in _MAIL_TYPES and isinstance(payload, list) and payload and isinstance(payload[0], Message):
            return payload[0]
        if kind in _HEADER_TYPES:
            if isinstance(payload, list) and payload and isinstance(payload[0], Message):
                return payload[0]
            return message_from_string(_decoded(part))
    return None


def _guessed(message: Message) -> list[Statement]:
    """What the many bounces that are no RFC 3464 reports seem to say."""
    if message["From"] is None:
        # The library looks at the sender, which some mails have not.
        message["From"] = "<>"
    try:
        temporary, permanent = all_failures(message)
    except Exception:
        return []
    words = next((_decoded(part) for part in _parts(message) if part.get_content_maintype() == "text"), "")
    found = [(Action.FAILED, address) for address in permanent] + [(Action.DELAYED, one) for one in temporary]
    return [_guess(action, _address(_text(address.decode("utf-8", "replace"))), words) for action, address in found]


def _guess(action: Action, address: str, words: str) -> Statement:
    at = words.lower().find(address)
    said = one_line(words[max(at, 0) :][: 2 * MOST_WORDS])[:MOST_WORDS]
    status = _STATUS.search(said)
    return Statement(action, frozenset({address}), status[1][:12] if status else "", said)


def _quoted_ids(message: Message, parts: list[Message]) -> list[str]:
    """The Message-IDs that a mail quotes in its text or in the mails that it holds; its own is none of them."""
    found = [_text(part["Message-ID"]) for part in message.walk() if part is not message and part["Message-ID"]]
    for part in parts:
        if part.get_content_maintype() == "text":
            found += _MESSAGE_ID.findall(_decoded(part))
    return list(dict.fromkeys(found))[:_MOST_NAMED]


def _came_to(message: Message) -> list[str]:
    values = [_text(value) for name in _CAME_TO for value in message.get_all(name, [])]
    return [address for _name, address in getaddresses(values[:_MOST_NAMED]) if address]


def _is_away(message: Message) -> bool:
    answers = {"auto_reply", "auto-reply", "autoreply"}
    named = message["X-Autoreply"] or message["X-Autorespond"] or message["X-Auto-Reply-From"]
    return (
        bool(named) or _text(message["Precedence"]).lower() in answers or bool(_AWAY.match(_text(message["Subject"])))
    )


def _moment(block: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(_text(block["Arrival-Date"]))
    except (TypeError, ValueError, OverflowError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo is not None else None


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return _clean(payload.decode("utf-8", "replace") if isinstance(payload, bytes) else "")


def _address(text: str) -> str:
    return text.strip().strip("<>").strip().lower()


def _text(value: object) -> str:
    """A header's value as one line that any database takes; empty for none."""
    return one_line("" if value is None else str(value))


def one_line(text: str) -> str:
    """Return ``text`` on one line, without what a database does not take."""
    return " ".join(_clean(text).split())


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
