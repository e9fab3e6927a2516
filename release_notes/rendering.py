"""Markdown as product managers paste it, to HTML that is safe on the portal and in a mail."""

import re
from functools import lru_cache
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

_TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "div", "details", "summary"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    *("a", "abbr", "b", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "small", "span", "strong"),
    *("sub", "sup", "u"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "td": {"align"}, "th": {"align"}, "ol": {"start"}, "abbr": {"title"}}
_SCHEMES = {"http", "https", "mailto"}


class _ImagesAsLinks(Treeprocessor):
    """An image from elsewhere would tell its server who reads; the reader gets a link and chooses."""

    def run(self, root: Element) -> None:
        for image in root.iter("img"):
            source, words = image.get("src", ""), image.get("alt") or image.get("src", "")
            image.clear()
            image.tag, image.text = "a", words
            image.set("href", source)


class _Notes(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        md.treeprocessors.register(_ImagesAsLinks(md), "images_as_links", 5)


@lru_cache(maxsize=256)
def to_html(markdown: str) -> str:
    """Return the HTML of release notes: no script, style, frame or event, headings from the second level down.

    Links keep http, https and mailto only and do not tell where the reader came from.
    """
    reader = Markdown(
        extensions=["tables", "fenced_code", "sane_lists", "def_list", "abbr", "toc", _Notes()],
        extension_configs={"toc": {"baselevel": 2}},
        output_format="html",
    )
    return nh3.clean(
        reader.convert(markdown),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    )


def to_plain(markdown: str) -> str:
    """Return what a mail shows without HTML: the Markdown itself reads well, but for raw tags."""
    without_tags = nh3.clean(re.sub(r"(?i)<br\s*/?>", "\n", markdown), tags=set())
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&")):
        without_tags = without_tags.replace(entity, sign)
    return without_tags.strip()
