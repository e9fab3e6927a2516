"""Versions for what has none yet: higher than all that comes before it, lower than all that comes after."""

from collections.abc import Callable, Iterator
from datetime import datetime

from schedules.ground import Ground
from schedules.models import Release
from sla.periods import YEARS
from sla.releases import release_year
from sla.versions import MOST_DIGITS, MOST_NUMBERS, version_key

Key = tuple[int, ...]


def next_versions(ground: Ground, year: int, number: int) -> list[str]:
    """Return versions for releases that come last in a year: 2027.3 after 2027.2, 2028.1 in a new year, 3.5 after 3.4.

    Fewer, or none, where the releases of later years leave no room: between 12.4 and 12.5 they are 12.4.1 and 12.4.2.
    """
    zone = ground.product.zone
    before, after = _sides(ground, lambda one: release_year(one.production_at, zone) <= year)
    found: list[str] = []
    last = before
    while len(found) < number:
        key = next((key for key in _following(last, year) if _between(key, last, after)), None)
        if key is None and last is None and after is not None:
            # Nothing comes before, and what comes after is not numbered by years.
            last = (after[0], max(after[1] - 1 - number, 0))
            continue
        if key is None:
            break
        found.append(".".join(map(str, key)))
        last = key
    return found


def unnamed_version(ground: Ground, production_at: datetime) -> str:
    """Return a version for dates that have none yet: one that keeps the order with those that stand, if any does."""
    before, after = _sides(ground, lambda one: one.production_at < production_at)
    year = production_at.astimezone(ground.product.zone).year
    named = [*_following(before, year), (0, 1)]
    fitting = [key for key in named if _between(key, before, after)]
    # Where those that stand keep no order themselves, it overtakes at least none that comes before.
    above = [key for key in named if _between(key, before, None)]
    return ".".join(map(str, [*fitting, *above, named[0]][0]))


def _sides(ground: Ground, comes_before: Callable[[Release], bool]) -> tuple[Key | None, Key | None]:
    """The highest version of the releases that come before, and the lowest of those that come after."""
    before = [version_key(one.version) for one in ground.releases if comes_before(one)]
    after = [version_key(one.version) for one in ground.releases if not comes_before(one)]
    return max(before, default=None), min(after, default=None)


def _following(last: Key | None, year: int) -> Iterator[Key]:
    """What may follow a version, the likeliest first: that of another year, the next one, one between the two."""
    if last is None or (last[0] in YEARS and last[0] != year):
        yield (year, 1)
    if last is None:
        return
    for place in range(1, len(last)):
        yield (*last[:place], last[place] + 1)
    yield (*last, 1)
    yield (*last, 0)


def _between(key: Key, before: Key | None, after: Key | None) -> bool:
    is_version = len(key) <= MOST_NUMBERS and max(key) < 10**MOST_DIGITS
    return is_version and (before is None or key > before) and (after is None or key < after)
