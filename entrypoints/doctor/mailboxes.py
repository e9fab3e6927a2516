"""The mailboxes that are read: can be opened, and hold so many mails. Nothing in them is touched."""

from collections.abc import Iterator
from typing import Any

from entrypoints.doctor.finding import Finding
from outbox.mailbox_address import Address
from outbox.mailbox_reading import Unreadable
from outbox.mailboxes import opened

MEND = "look at its address, user and password (percent-encoded), and whether the folder is there"


def mailboxes(config: dict[str, Any]) -> Iterator[Finding]:
    """Open what MAIL_REPORTS_READ and MAIL_JOURNAL_READ name; nothing is said of one that is not set."""
    for name in ("MAIL_REPORTS_READ", "MAIL_JOURNAL_READ"):
        if config.get(name):
            yield _opened(name, config[name])
    if config.get("MAIL_JOURNAL_READ") and not config.get("MAIL_JOURNAL"):
        words = "MAIL_JOURNAL_READ without MAIL_JOURNAL: no copy ever comes there"
        yield Finding("settings", words, "set MAIL_JOURNAL to the address whose mail lies there")
    if config.get("MAIL_JOURNAL") and not config.get("MAIL_JOURNAL_READ"):
        words = "MAIL_JOURNAL without MAIL_JOURNAL_READ: copies are kept, and nobody reads them"
        yield Finding("settings", f"{words}; doubtful mails are sent again after MAIL_HOLD")


def _opened(name: str, where: str) -> Finding:
    try:
        with opened(where, only_read=True) as mailbox:
            return Finding(name, f"{Address.parse(where)} holds {mailbox.count()} mails")
    except Unreadable as error:
        return Finding(name, str(error), MEND)
