"""What is asked of a mailbox of ours.

Nothing is ever deleted: what was dealt with is moved beside, or marked as seen.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Unreadable(Exception):
    """A mailbox cannot be read at this moment; the text says why, without a password."""


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
