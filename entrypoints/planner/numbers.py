"""Thousands of numbers in a field of a form, as our own pages write them."""

from collections.abc import Iterable

# A product has no more tenants than this; what is more was never made by our page.
MOST = 50_000


def numbers_in(typed: str) -> set[int]:
    """The numbers in a field that our page filled, as ``in_runs`` writes them; anything else in it is left out."""
    found: set[int] = set()
    for word in typed.split()[:MOST]:
        first, _dash, last = word.partition("-")
        if _is_number(first) and _is_number(last or first) and len(found) < MOST:
            end = min(int(last or first), int(first) + MOST)
            found.update(range(int(first), end + 1))
    return found


def in_runs(numbers: Iterable[int]) -> str:
    """Numbers as a field of a form holds them, thousands in little room: ``1-499 512``."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 10
