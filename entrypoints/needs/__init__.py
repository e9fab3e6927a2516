"""What needs a person: each kind is a function that gives its rows; another kind is another function in a list here."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from entrypoints.needs import approvals, bulletins, dates, machinery, maintenance, missed, notes, reach, requests
from entrypoints.needs.need import AHEAD, Asking, Need

__all__ = ["AHEAD", "Asking", "Need", "folded", "to_do", "went_wrong"]

Kind = Callable[[Asking], list[Need]]

WENT_WRONG: tuple[Kind, ...] = (
    machinery.silent,
    machinery.held,
    machinery.alarmed,
    machinery.unread,
    machinery.refused,
    missed.missed,
    reach.came_back_to,
)
TO_DO: tuple[Kind, ...] = (
    bulletins.calls,
    maintenance.unanswered,
    requests.for_an_account,
    # Before what is approved by the same deadline: whoever is added then is told as well.
    reach.without_contact,
    approvals.approvals,
    dates.dates_asked,
    bulletins.terms,
    notes.notes,
)
# So many rows of one kind stand on the first page, and so many of all kinds.
MOST_OF_A_KIND = 3
MOST = 12
_AT_ONCE = datetime.min.replace(tzinfo=UTC)


def went_wrong(asking: Asking) -> list[Need]:
    """What went wrong and is not mended: the machinery first, then what was missed, then whom mail does not reach."""
    return [need for kind in WENT_WRONG for need in kind(asking)]


def to_do(asking: Asking) -> list[Need]:
    """What a person has to do, the nearest deadline first."""
    found = [need for kind in TO_DO for need in kind(asking)]
    return sorted(found, key=lambda need: need.at or _AT_ONCE)


def folded(needs: Iterable[Need]) -> tuple[list[Need], int]:
    """The rows of the first page, in the same order, and how many more there are."""
    shown: list[Need] = []
    of_kind: Counter[str] = Counter()
    left = 0
    for need in needs:
        of_kind[need.kind] += 1
        if of_kind[need.kind] > MOST_OF_A_KIND or len(shown) >= MOST:
            left += 1
        else:
            shown.append(need)
    return shown, left
