"""What the search box of the planner's pages finds: each kind is a place to look in; another kind is another place."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrypoints.search import announcements, contacts, maintenance, notes, releases, reports, tenants
from entrypoints.search.place import Hit, Place
from storage import db
from storage.paging import Listed, listed
from storage.sought import sought_words

__all__ = ["PLACES", "Group", "Hit", "exact_page", "found_in", "groups"]

PLACES: tuple[Place, ...] = (
    releases.PLACE,
    tenants.PLACE,
    contacts.PLACE,
    reports.PLACE,
    maintenance.PLACE,
    announcements.PLACE,
    notes.PLACE,
)
# So many of each kind stand beside the others.
FIRST = 8


@dataclass(frozen=True)
class Group:
    """What was found of one kind: a page of it, and how much there is."""

    place: Place
    found: Listed
    hits: Sequence[Hit]


def groups(typed: str) -> list[Group]:
    """Look everywhere for rows that hold words which begin with what was typed; kinds without any are left out.

    Two queries a kind; none where nothing was typed.
    """
    words = sought_words(typed)
    if not words:
        return []
    looked = [_group(place, words, 1, FIRST) for place in PLACES]
    return [group for group in looked if group.found.total]


def found_in(name: str, typed: str, page: int) -> list[Group]:
    """One kind by the page, by the name that stands in the address; empty where nothing was found."""
    words = sought_words(typed)
    looked = [_group(place, words, page) for place in PLACES if place.name == name and words]
    return [group for group in looked if group.found.total]


def exact_page(typed: str) -> str:
    """The page of the one thing that is called exactly this, whatever the capitals; empty where it is not just one."""
    typed = typed.strip()
    if not typed or len(typed) > 254:
        return ""
    found = [place.hit(row) for place in PLACES for row in db.session.scalars(place.named(typed).limit(2))]
    return found[0].page if len(found) == 1 else ""


def _group(place: Place, words: list[str], page: int, per_page: int = 50) -> Group:
    found = listed(place.holding(words), page, per_page=per_page)
    return Group(place, found, [place.hit(row) for row in found.rows])
