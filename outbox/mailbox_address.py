"""Where a mailbox of ours is: a folder on an IMAP server, or a maildir on this machine."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

EXPECTED = "expected imaps://USER:PASSWORD@HOST/FOLDER, imap://... or maildir:/PATH"


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
