"""The calendar entry of a mail: places filled as RFC 5545 wants its values, lines folded as it wants its lines."""

import re
from collections.abc import Mapping

from outbox.places import cut, has_places, laid_in, wanted

# Made by our own code, and no TEXT: dates, numbers.
RAW = "ics_raw_"
_LONGEST = 75  # octets of a line, beside its end (RFC 5545 3.1)
_BREAK = re.compile(r"\r\n|\r|\n")


class Entry:
    """A calendar entry that is cut into lines: those without a place are folded and encoded once for all readers."""

    def __init__(self, calendar: str) -> None:
        unfolded = re.sub(r"(?:\r\n|\r|\n)[ \t]", "", calendar.strip())
        self._lines: list[str | bytes] = []
        for line in _BREAK.split(unfolded):
            if has_places(line):
                self._lines.append(line)
            elif self._lines and isinstance(before := self._lines[-1], bytes):
                self._lines[-1] = before + _encoded(line)
            else:
                self._lines.append(_encoded(line))

    def filled(self, fields: Mapping[str, str]) -> bytes:
        """Return the entry in quoted-printable, which leaves nearly all of it as it is: it stays legible in a log."""
        values = {name: _raw(value) if name.startswith(RAW) else escaped(value) for name, value in fields.items()}
        return b"".join([line if isinstance(line, bytes) else _encoded(laid_in(line, values)) for line in self._lines])


def escaped(value: str) -> str:
    """Return a text as the value of a property (RFC 5545 3.3.11)."""
    value = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return _BREAK.sub(r"\\n", value)


def folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets, none of which cuts a sign in two."""
    if len(line) <= _LONGEST and line.isascii():
        return line
    pieces, piece, room = [], "", _LONGEST
    for sign in line:
        octets = len(sign.encode())
        if octets > room:
            pieces.append(piece)
            # The space in front counts too.
            piece, room = "", _LONGEST - 1
        piece += sign
        room -= octets
    return "\r\n ".join([*pieces, piece])


def _raw(value: str) -> str:
    """A line break in it would be a property of its own, whoever made it."""
    return _BREAK.sub("", value)


def _encoded(line: str) -> bytes:
    return cut(folded(wanted(line)) + "\r\n", str).start
