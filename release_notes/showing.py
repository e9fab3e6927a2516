"""Release notes as a reader sees them: pictures in their place, numbers of reports as links. On the portal, in a mail
and in a feed alike."""

import re
from html import escape, unescape

from release_notes.image_names import measure
from release_notes.plain import to_plain
from release_notes.rendering import to_html
from release_notes.report_links import linked
from schedules.models import Release
from storage.words import words
from tenants.models import Product

# A mail is one column of this many pixels.
MAIL_COLUMN = 568
PATH = "/images/"
_FIRST_HEADING = re.compile(r"\s*<(h[1-6])>(.*?)</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def notes_html(markdown: str, product: Product, *, base_url: str = "", widest: int | None = None) -> str:
    """Return HTML that is safe to show; pictures lie below ``base_url``, none wider than ``widest``."""

    def image(name: str, words: str) -> str:
        width, height = measure(name)
        if widest is not None and width > widest:
            width, height = widest, max(1, height * widest // width)
        # The words were escaped as text; in an attribute a quotation mark ends them.
        alt, source = escape(unescape(words)), escape(f"{base_url}{PATH}{name}")
        return f'<img src="{source}" alt="{alt}" width="{width}" height="{height}">'

    return linked(to_html(markdown, image), product)


def without_title(html: str, release: Release, language: str) -> str:
    """The same without its first heading, where that only repeats the version and the title that stand above it."""
    first = _FIRST_HEADING.match(html)
    if first is None:
        return html
    said, title = words(unescape(_TAG.sub(" ", first[2]))), words(release.title(language) or release.version)
    known = words(f"{release.product.name} {release.version}") | title
    return html[first.end() :].lstrip() if title <= said <= known else html


def mail_html(markdown: str, product: Product, base_url: str) -> str:
    """The same for a mail, whose reader has not signed in and whose column is narrow."""
    return notes_html(markdown, product, base_url=base_url, widest=MAIL_COLUMN)


def mail_plain(markdown: str, base_url: str) -> str:
    """The same without HTML."""

    def image(name: str, words: str) -> str:
        address = escape(f"{base_url}{PATH}{name}")
        return f"{words} ({address})" if words else address

    return to_plain(markdown, image)
