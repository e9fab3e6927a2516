"""Header fields of a mail: text made harmless first, then written out by hand.

The library's own generator re-folds what it is given, and on Python 3.11.7 an encoded-word in a title comes out of that
as a header line of its own (CVE-2024-6923). So nothing here passes through it.
"""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Iterator
from email.errors import HeaderParseError
from email.header import decode_header

LINE_END = "\r\n"
_LONGEST = 2000  # characters of a value; nobody reads a subject as long as this
_LINE = 76
_LONG_WORD = 60  # what is longer is cut into encoded-words, so that no line outgrows the limit
_CHUNK = 39  # octets in an encoded-word that fits behind "Subject: " on a line of 76 characters (RFC 2047 2)

_ENCODED_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bq]\?[^?]*\?=", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"(?<=\?=)\s+(?==\?)")
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~ -]+")

_BREAKS = {"Cc", "Zl", "Zp"}
# Marks that turn the reading direction make a name look like another one; private signs are our own tokens.
_UNSEEN = {"Cf", "Co", "Cs"}
_JOINERS = {"\u200c", "\u200d"}  # part of the spelling in Persian, Hindi and emoji


def one_line(text: str) -> str:
    """Return ``text`` as one line of visible text with no encoded-word left in it; empty where nothing is visible."""
    text = text[:_LONGEST]
    if text.isascii() and text.isprintable() and "=?" not in text:
        return " ".join(text.split())
    text = _visible(text)
    for _layer in range(5):
        if not _ENCODED_WORD.search(text):
            return text
        # A reader's program would decode them, so what counts is what they say.
        text = _visible(_ENCODED_WORD.sub(_decoded, _BETWEEN_WORDS.sub("", text))[:_LONGEST])
    return text.replace("=?", "= ?")


def text_field(name: str, value: str) -> str:
    """Return a whole header line, folded, for any text."""
    return _folded(name, _atoms(one_line(value)))


def address_field(name: str, person: str, address: str) -> str:
    """Return a whole header line, folded, for one mailbox; ``address`` must be checked by the caller."""
    person = one_line(person)
    if len(person) > _LONG_WORD or not person.isascii() or "=?" in person:
        phrase = list(_encoded_words(person))
    elif not person or _PLAIN_PHRASE.fullmatch(person):
        phrase = person.split()
    else:
        phrase = ['"' + person.replace("\\", "\\\\").replace('"', '\\"') + '"']
    return _folded(name, [*phrase, f"<{address}>" if phrase else address])


def _visible(text: str) -> str:
    signs = []
    for sign in text:
        category = unicodedata.category(sign)
        if sign in _JOINERS or category not in _BREAKS | _UNSEEN:
            signs.append(sign)
        elif category in _BREAKS:
            signs.append(" ")
    return " ".join("".join(signs).split())


def _decoded(word: re.Match[str]) -> str:
    try:
        parts = decode_header(word[0])
        return "".join(
            part.decode(charset or "ascii", "replace") if isinstance(part, bytes) else part for part, charset in parts
        )
    except (LookupError, ValueError, HeaderParseError):
        # A charset that nobody knows, or no base64: there is nothing to read in it.
        return ""


def _atoms(value: str) -> list[str]:
    words = value.split()
    if value.isascii() and "=?" not in value and all(len(word) <= _LONG_WORD for word in words):
        return words
    return list(_encoded_words(value))


def _encoded_words(text: str) -> Iterator[str]:
    chunk = b""
    for sign in text:
        octets = sign.encode()
        if len(chunk) + len(octets) > _CHUNK:
            yield f"=?utf-8?b?{b64encode(chunk).decode()}?="
            chunk = b""
        chunk += octets
    if chunk:
        yield f"=?utf-8?b?{b64encode(chunk).decode()}?="


def _folded(name: str, atoms: Iterable[str]) -> str:
    lines = [f"{name}:"]
    for atom in atoms:
        # The first word stays on the line of the name: some servers take a first line without a value for a mistake.
        if len(lines[-1]) + 1 + len(atom) > _LINE and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {atom}"
    return LINE_END.join(lines) + LINE_END
