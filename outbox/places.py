"""Places in a letter: cut once, and filled for each reader with no more than a join."""

import binascii
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from outbox.headers import LINE_END

_PLACE = re.compile("\ue000([^\ue000\ue001]*)\ue001")
# Private signs are ours alone; a NUL or a half of a pair would stop the mail at the first program that reads it.
_UNWANTED = re.compile(
    "[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_WIDTH = 75  # octets of a line in quoted-printable, beside the "=" that breaks it (RFC 2045 6.7)
_SOFT_BREAK = b"=\r\n"
_KEPT = 200  # a value as short as this is likely to come again: a date, a version, a name

Form = Callable[[str], str]


class Piece(NamedTuple):
    """A place, and the encoded text behind it, which is the same for every reader."""

    place: str
    room: int  # octets that are left on the line where the place stands
    behind: bytes


class Cut(NamedTuple):
    """A text in quoted-printable but for its places. The form is what a value takes on in this kind of text."""

    start: bytes
    pieces: list[Piece]
    form: Form

    def filled(self, fields: Mapping[str, str]) -> bytes:
        """Return the whole text in lines of at most 76 octets of ASCII; places of unknown names vanish."""
        octets = [self.start]
        for place, room, behind in self.pieces:
            value = _encoded_value(fields.get(place, ""), self.form)
            octets += (value, behind) if len(value) <= room else (_SOFT_BREAK, value, behind)
        return b"".join(octets)


def wanted(text: str) -> str:
    """``text`` without the signs that no mail may hold."""
    # Nothing printable in ASCII is among them, and most texts are that.
    return text if text.isascii() and text.isprintable() else _UNWANTED.sub("", text)


def laid_in(text: str, fields: Mapping[str, str]) -> str:
    """Fill the places in one pass, so that a value which looks like a place is not filled; unknown places vanish."""
    return _PLACE.sub(lambda place: fields.get(place[1], ""), text)


def has_places(text: str) -> bool:
    return _PLACE.search(text) is not None


def cut(text: str, form: Form) -> Cut:
    """Encode a text once, in quoted-printable: ASCII in short lines whatever is in it, and still legible in a log.

    Behind a place the line is broken softly, because nobody knows how long a value will be.
    """
    parts = _PLACE.split(text)
    start = _encoded(parts[0])
    pieces, room = [], _room(start)
    for place, behind in zip(parts[1::2], parts[2::2], strict=True):
        octets = _encoded(behind)
        if not octets.startswith(b"\r\n"):
            octets = _SOFT_BREAK + octets
        pieces.append(Piece(place, room, octets))
        room = _room(octets)
    return Cut(start, pieces, form)


def _room(octets: bytes) -> int:
    return _WIDTH - (len(octets) - octets.rfind(b"\n") - 1)


def _encoded(text: str) -> bytes:
    octets = binascii.b2a_qp(_LINE_BREAK.sub(LINE_END, wanted(text)).encode(), istext=True)
    # The library breaks lines as the text does, and a text of one line tells it nothing.
    return octets.replace(b"=\n", _SOFT_BREAK)


def _encoded_value(value: str, form: Form) -> bytes:
    return _remembered(value, form) if len(value) <= _KEPT else _encoded(form(value))


@lru_cache(maxsize=8192)
def _remembered(value: str, form: Form) -> bytes:
    formed = form(value)
    if (
        formed.isascii()
        and formed.isprintable()
        and "=" not in formed
        and " " not in formed[-1:]
        and len(formed) < _WIDTH
    ):
        # It stands for itself.
        return formed.encode()
    return _encoded(formed)
