"""The network's end of a connection: octets go out and replies come in, and nothing is ever waited for."""

import socket
import ssl
from collections import deque
from time import monotonic
from typing import Protocol

from outbox.punctual import LONGEST_REPLY, Punctual
from outbox.replies import Step, code_of

_PIECE = 65536  # octets of a body that have the time of one command
# Where the network can be told that more follows at once, it need not make a packet of what is there already.
_MORE = getattr(socket, "MSG_MORE", 0)
_REPLIES = 4096  # octets that are read at once


class Speaker(Protocol):
    """Who talks over a wire, and is told what becomes of it."""

    def hear(self, step: Step, code: int, said: bytes) -> None:
        """A reply has come, to this step."""

    def hear_unasked(self, said: bytes) -> None:
        """The server spoke when it was not its turn."""

    def all_is_sent(self) -> None:
        """Nothing is left to be sent."""

    def lose(self, why: str) -> None:
        """The connection is of no use any more."""


class Wire:
    """Tells its speaker what it hears. ``usable`` is False once it cannot go on.

    ``expected`` is what the server still owes an answer to.
    """

    def __init__(self, smtp: Punctual, timeout: float, speaker: Speaker) -> None:
        self._speaker = speaker
        self.socket = smtp.connected
        self.socket.setblocking(False)
        self.timeout = timeout
        self.usable = True
        self._tls = isinstance(self.socket, ssl.SSLSocket)
        self.expected: deque[Step] = deque()
        self._lines: list[bytes] = []
        self._unread = b""
        self._unsent = memoryview(b"")
        self._flags = 0
        self.ends_at: float | None = None

    @property
    def blocked(self) -> bool:
        """Whether the network takes no more at this moment."""
        return len(self._unsent) > 0

    @property
    def ends(self) -> float | None:
        """Until when the server has time for what it is at; None where it is our turn."""
        return self.ends_at if self.expected or self._unsent else None

    def proceed(self) -> None:
        """Do what can be done at this moment."""
        if self._unsent:
            self.send(b"")
        if self.usable:
            self.read()

    def expire(self) -> None:
        """Give up where the server has used up its time."""
        if self.usable and self.ends is not None and monotonic() >= self.ends:
            self._speaker.lose(f"no complete reply within {self.timeout:g} seconds")

    def drop(self) -> None:
        """End the connection without a word."""
        self.usable = False
        self.expected.clear()
        self._unsent = memoryview(b"")
        self.socket.close()

    def send(self, octets: bytes, *, more: bool = False) -> None:
        """Send what can be sent at this moment, and the rest when the network takes it.

        ``more`` says that the next words are likely to follow within milliseconds: the network may keep the end of
        these until then, for 0.2 seconds at most.
        """
        if octets:
            self._unsent = memoryview(bytes(self._unsent) + octets) if self._unsent else memoryview(octets)
            self._flags = _MORE if more and not self._tls else 0
            self.ends_at = monotonic() + self.timeout
        try:
            while self._unsent:
                sent = self.socket.send(self._unsent[:_PIECE], self._flags)
                self._unsent = self._unsent[sent:]
                if self._unsent:
                    self.ends_at = monotonic() + self.timeout
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError as error:
            self._speaker.lose(f"the connection was lost: {error}")
            return
        self._speaker.all_is_sent()

    def read(self) -> None:
        """Hear what has come."""
        while self.usable:
            try:
                more = self.socket.recv(_REPLIES)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError as error:
                self._speaker.lose(f"the connection was lost: {error}")
                return
            if not more:
                self._speaker.lose("the server closed the connection")
                return
            self._unread += more
            self._take()
            if len(more) < _REPLIES and not self._tls:
                return

    def _take(self) -> None:
        """Go through what has come, reply by reply."""
        *lines, self._unread = self._unread.split(b"\n")
        for place, line in enumerate(lines):
            if not self.expected:
                self._unread = b"\n".join([*lines[place:], self._unread])
                break
            self._lines.append(line.rstrip(b"\r"))
            if line[3:4] == b"-" and sum(map(len, self._lines)) < LONGEST_REPLY:
                continue
            reply, self._lines = self._lines, []
            self.ends_at = monotonic() + self.timeout
            self._speaker.hear(self.expected.popleft(), code_of(reply[-1]), b"\n".join(reply))
            if not self.usable:
                return
        if self._unread and not self.expected:
            self._speaker.hear_unasked(self._unread)
        elif len(self._unread) > LONGEST_REPLY:
            self._speaker.lose(f"no complete reply within {self.timeout:g} seconds")
