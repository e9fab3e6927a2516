"""A few lines of a text around the words that somebody looks for, with those words marked."""

import re
from html import unescape

from release_notes.rendering import to_html
from storage.words import places

LENGTH = 220
_TAG = re.compile(r"<[^>]*>")
# Where one thing that is said ends and the next one begins.
_END = re.compile(r"(?:</(?:h[1-6]|p|li|tr|div|dt|dd|pre)>\s*|<br>\s*)+")
_BETWEEN = " · "

# Words, and whether they are what was looked for.
Piece = tuple[str, bool]


def said(markdown: str) -> str:
    """What a text says, without its form, in one line."""
    html = _END.sub(_BETWEEN, to_html(markdown).strip())
    parts = (" ".join(unescape(_TAG.sub(" ", part)).split()) for part in html.split(_BETWEEN))
    return _BETWEEN.join(part for part in parts if part)


def excerpt(markdown: str, looked_for: list[str]) -> list[Piece]:
    """Return the part of a text around the first word that is looked for, in pieces; its beginning where none is."""
    text = said(markdown)
    found = list(places(text, looked_for)) if looked_for else []
    start = _begin(text, found[0][0]) if found else 0
    end = min(len(text), start + LENGTH)
    if end < len(text):
        end = max(text.rfind(" ", start + LENGTH // 2, end), start + LENGTH // 2)
    pieces: list[Piece] = [("… ", False)] if start else []
    at = start
    for begins, ends in found:
        if begins >= at and ends <= end:
            pieces += [(text[at:begins], False), (text[begins:ends], True)]
            at = ends
    pieces.append((text[at:end] + (" …" if end < len(text) else ""), False))
    return [piece for piece in pieces if piece[0]]


def _begin(text: str, first: int) -> int:
    """Where an excerpt begins: at a word, a little before what was found."""
    if first < LENGTH // 3:
        return 0
    return text.find(" ", first - LENGTH // 3, first) + 1 or first
