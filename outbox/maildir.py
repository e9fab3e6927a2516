"""A maildir on this machine that is read."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from outbox.mailbox_address import Address
from outbox.mailbox_reading import Found, Unreadable

_HEAD = 64 * 1024
_MESSAGE_ID = re.compile(rb"^Message-ID:[ \t]*(?:\n[ \t]+)?(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)


@contextmanager
def opened_maildir(address: Address) -> Iterator["Maildir"]:
    """Open a maildir. Raises Unreadable."""
    try:
        yield Maildir(Path(address.folder))
    except OSError as error:
        raise Unreadable(f"{address}: {error.strerror or error}") from error


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
