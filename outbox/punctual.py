"""smtplib with a time limit on every command and every word of the server kept, for greeting it and signing in."""

import smtplib
import socket
from time import monotonic

from outbox.replies import code_of

LONGEST_REPLY = 65536


class Punctual(smtplib.SMTP):
    """A connection whose every reply must be complete in ``timeout`` seconds.

    The library's own limit begins again with each octet: a server that sends one every five seconds holds it for ever.
    """

    timeout: float
    reply = ""  # the last one, to the letter, its lines separated by line feeds
    _unread = b""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Connect so that the final dot leaves at once: TCP would wait for an answer to the body, and there is none."""
        connection = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        return connection

    @property
    def connected(self) -> socket.socket:
        """The network's end of it. Raises SMTPServerDisconnected where there is none any more."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        return self.sock

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply. Raises SMTPServerDisconnected, the connection being closed, where none comes in time."""
        ends = monotonic() + self.timeout
        lines = [self._line(ends)]
        while lines[-1][3:4] == b"-" and sum(map(len, lines)) < LONGEST_REPLY:
            lines.append(self._line(ends))
        self.reply = legible(b"\n".join(lines))
        return code_of(lines[-1]), b"\n".join(line[4:].strip() for line in lines)

    def putcmd(self, cmd: str, args: str = "") -> None:
        self.in_step()
        super().putcmd(cmd, args)

    def in_step(self) -> None:
        """Close, and raise SMTPServerDisconnected, where the server answered what nobody asked.

        Its next replies would be taken for answers to the wrong commands, in the end for an acceptance.
        """
        if self._unread:
            surplus, self._unread = self._unread, b""
            self._give_up(f"the server spoke out of turn: {legible(surplus)}")

    def _line(self, ends: float) -> bytes:
        while b"\n" not in self._unread:
            if self.sock is None:
                raise smtplib.SMTPServerDisconnected("not connected")
            left = ends - monotonic()
            if left <= 0 or len(self._unread) > LONGEST_REPLY:
                self._give_up(f"no complete reply within {self.timeout:g} seconds")
            try:
                self.sock.settimeout(left)
                more = self.sock.recv(4096)
                self.sock.settimeout(self.timeout)
            except TimeoutError:
                continue
            except OSError as error:
                self._give_up(f"the connection was lost: {error}")
            if not more:
                self._give_up("the server closed the connection")
            self._unread += more
        line, _end, self._unread = self._unread.partition(b"\n")
        return line.rstrip(b"\r")

    def _give_up(self, why: str) -> None:
        self.close()
        raise smtplib.SMTPServerDisconnected(why)


class PunctualTLS(Punctual, smtplib.SMTP_SSL):
    """The same, under TLS from the first octet."""


def legible(octets: bytes) -> str:
    """The text of a reply; PostgreSQL keeps no NUL, so that it and what is no UTF-8 are written out."""
    return octets.decode("utf-8", "backslashreplace").replace("\0", "\\x00")[:4000].strip()
