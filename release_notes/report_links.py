"""Numbers of reports in finished HTML become links, but for those in code and within links."""

import re
from functools import lru_cache
from html import escape
from html.parser import HTMLParser

from tenants.models import Product
from tenants.report_checks import PLACE

_UNTOUCHED = {"a", "code", "pre", "kbd"}


class _Linking(HTMLParser):
    """Copies HTML as it is; it came from the sanitiser, so that its tags are whole and in order."""

    def __init__(self, numbers: re.Pattern[str], address: str) -> None:
        super().__init__(convert_charrefs=False)
        self._numbers, self._address = numbers, address
        self._within = 0
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self._within += tag in _UNTOUCHED
        self.parts.append(self.get_starttag_text() or "")

    def handle_startendtag(self, _tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self._within -= tag in _UNTOUCHED
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.parts.append(data if self._within else self._numbers.sub(self._link, data))

    def handle_entityref(self, name: str) -> None:
        self.parts.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.parts.append(f"&#{name};")

    def _link(self, found: re.Match[str]) -> str:
        href = escape(self._address.replace(PLACE, found.group()))
        return f'<a href="{href}" rel="noopener noreferrer">{found.group()}</a>'


def report_link(number: str, product: Product) -> str:
    """Where one report is read, empty where the product does not say, or numbers its reports otherwise."""
    if not (product.report_prefixes and product.report_address):
        return ""
    known = numbers_like(product.report_prefixes).fullmatch(number)
    return product.report_address.replace(PLACE, number) if known else ""


def linked(html: str, product: Product) -> str:
    """Return sanitised HTML whose numbers of reports lead where the product says; as it is where it says nothing."""
    if not (product.report_prefixes and product.report_address):
        return html
    return _linked(html, product.report_prefixes, product.report_address)


@lru_cache(maxsize=256)
def _linked(html: str, prefixes: str, address: str) -> str:
    if not any(prefix in html for prefix in prefixes.split()):
        return html
    linking = _Linking(numbers_like(prefixes), address)
    linking.feed(html)
    linking.close()
    return "".join(linking.parts)


@lru_cache(maxsize=64)
def numbers_like(prefixes: str) -> re.Pattern[str]:
    """What finds the numbers that begin with one of these, which hold letters, digits, hyphens and low lines only."""
    begins = "|".join(map(re.escape, sorted(prefixes.split(), key=len, reverse=True)))
    return re.compile(rf"(?<![\w-])(?:{begins})[0-9]{{1,12}}(?![\w]|-\w)")
