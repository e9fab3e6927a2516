"""Markdown as product managers paste it, to HTML that is safe on the portal and in a mail."""

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
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
# The reader of Markdown looks for a link's end behind every bracket: its time grows with their square.
_MOST_BRACKETS = 600
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


class _Notes(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
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
    reader = Markdown(
        extensions=["tables", "fenced_code", "sane_lists", "def_list", "abbr", "toc", _Notes()],
        extension_configs={"toc": {"baselevel": 2}},
        output_format="html",
    )
    try:
        html = reader.convert(markdown) if _is_readable(markdown) else _as_typed(markdown)
    except RecursionError:
        html = _as_typed(markdown)
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer")


def _is_readable(markdown: str) -> bool:
    """Whether no paragraph has so many brackets that looking for links in it would take minutes."""
    return all(paragraph.count("[") <= _MOST_BRACKETS for paragraph in markdown.split("\n\n"))


def _as_typed(markdown: str) -> str:
    """What nobody would write in earnest is better shown as typed than not at all."""
    return f"<pre>{escape(markdown)}</pre>"
