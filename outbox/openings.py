"""Connections that are being opened: in threads, because greeting a server means waiting, and mails do not wait."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread

from outbox.relay import Relay, Unreachable
from outbox.smtp import Session


class Openings:
    """``number`` of them are under way; ``bell`` can be read when one has come to its end."""

    def __init__(self) -> None:
        self.number = 0
        self.bell, self._rope = socket.socketpair()
        self.bell.setblocking(False)
        self._ended: SimpleQueue[Session | Unreachable] = SimpleQueue()
        self._closed = False

    def begin(self, relay: Relay) -> None:
        self.number += 1
        Thread(target=self._open, args=(relay,), name="connecting", daemon=True).start()

    def arrived(self) -> Iterator[Session | Unreachable]:
        """What came of those that have ended since this was last asked."""
        with suppress(BlockingIOError):
            self.bell.recv(100)
        with suppress(Empty):
            while True:
                ended = self._ended.get_nowait()
                self.number -= 1
                yield ended

    def close(self) -> None:
        """Close what has come too late, and what comes later still."""
        self._closed = True
        self.bell.close()
        self._rope.close()
        self._drop_all()

    def _open(self, relay: Relay) -> None:
        try:
            self._ended.put(Session(relay))
        except Unreachable as error:
            self._ended.put(error)
        except Exception as error:
            self._ended.put(Unreachable(repr(error)))
        with suppress(OSError):
            self._rope.send(b"!")
        if self._closed:
            self._drop_all()

    def _drop_all(self) -> None:
        with suppress(Empty):
            while True:
                ended = self._ended.get_nowait()
                if isinstance(ended, Session):
                    ended.drop()
