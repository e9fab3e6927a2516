"""How far something long has come, told to whoever shows it."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

_EVERY = 500
T = TypeVar("T")
# A name, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]


def untold(_name: str, _done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def told(rows: Iterable[T], name: str, total: int, progress: Progress) -> Iterator[T]:
    """Yield the rows, and tell now and then how many of them there were."""
    progress(name, 0, total)
    number = 0
    for number, row in enumerate(rows, 1):
        if number % _EVERY == 0:
            progress(name, number, total)
        yield row
    progress(name, number, total)
