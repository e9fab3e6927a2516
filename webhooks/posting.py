"""One HTTP request to an address that was checked: no redirect, no second look-up, an end to every wait."""

import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Event, Timer
from time import monotonic

from storage import Refused
from webhooks.models import Problem
from webhooks.targets import Target, addresses_of, target_of

# Seconds: for a connection, between two pieces of an answer, and for everything after the name was looked up. How long
# that takes is the system's to limit (resolv.conf).
CONNECT, READ, TOTAL = 5.0, 10.0, 15.0
# How much of an answer is read, in bytes.
KEPT = 500
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Answer:
    """What a receiver said, or why it said nothing that counts."""

    status: int | None = None
    reply: str = ""
    problem: Problem | None = None

    @property
    def is_taken(self) -> bool:
        return self.problem is None and self.status is not None and 200 <= self.status < 300


def post(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Send a body to a URL, which is checked first. Never raises for what lies outside this machine."""
    try:
        target = target_of(url)
        addresses = addresses_of(target)
    except Refused:
        return Answer(problem=Problem.NOT_ALLOWED)
    except OSError:
        return Answer(problem=Problem.UNKNOWN_NAME)
    until = monotonic() + TOTAL
    try:
        wire = _connected(addresses, target.port, until)
    except TimeoutError:
        return Answer(problem=Problem.SLOW)
    except OSError:
        return Answer(problem=Problem.UNREACHABLE)
    with closing(wire):
        return _within(until, wire, target, headers, body)


def _connected(addresses: Sequence[str], port: int, until: float) -> socket.socket:
    """Connect to the first of these very addresses that answers."""
    problem: OSError = TimeoutError()
    for address in addresses:
        left = until - monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=min(CONNECT, left))
        except OSError as error:
            problem = error
    raise problem


def _within(until: float, wire: socket.socket, target: Target, headers: Mapping[str, str], body: bytes) -> Answer:
    """Exchange request and answer, and hang up when the time is over.

    A socket's own time-out begins anew with every byte: one byte every few seconds would hold us for ever.
    """
    is_over = Event()
    handle = wire.dup()

    def hang_up() -> None:
        is_over.set()
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    timer = Timer(max(0.0, until - monotonic()), hang_up)
    timer.daemon = True
    timer.start()
    try:
        wire.settimeout(READ)
        with closing(_secured(wire, target.host) if target.is_tls else wire) as line:
            response = _asked(line, target, headers, body)
            if is_over.is_set():
                # Of headers that were cut short the library makes an answer.
                return Answer(problem=Problem.SLOW)
            return _read(response)
    except (OSError, HTTPException) as error:
        if is_over.is_set() or isinstance(error, TimeoutError):
            return Answer(problem=Problem.SLOW)
        return Answer(problem=Problem.UNTRUSTED if isinstance(error, ssl.SSLError) else Problem.BROKEN)
    finally:
        timer.cancel()
        handle.close()


def _secured(wire: socket.socket, host: str) -> socket.socket:
    # Verifies the certificate, and that it is for the name in the URL, not for the address.
    return ssl.create_default_context().wrap_socket(wire, server_hostname=host)


def _asked(line: socket.socket, target: Target, headers: Mapping[str, str], body: bytes) -> HTTPResponse:
    connection = HTTPConnection(target.host, target.port)
    connection.sock = line
    # It must never look the name up and connect by itself.
    connection.auto_open = 0
    more = {"Host": target.authority, "Connection": "close", "User-Agent": "announcements-webhooks"}
    connection.request("POST", target.path, body, {**headers, **more})
    return connection.getresponse()


def _read(response: HTTPResponse) -> Answer:
    said = b""
    # The status is the answer; what follows it is only shown to people. What comes in chunks says itself how much is to
    # be read, and the library believes it: a size of -1 is everything.
    if not response.chunked:
        with suppress(OSError, HTTPException):
            said = response.read(KEPT)
    problem = Problem.REDIRECTED if 300 <= response.status < 400 else None
    return Answer(response.status, _CONTROL.sub("", said.decode(errors="replace")), problem)
