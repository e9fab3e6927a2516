"""Mailboxes of ours that are read."""

from contextlib import AbstractContextManager

from outbox.imap import opened_folder
from outbox.mailbox_address import Address
from outbox.mailbox_reading import Mailbox
from outbox.maildir import opened_maildir


def opened(text: str, *, only_read: bool = False) -> AbstractContextManager[Mailbox]:
    """Open the mailbox of a setting, for reading only or for putting aside as well. Raises Unreadable."""
    address = Address.parse(text)
    return opened_maildir(address) if address.scheme == "maildir" else opened_folder(address, only_read=only_read)
