"""Markdown as product managers paste it, to HTML that is safe on the portal and in a mail."""

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape
from itertools import count
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from release_notes.image_names import IMAGE, NAME

_TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "div", "details", "summary"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    *("a", "abbr", "b", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "small", "span", "strong"),
    *("sub", "sup", "u"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "td": {"align"}, "th": {"align"}, "ol": {"start"}, "abbr": {"title"}}
# The reader of Markdown looks for an end behind every beginning, of a link within its paragraph and of a tag or of code
# within the whole text, and goes through what is left of a block at every heading in it: its time grows with their
# square. What is more than this, in signs looked at, would take longer than a reader waits.
_MOST_BRACKETS = 600
_MOST_OF_LINKS = 4 * _MOST_BRACKETS**2
_MOST_OF_TAGS = 20_000_000
_MOST_OF_CODE = 60_000_000
_MOST_OF_BLOCKS = 12_000_000
_OPEN_TAG = re.compile(r"<(?=[A-Za-z/!?][^<>]*(?:<|\Z))")
_FENCE = re.compile(r"^(?:```|~~~)", re.MULTILINE)
_SCHEMES = {"http", "https", "mailto"}
# A picture of ours stays a mark until all is clean, so that no tag of anybody's own is taken for one. They are private
# signs, which typed text cannot bring.
_OPENS, _BETWEEN, _CLOSES = "\ue010", "\ue011", "\ue012"
_MARK = re.compile(rf"<span>{_OPENS}({NAME.pattern}){_BETWEEN}([^{_OPENS}{_CLOSES}]*){_CLOSES}</span>")
_MARKS = dict.fromkeys(map(ord, (_OPENS, _BETWEEN, _CLOSES)))


class _ImagesAsLinks(Treeprocessor):
    """An image from elsewhere would tell its server who reads; the reader gets a link and chooses. Ours are marked."""

    def run(self, root: Element) -> None:
        in_links = {image for link in root.iter("a") for image in link.iter("img")}
        for image in root.iter("img"):
            source, words, tail = image.get("src", ""), image.get("alt") or image.get("src", ""), image.tail
            image.clear()
            image.text, image.tail = words, tail
            if ours := NAME.fullmatch(source.removeprefix(IMAGE)):
                image.tag, alt = "span", "" if words == source else words
                image.text = AtomicString(f"{_OPENS}{ours.group()}{_BETWEEN}{alt}{_CLOSES}")
            elif image in in_links:
                # A badge leads where its link leads; a link within a link is none.
                image.tag = "span"
            else:
                image.tag = "a"
                image.set("href", source)


class _TooMuch(Exception):
    """The text goes over and over the same signs."""


class _Effort(BlockProcessor):
    """Reads nothing, but counts the signs that are gone through for every block that is read."""

    looked_at = 0

    def test(self, parent: Element, block: str) -> bool:  # noqa: ARG002
        self.looked_at += len(block)
        if self.looked_at > _MOST_OF_BLOCKS:
            raise _TooMuch
        return False


class _Notes(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        md.parser.blockprocessors.register(_Effort(md.parser), "effort", 1000)
        md.treeprocessors.register(_ImagesAsLinks(md), "images_as_links", 5)


def to_html(markdown: str, image: Callable[[str, str], str] | None = None) -> str:
    """Return the HTML of release notes: no script, style, frame or event, headings from the second level down.

    Links keep http, https and mailto only and do not tell where the reader came from. ``image`` makes HTML of a picture
    of ours, by its name and its words, which are escaped; without it the words stand there.
    """
    shown = image or (lambda _name, words: words)
    return _MARK.sub(lambda found: shown(found[1], found[2]), _to_clean_html(markdown))


@lru_cache(maxsize=256)
def _to_clean_html(markdown: str) -> str:
    markdown = markdown.translate(_MARKS)
    numbers = count()
    reader = Markdown(
        extensions=["tables", "fenced_code", "sane_lists", "def_list", "abbr", "toc", _Notes()],
        extension_configs={"toc": {"baselevel": 2, "slugify": lambda _words, _sign: str(next(numbers))}},
        output_format="html",
    )
    try:
        html = reader.convert(markdown) if _is_readable(markdown) else _as_typed(markdown)
    except (RecursionError, _TooMuch):
        html = _as_typed(markdown)
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer")


def _is_readable(markdown: str) -> bool:
    """Whether there are not so many beginnings that looking for their ends would take minutes."""
    brackets = [paragraph.count("[") for paragraph in markdown.split("\n\n")]
    return (
        max(brackets) <= _MOST_BRACKETS
        and sum(number**2 for number in brackets) <= _MOST_OF_LINKS
        and len(_OPEN_TAG.findall(markdown)) * len(markdown) <= _MOST_OF_TAGS
        and len(_FENCE.findall(markdown)) * len(markdown) <= _MOST_OF_CODE
    )


def _as_typed(markdown: str) -> str:
    """What nobody would write in earnest is better shown as typed than not at all."""
    return f"<pre>{escape(markdown)}</pre>"
