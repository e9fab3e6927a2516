"""Postfix's own measuring tools as the mail server of a benchmark, and as what it is measured against."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, perf_counter, sleep

from tests.tools import found, install

SIZE = 4096
SESSIONS = 16


def there() -> bool:
    """Whether the tools are here, or could be installed; a word on the error output where not."""
    if all(found(name) for name in ("smtp-sink", "smtp-source")) or install("postfix"):
        return True
    print("There is no smtp-sink here (Debian: apt-get install postfix): nothing was measured.", file=sys.stderr)
    return False


@contextmanager
def sink() -> Iterator[int]:
    """A server that takes every mail and forgets it. Gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [_tool("smtp-sink"), *_as_nobody(), f"127.0.0.1:{port}", "1000"]
    running = subprocess.Popen(command)
    try:
        _wait_for(port)
        yield port
    finally:
        running.terminate()
        running.wait()


def source_rate(port: int, mails: int) -> float:
    """Mails a second that the tool reaches over its sessions."""
    envelope = ["-f", "notices@vendor.example", "-t", "reader@brug.example"]
    size = ["-s", str(SESSIONS), "-m", str(mails), "-l", str(SIZE)]
    started = perf_counter()
    subprocess.run([_tool("smtp-source"), *size, *envelope, f"127.0.0.1:{port}"], check=True)
    return mails / (perf_counter() - started)


def _tool(name: str) -> str:
    path = found(name)
    if path is None:
        raise FileNotFoundError(name)
    return path


def _as_nobody() -> list[str]:
    """As root it insists on a user to become."""
    return ["-u", "nobody"] if os.geteuid() == 0 else []


def _wait_for(port: int) -> None:
    ends = monotonic() + 5
    while monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            sleep(0.02)
        else:
            return
    raise TimeoutError("smtp-sink does not listen")
