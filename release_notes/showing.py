"""Release notes as a reader sees them: pictures in their place, numbers of reports as links. On the portal, in a mail
and in a feed alike."""

from html import escape, unescape

from release_notes.image_names import measure
from release_notes.plain import to_plain
from release_notes.rendering import to_html
from release_notes.report_links import linked
from tenants.models import Product

# A mail is one column of this many pixels.
MAIL_COLUMN = 568
PATH = "/images/"


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


def mail_html(markdown: str, product: Product, base_url: str) -> str:
    """The same for a mail, whose reader has not signed in and whose column is narrow."""
    return notes_html(markdown, product, base_url=base_url, widest=MAIL_COLUMN)


def mail_plain(markdown: str, base_url: str) -> str:
    """The same without HTML."""

    def image(name: str, words: str) -> str:
        address = escape(f"{base_url}{PATH}{name}")
        return f"{words} ({address})" if words else address

    return to_plain(markdown, image)
