"""Reading what the built-in mailbox keeps. A file may be anything: no broken one stops the others from being read."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from storage.paging import page_there_is, pages_of
from storage.sought import folded

PER_PAGE = 50
_LOOKED_THROUGH = 1000
_HEADER_ROOM = 32768  # octets that hold the header of any mail of ours
_NAME = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}\.eml")


@dataclass(frozen=True)
class KeptMail:
    """A mail as a reader sees it; only its head in a list. ``sent_at`` is the Date field's, None without.

    ``html`` is as it came, not made safe; ``attachments`` are the names, or else the types, of its other parts.
    """

    name: str
    subject: str
    sender: str
    to: str
    sent_at: datetime | None
    text: str = ""
    html: str = ""
    attachments: tuple[str, ...] = ()
    raw: str = ""


@dataclass(frozen=True)
class MailPage:
    """A page of mails, newest first; pages count from 1."""

    mails: list[KeptMail]
    page: int
    pages: int
    total: int
    per_page: int = PER_PAGE
    more: bool = False


def folder_of(data_dir: Path) -> Path:
    return data_dir.resolve() / "mailbox"


def list_mails(data_dir: Path, page: int = 1, words: Sequence[str] = ()) -> MailPage:
    """Return one page of the mailbox; a page that is not there is the nearest that is, and empty is one empty page.

    With ``words``, which are folded already, those of the newest thousand whose subject or address holds each of them.
    """
    folder = folder_of(data_dir)
    names = sorted((name for name in _names(folder) if _NAME.fullmatch(name)), reverse=True)
    if words:
        heads = _heads(folder, names[:_LOOKED_THROUGH])
        names = [one.name for one in heads if all(word in folded(f"{one.subject} {one.to}") for word in words)]
    pages, page = pages_of(len(names), PER_PAGE), page_there_is(page, len(names), PER_PAGE)
    mails = list(_heads(folder, names[(page - 1) * PER_PAGE : page * PER_PAGE]))
    return MailPage(mails, page, pages, len(names))


def read_mail(data_dir: Path, name: str) -> KeptMail | None:
    """Return a mail with all that is in it; None for anything that is not the name of a kept mail."""
    if not _NAME.fullmatch(name):
        return None
    try:
        content = (folder_of(data_dir) / name).read_bytes()
    except OSError:
        return None
    mail = _parsed(content, headers_only=False)
    texts: dict[str, str] = {}
    attachments = []
    for part in mail.walk():
        kind = part.get_content_type()
        if part.is_multipart():
            continue
        if kind in {"text/plain", "text/html"} and kind not in texts and not _file_name(part):
            texts[kind] = _text(part)
        else:
            attachments.append(_file_name(part) or kind)
    head = vars(_head(name, mail))
    whole = {"text": texts.get("text/plain", ""), "html": texts.get("text/html", ""), "attachments": tuple(attachments)}
    return KeptMail(**(head | whole | {"raw": _clean(content.decode("utf-8", "replace"))}))


def _heads(folder: Path, names: Iterable[str]) -> Iterator[KeptMail]:
    for name in names:
        try:
            with (folder / name).open("rb") as file:
                yield _head(name, _parsed(file.read(_HEADER_ROOM), headers_only=True))
        except OSError:
            # Removed since the folder was read.
            continue


def _names(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                yield entry.name
    except FileNotFoundError:
        return


def _parsed(content: bytes, *, headers_only: bool) -> Message:
    # By the older rules: the newer ones take a second for a long list of addresses, and fail on some that are none.
    return BytesParser().parsebytes(content, headersonly=headers_only)


def _head(name: str, mail: Message) -> KeptMail:
    try:
        sent_at = parsedate_to_datetime(_field(mail, "Date"))
        # "-0000" says: UTC, from a clock that does not know its zone.
        sent_at = sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        sent_at = None
    return KeptMail(name, _field(mail, "Subject"), _field(mail, "From"), _field(mail, "To"), sent_at)


def _field(mail: Message, name: str) -> str:
    try:
        value = str(make_header(decode_header(mail[name] or "")))
    except (HeaderParseError, LookupError, ValueError):
        value = str(mail[name])
    return " ".join(_clean(value).split())


def _file_name(part: Message) -> str:
    try:
        return _clean(part.get_filename() or "")
    except Exception:
        return ""


def _text(part: Message) -> str:
    try:
        octets = part.get_payload(decode=True)
    except ValueError:
        octets = None
    if not isinstance(octets, bytes):
        return ""
    try:
        return _clean(octets.decode(part.get_content_charset() or "utf-8", "replace"))
    except (LookupError, ValueError):
        # A charset that nobody knows.
        return _clean(octets.decode("utf-8", "replace"))


def _clean(text: str) -> str:
    """Without halves of a pair, which no page can be written with, and with line ends as pages have them."""
    return text.encode("utf-8", "replace").decode().replace("\r\n", "\n")
