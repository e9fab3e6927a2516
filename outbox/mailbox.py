"""The built-in mailbox: a real mail server of our own, for as long as no other is set. What it takes is a trial.

Whichever process first takes the lock in its folder is the host, in a thread; when it dies the lock is free and the
next to ask is. Where it listens stands in a file, which is believed only if who answers there knows the secret in it.
"""

import atexit
import fcntl
import os
import secrets
import socket
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

from outbox.kept_mails import folder_of, list_mails, read_mail
from outbox.mailbox_server import HOST, MailboxServer

__all__ = ["close", "ensure", "list_mails", "read_mail"]

PATIENCE = 5.0  # seconds that a host has to show itself; it may have taken the lock this moment


class _Hosting:
    """What this process hosts: one mailbox at most."""

    def __init__(self) -> None:
        self.guard = Lock()
        self.folder: Path | None = None
        self.lock: int | None = None
        self.server: MailboxServer | None = None

    def forget(self) -> None:
        """In the child of a fork: the parent's lock and port must not live on in a process that serves nobody."""
        if self.lock is not None:
            os.close(self.lock)
        if self.server is not None:
            self.server.disown()
        self.__init__()  # type: ignore[misc]


_here = _Hosting()
os.register_at_fork(after_in_child=lambda: _here.forget())


def ensure(data_dir: Path) -> tuple[str, int]:
    """Return host and port of the mailbox of a data folder, and host it in this process if no other does.

    Raises OSError where the folder cannot be written, or where the host does not answer.
    """
    folder = folder_of(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    with _here.guard:
        if _here.server is not None:
            if _here.folder == folder and _here.server.serves:
                return HOST, _here.server.port
            _close()
        ends = monotonic() + PATIENCE
        while monotonic() < ends:
            port = _host(folder) or _found(folder)
            if port is not None:
                return HOST, port
            sleep(0.05)
    raise TimeoutError(f"another process holds {folder / 'lock'}, but no mailbox answers")


@atexit.register
def close() -> None:
    """Leave the mailbox to another process; mails that are being handed in are taken first."""
    with _here.guard:
        _close()


def _close() -> None:
    server, lock = _here.server, _here.lock
    _here.server = _here.lock = _here.folder = None
    # First the lock: who asks from now on finds another host, while we finish with those who are connected.
    if lock is not None:
        os.close(lock)
    if server is not None:
        server.stop()


def _host(folder: Path) -> int | None:
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    try:
        identity = secrets.token_hex(16)
        server = MailboxServer(folder, identity)
        draft = folder / f".port.{os.getpid()}"
        draft.write_text(f"{server.port} {identity}\n")
        draft.replace(folder / "port")
    except BaseException:
        os.close(lock)
        raise
    _here.folder, _here.lock, _here.server = folder, lock, server
    return server.port


def _found(folder: Path) -> int | None:
    try:
        port, identity = (folder / "port").read_text().split()
        with socket.create_connection((HOST, int(port)), timeout=2) as connection:
            greeting = connection.makefile("rb").readline(512)
            connection.sendall(b"QUIT\r\n")
            # Whoever came to listen at a port that a dead host left behind cannot say the word.
            return int(port) if identity.encode() in greeting.split() else None
    except (OSError, ValueError):
        return None
