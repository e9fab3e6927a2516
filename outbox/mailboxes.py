"""Mailboxes of ours that are read: a folder on an IMAP server, or a maildir on this machine.

Nothing is ever deleted: what was dealt with is moved beside, or marked as seen.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import mktime
from typing import Protocol
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

TIMEOUT = 10.0
EXPECTED = "expected imaps://USER:PASSWORD@HOST/FOLDER, imap://... or maildir:/PATH"
_HEAD = 64 * 1024
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MESSAGE_ID = re.compile(rb"^Message-ID:[ \t]*(?:\n[ \t]+)?(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)


class Unreadable(Exception):
    """A mailbox cannot be read at this moment; the text says why, without a password."""


@dataclass(frozen=True)
class Address:
    """Where a mailbox is."""

    scheme: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    folder: str = ""

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read a setting. Raises ValueError, which never repeats the password, for what is no such address."""
        if text.startswith("maildir:"):
            path = text.removeprefix("maildir:")
            if not path.startswith("/"):
                raise ValueError(EXPECTED)
            return cls("maildir", folder=path)
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise ValueError(EXPECTED) from None
        if parts.scheme not in {"imap", "imaps"} or not (parts.hostname and parts.username and parts.password):
            raise ValueError(EXPECTED)
        usual = 993 if parts.scheme == "imaps" else 143
        folder = unquote(parts.path.strip("/")) or "INBOX"
        user, password = unquote(parts.username), unquote(parts.password)
        if any(ord(sign) < 32 for sign in user + password + folder):
            raise ValueError(EXPECTED)
        return cls(parts.scheme, parts.hostname, port or usual, user, password, folder)

    def __str__(self) -> str:
        if self.scheme == "maildir":
            return f"maildir:{self.folder}"
        return f"{self.scheme}://{self.user}@{self.host}:{self.port}/{self.folder}"


@dataclass(frozen=True)
class Found:
    """A mail in a mailbox: by which key, the bytes as far as they were asked for, and when it came there."""

    key: str
    content: bytes
    came_at: datetime


class Mailbox(Protocol):
    """What reports and journal ask of a mailbox. Every verb raises Unreadable where it is gone meanwhile."""

    def waiting(self) -> list[str]:
        """The keys of mails that nobody dealt with, the oldest first."""

    def count(self) -> int:
        """How many mails there are."""

    def get(self, key: str, most_bytes: int) -> Found | None:
        """A mail, its first bytes only; None where it is gone, or cannot be read."""

    def put_aside(self, key: str, folder: str) -> None:
        """Move a mail to a folder beside this one, or mark it as seen where there can be none."""

    def with_message_id(self, message_id: str, since: datetime) -> list[str]:
        """The keys of mails with this Message-ID that came after a moment."""

    def with_subject(self, words: str, since: datetime) -> list[str]:
        """The keys of mails with these words, of ASCII, in the subject that came after a moment."""

    def since(self, moment: datetime) -> list[str]:
        """The keys of all mails that came after a moment, in the order in which they came."""


@contextmanager
def opened(text: str, *, only_read: bool = False) -> Iterator[Mailbox]:
    """Open the mailbox of a setting, for reading only or for putting aside as well. Raises Unreadable."""
    address = Address.parse(text)
    if address.scheme == "maildir":
        try:
            yield Maildir(Path(address.folder))
        except OSError as error:
            raise Unreadable(f"{address}: {error.strerror or error}") from error
        return
    box: BaseMailBox | None = None
    try:
        box = _connected(address)
        box.login(address.user, address.password, initial_folder=None)
        box.folder.set(address.folder, readonly=only_read)
        yield Imap(box, address.folder)
    # What the library raises where the server closes the connection is of many kinds.
    except (OSError, ImapToolsError, imaplib.IMAP4.error, ssl.SSLError, UnicodeError) as error:
        words = " ".join(str(error).split()) or type(error).__name__
        raise Unreadable(f"{address}: {words.replace(address.password, '***')[:300]}") from error
    finally:
        if box is not None:
            with suppress(Exception):
                box.logout()
            with suppress(Exception):
                box.client.shutdown()


def _connected(address: Address) -> BaseMailBox:
    if address.scheme == "imaps":
        # The library's own default takes any certificate.
        return MailBox(address.host, address.port, timeout=TIMEOUT, ssl_context=ssl.create_default_context())
    return MailBoxUnencrypted(address.host, address.port, timeout=TIMEOUT)


class Imap:
    """A folder on an IMAP server; keys are UIDs."""

    def __init__(self, box: BaseMailBox, folder: str) -> None:
        self._box = box
        self._folder = folder

    def waiting(self) -> list[str]:
        return sorted(self._box.uids("UNSEEN UNDELETED"), key=int)

    def count(self) -> int:
        return len(self._box.uids("ALL"))

    def get(self, key: str, most_bytes: int) -> Found | None:
        asked = f"(INTERNALDATE BODY.PEEK[]<0.{most_bytes}>)"
        status, answer = self._box.client.uid("FETCH", key, asked)
        part = next((one for one in answer or [] if isinstance(one, tuple)), None)
        if status != "OK" or part is None:
            return None
        head = part[0] + b" ".join(one for one in answer if isinstance(one, bytes))
        return Found(key, part[1], _internal_date(head))

    def put_aside(self, key: str, folder: str) -> None:
        delimiter = next((one.delim for one in self._box.folder.list("", self._folder)), "/")
        target = f"{self._folder}{delimiter}{folder}"
        try:
            if not self._box.folder.exists(target):
                self._box.folder.create(target)
            self._box.move(key, target)
        except ImapToolsError:
            self._box.flag(key, "\\Seen", True)

    def with_message_id(self, message_id: str, since: datetime) -> list[str]:
        quoted = message_id.replace("\\", "").replace('"', "")
        return list(self._box.uids(f'HEADER Message-ID "{quoted}" {_since(since)}'))

    def with_subject(self, words: str, since: datetime) -> list[str]:
        return sorted(self._box.uids(f'SUBJECT "{words}" {_since(since)}'), key=int)

    def since(self, moment: datetime) -> list[str]:
        return sorted(self._box.uids(_since(moment)), key=int)


class Maildir:
    """A maildir; keys are the names of its files as far as flags do not change them.

    Other programs may deliver into it at the same time.
    """

    def __init__(self, path: Path) -> None:
        if not (path / "new").is_dir() or not (path / "cur").is_dir():
            raise Unreadable(f"maildir:{path}: there is no maildir")
        self._path = path
        self._files = self._listed()
        self._message_ids: dict[str, str] = {}

    def waiting(self) -> list[str]:
        return [key for key, path in self._files.items() if "S" not in path.name.partition(":2,")[2]]

    def count(self) -> int:
        return len(self._files)

    def get(self, key: str, most_bytes: int) -> Found | None:
        try:
            return self._read(key, most_bytes) if key in self._files else None
        except FileNotFoundError:
            # Another program has set a flag, which renames it.
            self._files = self._listed()
        except OSError:
            return None
        try:
            return self._read(key, most_bytes) if key in self._files else None
        except OSError:
            return None

    def put_aside(self, key: str, folder: str) -> None:
        path, target = self._files[key], self._path / f".{folder}"
        try:
            for name in ("tmp", "new", "cur"):
                (target / name).mkdir(parents=True, exist_ok=True)
            (target / "maildirfolder").touch()
            path.rename(target / "cur" / f"{key}:2,S")
        except OSError:
            # Gone by now, or no folder can be made.
            with suppress(OSError):
                path.rename(self._path / "cur" / f"{key}:2,S")

    def with_message_id(self, message_id: str, since: datetime) -> list[str]:
        return [key for key in self.since(since) if self._message_id(key) == message_id]

    def with_subject(self, words: str, since: datetime) -> list[str]:
        return [key for key in self.since(since) if words.encode() in self._header(key)]

    def since(self, moment: datetime) -> list[str]:
        return [key for key, path in self._files.items() if _changed_at(path) >= moment.timestamp()]

    def _listed(self) -> dict[str, Path]:
        """The files, the oldest first; their names begin with the second in which they came."""
        paths = [path for folder in ("new", "cur") for path in (self._path / folder).iterdir() if path.name[0] != "."]
        return {path.name.partition(":")[0]: path for path in sorted(paths, key=lambda path: path.name)}

    def _read(self, key: str, most_bytes: int) -> Found:
        path = self._files[key]
        with path.open("rb") as file:
            return Found(key, file.read(most_bytes), datetime.fromtimestamp(path.stat().st_mtime, UTC))

    def _message_id(self, key: str) -> str:
        if key not in self._message_ids:
            named = _MESSAGE_ID.search(self._header(key))
            self._message_ids[key] = named[1].decode("utf-8", "replace") if named else ""
        return self._message_ids[key]

    def _header(self, key: str) -> bytes:
        found = self.get(key, _HEAD)
        return found.content.replace(b"\r\n", b"\n").partition(b"\n\n")[0] if found is not None else b""


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _since(moment: datetime) -> str:
    # Days of the server's own zone, so one more.
    day = moment.astimezone(UTC) - timedelta(days=1)
    return f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}"


def _internal_date(head: bytes) -> datetime:
    found = imaplib.Internaldate2tuple(head)
    return datetime.fromtimestamp(mktime(found), UTC) if found else datetime.now(UTC)
