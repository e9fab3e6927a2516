"""How a product's reports are numbered and where they are read: no pattern of anybody's own, so that none can harm."""

import re
from urllib.parse import urlsplit

from flask_babel import gettext as _

from storage import Refused
from tenants import checks

MOST_PREFIXES = 5
PLACE = "{number}"
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9]{0,11}(?:[-_][A-Za-z0-9]{1,6})?[-_]?")
_ADDRESS = re.compile(r"https?://[!-~]+")


def report_prefixes(field: str, text: str) -> str:
    """How numbers of reports begin, each once, apart by a space; empty where none is given."""
    found = list(dict.fromkeys(re.split(r"[\s,;]+", checks.line(field, text, most=80, required=False))))
    wanted = [prefix for prefix in found if prefix]
    if len(wanted) > MOST_PREFIXES or not all(_PREFIX.fullmatch(prefix) for prefix in wanted):
        raise Refused(
            field, _("Write the letters before the digits, such as INC- or TIP-; five at most, apart by a space.")
        )
    return " ".join(wanted)


def report_address(field: str, text: str) -> str:
    """An address on the web with one place for a number behind its host; empty where none is given."""
    value = checks.line(field, text, most=300, required=False)
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        in_place = bool(parts.hostname) and "@" not in parts.netloc and PLACE not in parts.scheme + parts.netloc
    except ValueError:
        in_place = False
    odd = set(value.replace(PLACE, "", 1)) & set("{}<>\"'\\`")
    if not in_place or odd or value.count(PLACE) != 1 or not _ADDRESS.fullmatch(value):
        raise Refused(field, _("Write an address with {number} in it, such as https://desk.example.com/{number}."))
    return value
