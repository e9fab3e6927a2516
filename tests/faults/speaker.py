"""Who is at the other end of a connection of this machine, and how far it has come: read from Linux's `/proc`."""

import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep
from typing import NamedTuple

import psycopg


class End(NamedTuple):
    """One end of a TCP connection. ``unread`` octets have arrived and nobody has read them yet."""

    inode: str
    unread: int


def process_of(connection: socket.socket) -> int:
    """The process at the other end. Raises LookupError where there is none any more."""
    # What `/proc` lists is not one moment: on a busy machine one that is there can be passed over.
    for _attempt in range(100):
        with suppress(LookupError):
            return _holder(f"socket:[{_other_end(connection).inode}]")
        sleep(0.05)
    raise LookupError("nobody is there any more")


def _holder(link: str) -> int:
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with suppress(OSError):
                for file in (process / "fd").iterdir():
                    with suppress(OSError):
                        if os.readlink(file) == link:
                            return int(process.name)
    raise LookupError("nobody is there any more")


def has_read(connection: socket.socket) -> bool:
    """Whether the other end has read all that it was sent."""
    return _other_end(connection).unread == 0


def is_dead(pid: int) -> bool:
    """Whether a process has ended, also where its parent has not asked after it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return True


@contextmanager
def database_locked(url: str) -> Iterator[None]:
    """Let nobody write to the outbox meanwhile."""
    if url.startswith("sqlite"):
        file = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60, isolation_level=None)
        file.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            file.execute("ROLLBACK")
            file.close()
    else:
        with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1)) as server:
            server.execute("LOCK TABLE outbox_message IN SHARE ROW EXCLUSIVE MODE")
            yield


def _other_end(connection: socket.socket) -> End:
    ours, theirs = f":{connection.getsockname()[1]:04X}", f":{connection.getpeername()[1]:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if columns[1].endswith(theirs) and columns[2].endswith(ours):
            return End(columns[9], int(columns[4].partition(":")[2], 16))
    raise LookupError("the connection is closed")
