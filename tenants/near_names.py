"""Which tenants may be meant by a name that none has: by the beginning of its words, or as people mistype them."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property

from storage.sought import folded

MOST_NEAR = 3
# How many words of a name are looked at, and how many that are written like one.
_MOST_WORDS, _MOST_ALIKE = 4, 20


class NearNames:
    """The tenants of a product: slugs by folded name."""

    def __init__(self, by_name: Mapping[str, Sequence[str]]) -> None:
        self._by_name = by_name

    def of(self, typed: str) -> list[str]:
        """A few tenants that may be meant: whose words begin so, else that are written much like it, else that have
        words which are."""
        whole = folded(typed)
        begun = [name for name in self._by_name if all(f" {word}" in f" {name}" for word in whole.split())]
        near = sorted(begun) or get_close_matches(whole, self._by_name, MOST_NEAR, 0.7) or sorted(self._alike(whole))
        return [slug for name in near[:MOST_NEAR] for slug in self._by_name[name]][:MOST_NEAR]

    def _alike(self, typed: str) -> set[str]:
        """The names of which a word begins as each of the typed ones, or is written much like it."""
        found: set[str] | None = None
        for word in _words(typed)[:_MOST_WORDS]:
            # The first letter is seldom the wrong one: of thousands of words that leaves a few hundred to compare.
            candidates = [one for one in self._names_with if one[0] == word[0]]
            alike = [one for one in candidates if one.startswith(word)]
            alike += get_close_matches(word, candidates, _MOST_ALIKE, 0.75)
            having = {name for one in alike for name in self._names_with[one]}
            found = having if found is None else found & having
            if not found:
                break
        return found or set()

    @cached_property
    def _names_with(self) -> dict[str, set[str]]:
        """The names that hold a word, by word."""
        names: dict[str, set[str]] = {}
        for name in self._by_name:
            for word in _words(name):
                names.setdefault(word, set()).add(name)
        return names


def _words(name: str) -> list[str]:
    return re.findall(r"\w+", name)
