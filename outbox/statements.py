"""What a report says of each recipient (RFC 3464)."""

import re
from dataclasses import dataclass
from email import message_from_string
from email.message import Message

from outbox.mail_text import address_in, text_of
from outbox.report_models import Action

MOST_WORDS = 500
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True)
class Statement:
    """What became of the mail to one recipient; under all the names that the report has for it, in small letters."""

    action: Action
    recipients: frozenset[str]
    status: str = ""
    words: str = ""


def blocks_of(status: Message) -> list[Message]:
    """The fields about the mail, then those about each recipient (RFC 3464 2.1)."""
    text = status.as_bytes().replace(b"\r\n", b"\n").decode("utf-8", "replace").partition("\n\n")[2]
    return [message_from_string(block) for block in re.split(r"\n[ \t]*\n+", text.strip("\n")) if block.strip()]


def statement_of(block: Message) -> Statement | None:
    """What the fields about a recipient say; None where they say nothing that RFC 3464 knows."""
    words = text_of(block["Action"]).lower().split()
    if not words or words[0] not in set(Action):
        return None
    named = [text_of(block[name]) for name in ("Final-Recipient", "Original-Recipient") if block[name]]
    recipients = frozenset(address_in(one.partition(";")[2] or one) for one in named) - {""}
    diagnosis = text_of(block["Diagnostic-Code"]).partition(";")
    status = STATUS.search(text_of(block["Status"]))
    said = (diagnosis[2] or diagnosis[0]).strip() or text_of(block["Status"])
    return Statement(Action(words[0]), recipients, status[1][:12] if status else "", said[:MOST_WORDS])
