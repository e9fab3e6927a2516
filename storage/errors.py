"""What a service says when it will not do a thing."""

from collections.abc import Callable
from enum import StrEnum
from types import TracebackType
from typing import ParamSpec, Self, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")


class Refused(ValueError):
    """Something given cannot be used. ``field`` is the name a form knows it by; the text says what to do instead."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message
        # What else cannot be used of what was given with it.
        self.also: tuple[Refused, ...] = ()

    @property
    def all(self) -> tuple["Refused", ...]:
        """This one first, then whatever was refused with it."""
        return (self, *self.also)


class Conflict(Refused):
    """It was changed by someone else in the meantime, or exists already."""


class Shape(StrEnum):
    """What a text was meant to be."""

    MOMENT = "moment"
    DAY = "day"
    PERIOD = "period"


class Unreadable(Refused):
    """A text is not what it should be. Its words are for programs: pages say in people's own how to write it."""

    def __init__(self, field: str, message: str, shape: Shape, *, is_missing: bool = False) -> None:
        super().__init__(field, message)
        self.shape = shape
        self.is_missing = is_missing


class AllAtOnce:
    """Checks whose refusals are kept until the block ends, and raised then as one: nobody wants to hear one at a time.

    ``with AllAtOnce() as each: name = each(checks.line, "name", facts.name, most=80)``. What a check that refused
    gives is nothing to work with before the block has ended.
    """

    def __init__(self) -> None:
        self._kept: list[Refused] = []

    def __call__(self, check: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        try:
            return check(*args, **named)
        except Refused as refused:
            self.add(refused)
            return cast("T", None)

    def add(self, refused: Refused) -> None:
        self._kept += refused.all

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if isinstance(error, Refused):
            self.add(error)
        if self._kept and (error is None or isinstance(error, Refused)):
            # What cannot be used at all comes before what cannot be beside something else.
            first = min(self._kept, key=lambda one: isinstance(one, Conflict))
            first.also = tuple(one for one in self._kept if one is not first)
            raise first from None
