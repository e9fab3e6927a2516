"""The network's end of a connection: octets go out and replies come in, and nothing is ever waited for."""

import ssl
from collections import deque
from time import monotonic

from outbox.punctual import LONGEST_REPLY, Punctual, legible
from outbox.replies import Step, code_of

_PIECE = 65536  # octets of a body that have the time of one command
_REPLIES = 4096  # octets that are read at once


class Wire:
    """Tells what it hears: each reply with the step that it answers, what nobody asked for, and the connection's loss.

    ``usable`` is False once it cannot go on.
    """

    def __init__(self, smtp: Punctual, timeout: float) -> None:
        self.socket = smtp.connected
        self.socket.setblocking(False)
        self.timeout = timeout
        self.usable = True
        self._tls = isinstance(self.socket, ssl.SSLSocket)
        # What the server still owes an answer to.
        self._expected: deque[Step] = deque()
        self._lines: list[bytes] = []
        self._unread = b""
        self._unsent = memoryview(b"")
        self._ends: float | None = None

    @property
    def blocked(self) -> bool:
        """Whether the network takes no more at this moment."""
        return len(self._unsent) > 0

    @property
    def ends(self) -> float | None:
        """Until when the server has time for what it is at; None where it is our turn."""
        return self._ends if self._expected or self._unsent else None

    def proceed(self) -> None:
        """Do what can be done at this moment."""
        if self._unsent:
            self._send(b"")
        if self.usable:
            self._read()

    def expire(self) -> None:
        """Give up where the server has used up its time."""
        if self.usable and self.ends is not None and monotonic() >= self.ends:
            self._lose(f"no complete reply within {self.timeout:g} seconds")

    def drop(self) -> None:
        """End the connection without a word."""
        self.usable = False
        self._expected.clear()
        self._unsent = memoryview(b"")
        self.socket.close()

    def _send(self, octets: bytes) -> None:
        if octets:
            self._unsent = memoryview(bytes(self._unsent) + octets) if self._unsent else memoryview(octets)
            self._ends = monotonic() + self.timeout
        try:
            while self._unsent:
                sent = self.socket.send(self._unsent[:_PIECE])
                self._unsent = self._unsent[sent:]
                if self._unsent:
                    self._ends = monotonic() + self.timeout
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError as error:
            self._lose(f"the connection was lost: {error}")
            return
        self._all_is_sent()

    def _read(self) -> None:
        while self.usable:
            try:
                more = self.socket.recv(_REPLIES)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError as error:
                self._lose(f"the connection was lost: {error}")
                return
            if not more:
                self._lose("the server closed the connection")
                return
            self._unread += more
            self._take()
            if len(more) < _REPLIES and not self._tls:
                return

    def _take(self) -> None:
        """Go through what has come, reply by reply."""
        while self.usable and self._unread:
            if not self._expected:
                self._hear_unasked(self._unread)
                return
            if b"\n" not in self._unread:
                break
            line, _end, self._unread = self._unread.partition(b"\n")
            self._lines.append(line.rstrip(b"\r"))
            if line[3:4] == b"-" and sum(map(len, self._lines)) < LONGEST_REPLY:
                continue
            lines, self._lines = self._lines, []
            self._ends = monotonic() + self.timeout
            self._hear(self._expected.popleft(), code_of(lines[-1]), legible(b"\n".join(lines)))
        if self.usable and len(self._unread) > LONGEST_REPLY:
            self._lose(f"no complete reply within {self.timeout:g} seconds")

    def _hear(self, step: Step, code: int, reply: str) -> None:
        """Take note of a reply."""
        raise NotImplementedError

    def _hear_unasked(self, said: bytes) -> None:
        """Take note of what the server says when it is not its turn."""
        raise NotImplementedError

    def _all_is_sent(self) -> None:
        """Take note that nothing is left to be sent."""
        raise NotImplementedError

    def _lose(self, why: str) -> None:
        """Take note that the connection is of no use any more."""
        raise NotImplementedError
