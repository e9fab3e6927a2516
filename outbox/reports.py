"""Reads what mail servers send back: what a report says of which mail. It decides nothing.

A report is written by strangers. Whatever is in it, reading ends with a Report or with a sentence that says why not.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, message_from_string
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256

from outbox.guessing import guessed_from
from outbox.mail_text import decoded, parts_of, text_of
from outbox.statements import Statement, blocks_of, statement_of

# What a report says stands before the mail that it returns, which may be as large as it likes.
MOST_BYTES = 1024 * 1024
_MOST_NAMED = 50

# Where a mail server writes the address that a mail came to; the first is the surest.
_CAME_TO = ("X-Original-To", "Delivered-To", "X-Delivered-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To", "To")
_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_HEADER_TYPES = frozenset({"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"})
_MAIL_TYPES = frozenset({"message/rfc822", "message/global"})
_MESSAGE_ID = re.compile(r"^[ \t>|]*Message-ID:\s*(<[^<>\s]{3,200}>)", re.IGNORECASE | re.MULTILINE)

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
    parts = list(parts_of(message))
    kind = str(message.get_param("report-type") or "").lower()
    if kind in {"disposition-notification", "feedback-report"}:
        raise NoReport("a receipt or a complaint of a reader, not a delivery report", harmless=True)
    status = next((part for part in parts if part.get_content_type() in _STATUS_TYPES), None)
    if status is not None:
        of_mail, *of_recipients = blocks_of(status) or [Message()]
        statements = [one for block in of_recipients if (one := statement_of(block)) is not None]
        if statements:
            returned = _returned(parts)
            if returned is not None and returned.get_content_type() == "multipart/report":
                raise NoReport("a report about a report", harmless=True)
            ids = [text_of(returned["Message-ID"])] if returned is not None else []
            return Report(digest, came_to, [one for one in ids if one], statements, _moment(of_mail))
    if _is_away(message):
        raise NoReport("an automatic answer of a reader who is away", harmless=True)
    guessed = guessed_from(message)
    if guessed:
        return Report(digest, came_to, _quoted_ids(message, parts), guessed, standard=False)
    if status is not None:
        raise NoReport("a delivery report that says of no recipient what became of the mail")
    if text_of(message["Auto-Submitted"]).lower().startswith("auto-"):
        raise NoReport("an automatic answer", harmless=True)
    raise NoReport("no delivery report")


def _returned(parts: list[Message]) -> Message | None:
    """The mail that a report returns, or its header."""
    for part in parts:
        kind, payload = part.get_content_type(), part.get_payload()
        if kind in _MAIL_TYPES and isinstance(payload, list) and payload and isinstance(payload[0], Message):
            return payload[0]
        if kind in _HEADER_TYPES:
            if isinstance(payload, list) and payload and isinstance(payload[0], Message):
                return payload[0]
            return message_from_string(decoded(part))
    return None


def _quoted_ids(message: Message, parts: list[Message]) -> list[str]:
    """The Message-IDs that a mail quotes in its text or in the mails that it holds; its own is none of them."""
    found = [text_of(part["Message-ID"]) for part in message.walk() if part is not message and part["Message-ID"]]
    for part in parts:
        if part.get_content_maintype() == "text":
            found += _MESSAGE_ID.findall(decoded(part))
    return list(dict.fromkeys(found))[:_MOST_NAMED]


def _came_to(message: Message) -> list[str]:
    values = [text_of(value) for name in _CAME_TO for value in message.get_all(name, [])]
    return [address for _name, address in getaddresses(values[:_MOST_NAMED]) if address]


def _is_away(message: Message) -> bool:
    answers = {"auto_reply", "auto-reply", "autoreply"}
    named = message["X-Autoreply"] or message["X-Autorespond"] or message["X-Auto-Reply-From"]
    return (
        bool(named)
        or text_of(message["Precedence"]).lower() in answers
        or bool(_AWAY.match(text_of(message["Subject"])))
    )


def _moment(block: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text_of(block["Arrival-Date"]))
    except (TypeError, ValueError, OverflowError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo is not None else None
