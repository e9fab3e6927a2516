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
# What says little out of its place: headings and tables, and items that are only numbers of reports.
_SET_APART = re.compile(r"<(h[1-6]|table)\b.*?</\1>", re.DOTALL)
_NUMBERS = re.compile(r"(?:[^\W\d_][\w-]*-\d+[\s,;.]*)+")

# Words, and whether they are what was looked for.
Piece = tuple[str, bool]


def said(markdown: str) -> str:
    """What a text says, without its form, in one line."""
    return _BETWEEN.join(_parts(to_html(markdown)))


def sentences(markdown: str) -> str:
    """The same without headings, pictures, tables and bare numbers of reports; all of it where nothing else is said."""
    parts = _parts(_SET_APART.sub("", to_html(markdown, _no_picture)))
    return _BETWEEN.join(part for part in parts if not _NUMBERS.fullmatch(part)) or said(markdown)


def _no_picture(_name: str, _words: str) -> str:
    return ""


def _parts(html: str) -> list[str]:
    split = _END.sub(_BETWEEN, html.strip()).split(_BETWEEN)
    parts = (" ".join(unescape(_TAG.sub(" ", part)).split()) for part in split)
    return [part for part in parts if part]


def excerpt(markdown: str, looked_for: list[str]) -> list[Piece]:
    """Return the part of a text around the first word that is looked for, in pieces; its beginning where none is."""
    text, found = sentences(markdown), []
    if looked_for:
        found = list(places(text, looked_for))
        if not found:
            whole = said(markdown)
            found = list(places(whole, looked_for))
            text = whole if found else text
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
