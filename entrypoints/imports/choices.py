"""Cells that hold one of a few words."""

from enum import StrEnum
from typing import TypeVar

from flask_babel import gettext as _

from storage import Refused
from tenants.models import EnvironmentKind

Word = TypeVar("Word", bound=StrEnum)


def word(field: str, text: str, words: type[Word]) -> Word:
    """One of the words, in any case. Raises Refused with the words there are."""
    for one in words:
        if one.value.lower() == text.strip().lower():
            return one
    raise Refused(field, _("Choose one of: %(words)s.", words=", ".join(words)))


def environments(field: str, text: str) -> frozenset[EnvironmentKind]:
    """The environments of a cell, divided by semicolons; one at least."""
    parts = [part for part in text.split(";") if part.strip()]
    return frozenset(word(field, part, EnvironmentKind) for part in parts or [""])
