"""What the address of a list asks for. Nonsense asks for nothing: such an address shows everything."""

from collections.abc import Collection
from typing import Any

from flask import request

from sla.periods import YEARS


def asked_page(name: str = "page") -> int:
    """The page, from 1; an address may hold any number."""
    return min(max(request.args.get(name, 1, type=int), 1), 10**6)


def asked_year() -> int | None:
    year = request.args.get("year", type=int)
    return year if year in YEARS else None


def asked_choice(name: str, choices: Collection[str]) -> str:
    """One of these, or empty."""
    value = request.args.get(name, "")
    return value if value in choices else ""


def asked_text(name: str = "words") -> str:
    return request.args.get(name, "").strip()[:100]


def in_address(**filters: Any) -> dict[str, Any]:
    """The filters that are set, for links to the other pages."""
    return {name: value for name, value in filters.items() if value}
