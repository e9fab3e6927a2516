"""Text of mails that strangers wrote, as any database takes it."""

from collections.abc import Iterator
from email.message import Message


def parts_of(message: Message) -> Iterator[Message]:
    """The parts of a mail, but nothing of the mails that it holds."""
    if message.get_content_maintype() == "multipart" and isinstance(payload := message.get_payload(), list):
        for part in payload:
            if isinstance(part, Message):
                yield from parts_of(part)
    else:
        yield message


def decoded(part: Message) -> str:
    """The text of a part."""
    payload = part.get_payload(decode=True)
    return clean(payload.decode("utf-8", "replace") if isinstance(payload, bytes) else "")


def address_in(text: str) -> str:
    """An address without its brackets, in small letters."""
    return text.strip().strip("<>").strip().lower()


def text_of(value: object) -> str:
    """A header's value as one line that any database takes; empty for none."""
    return one_line("" if value is None else str(value))


def one_line(text: str) -> str:
    """Return ``text`` on one line, without what a database does not take."""
    return " ".join(clean(text).split())


def clean(text: str) -> str:
    """Return ``text`` without what a database does not take."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
