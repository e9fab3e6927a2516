"""Release notes and other written words as plain text, for whoever reads mails without HTML."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

from release_notes.rendering import to_html

_HEADINGS = {"h2": "=", "h3": "-", "h4": "", "h5": "", "h6": ""}
_BLOCKS = {
    *_HEADINGS,
    *("p", "div", "details", "summary", "blockquote", "pre", "table", "caption", "tr", "dl", "dt", "dd"),
}
_CELLS = {"td", "th"}
_LISTS = {"ul", "ol"}
# After these, and before them, stands an empty line; within lists and tables none.
_APART = _BLOCKS - {"tr", "dt", "dd"}


def to_plain(markdown: str, image: Callable[[str, str], str] | None = None) -> str:
    """Return what the words say without any sign of their making: headings underlined, lists with dashes, links after
    their words.

    ``image`` says a picture of ours in HTML, by its name and what it shows; without it what it shows stands there.
    """
    reader = _Reader()
    reader.feed(to_html(markdown, image))
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Reads HTML that we made ourselves, so that what it opens it closes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._words = ""
        self._links: list[tuple[str, int]] = []
        # Of lists within lists: the number of the last item, None where they have dashes.
        self._lists: list[int | None] = []
        self._quotes = 0
        self._mark = ""
        self._as_typed = False
        self._apart = False

    def text(self) -> str:
        self._end()
        return "\n".join(self._lines).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "br":
            self._words += "\n"
        elif tag == "hr":
            self._end(apart=True)
            self._words = "-" * 20
            self._end(apart=True)
        elif tag == "a":
            self._links.append((given.get("href") or "", len(self._words)))
        elif tag in _LISTS:
            self._end(apart=not self._lists)
            start = given.get("start") or "1"
            self._lists.append(int(start) - 1 if tag == "ol" and start.isdigit() else 0 if tag == "ol" else None)
        elif tag == "li":
            self._begin_item()
        elif tag in _CELLS and self._words.strip():
            self._words = f"{self._words.rstrip()} | "
        elif tag in _BLOCKS:
            self._end(apart=tag in _APART)
            self._quotes += tag == "blockquote"
            self._as_typed = tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            self._tell_address(*self._links.pop())
        elif tag in _LISTS:
            self._end()
            self._lists.pop()
            self._apart = not self._lists
        elif tag == "li":
            self._end()
        elif tag in _BLOCKS:
            self._end(apart=tag in _APART, underline=_HEADINGS.get(tag, ""))
            self._quotes -= tag == "blockquote"
            self._as_typed = False

    def handle_data(self, data: str) -> None:
        self._words += data if self._as_typed else re.sub(r"[ \t\r\n\f]+", " ", data)

    def _begin_item(self) -> None:
        self._end()
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        self._mark = "- " if number is None else f"{number + 1}. "

    def _tell_address(self, address: str, since: int) -> None:
        words = self._words[since:].strip()
        if address and address not in {words, f"mailto:{words}"}:
            self._words += f" ({address.removeprefix('mailto:')})" if words else address

    def _end(self, *, apart: bool = False, underline: str = "") -> None:
        """End a piece of text, if there is one; ``apart``: an empty line stands before what follows."""
        if self._as_typed:
            lines = [f"    {line}".rstrip() for line in self._words.strip("\n").splitlines()]
        else:
            lines = [line.strip() for line in self._words.strip().splitlines()]
        self._words = ""
        if lines:
            if self._apart:
                self._lines.append("")
            if underline:
                lines.append(underline * max(map(len, lines)))
            self._put(lines)
            self._apart = False
        self._apart = self._apart or (apart and not self._lists)

    def _put(self, lines: list[str]) -> None:
        before = "> " * self._quotes + "  " * (len(self._lists) - 1)
        rest = before + ("  " if self._lists else "")
        first = before + self._mark if self._mark else rest
        self._mark = ""
        self._lines += [(first + lines[0]).rstrip(), *((rest + line).rstrip() for line in lines[1:])]
