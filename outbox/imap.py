"""A folder on an IMAP server that is read."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from time import mktime

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from outbox.mailbox_address import Address
from outbox.mailbox_reading import Found, Unreadable

TIMEOUT = 10.0
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _connected(address: Address) -> BaseMailBox:
    if address.scheme == "imaps":
        # The library's own default takes any certificate.
        return MailBox(address.host, address.port, timeout=TIMEOUT, ssl_context=ssl.create_default_context())
    return MailBoxUnencrypted(address.host, address.port, timeout=TIMEOUT)


@contextmanager
def opened_folder(address: Address, *, only_read: bool) -> Iterator["Imap"]:
    """Open a folder on an IMAP server. Raises Unreadable."""
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


def _since(moment: datetime) -> str:
    # Days of the server's own zone, so one more.
    day = moment.astimezone(UTC) - timedelta(days=1)
    return f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}"


def _internal_date(head: bytes) -> datetime:
    found = imaplib.Internaldate2tuple(head)
    return datetime.fromtimestamp(mktime(found), UTC) if found else datetime.now(UTC)
