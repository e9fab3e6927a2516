"""A place to look in, and what is shown of what is found there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select


@dataclass(frozen=True)
class Hit:
    """A thing that was found: what it is called, its page, and what tells it apart from others."""

    what: str
    page: str
    more: str = ""
    sign: str = ""


@dataclass(frozen=True)
class Place:
    """One kind of thing. ``name`` stands in the address, ``title`` gives the words above what was found.

    ``holding`` selects the rows that hold these words, ``named`` those that are called exactly this.
    """

    name: str
    title: Callable[[], str]
    holding: Callable[[list[str]], Select[Any]]
    named: Callable[[str], Select[Any]]
    hit: Callable[[Any], Hit]
