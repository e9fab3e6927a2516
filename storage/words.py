"""The words of a text as they are looked for: without case and accents, the same on every database."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from storage.sought import folded
from storage.types import LONGEST_WORD

# A number such as INC-20811 or 2026.3 is one word, and so are its parts.
_WORD = re.compile(r"[^\W_]+(?:[-./'’_][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")


def words(text: str) -> set[str]:
    """Every word of a text, and the parts of those that have some, in the form in which they are looked for."""
    found: set[str] = set()
    for word in _WORD.findall(unicodedata.normalize("NFC", text)):
        found.add(_short(word))
        if not word.isalnum():
            found.update(map(_short, _PART.findall(word)))
    return {word for word in found if word}


def asked(text: str, most: int = 8) -> list[str]:
    """The words that somebody looks for, each once, in their order; the first of too many."""
    composed = unicodedata.normalize("NFC", text)
    return list(dict.fromkeys(word for word in map(_short, _WORD.findall(composed)) if word))[:most]


def places(text: str, looked_for: list[str]) -> Iterator[tuple[int, int]]:
    """Where a text has a word, or a part of one, that begins with one of those looked for: start and end, in order."""
    for whole in _WORD.finditer(text):
        if any(_short(whole.group()).startswith(word) for word in looked_for):
            yield whole.span()
            continue
        for part in _PART.finditer(text, *whole.span()):
            if any(_short(part.group()).startswith(word) for word in looked_for):
                yield part.span()


@lru_cache(maxsize=20_000)
def _short(word: str) -> str:
    return folded(word)[:LONGEST_WORD]
