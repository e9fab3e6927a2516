"""What a drawing of a year is made of: rows, marks that are links, and lines for the eye alone.

All lengths are those of the drawing's own view box; colours and thickness are the style sheet's.
"""

from dataclasses import dataclass, field
from datetime import date

from schedules.models import Release

# Below the rows: what day it is.
FOOT = 20
# A finger's breadth (WCAG 2.5.8).
TARGET = 24


@dataclass(frozen=True)
class Row:
    """A row of the drawing: a release, a slot that is free, or all maintenance."""

    y: int
    height: int
    release: Release | None = None
    slot: int | None = None
    maintenance: bool = False


@dataclass(frozen=True)
class Shape:
    """A mark as drawn: a symbol at a place or a bar from one place to another, within its link."""

    symbol: str
    x: float
    y: float
    name: str
    href: str
    width: float = 0
    label: str = ""
    label_x: float = 0
    label_y: float = 0
    anchor: str = "middle"
    # Later marks within the same link: symbol, place and width of each.
    more: tuple[tuple[str, float, float], ...] = ()

    @property
    def signs(self) -> tuple[tuple[str, float, float], ...]:
        return (self.symbol, self.x, self.width), *self.more

    @property
    def hit_x(self) -> float:
        return round((self.x + self._until) / 2 - self.hit_width / 2, 1)

    @property
    def hit_width(self) -> float:
        return round(max(self._until - self.x, TARGET), 1)

    @property
    def _until(self) -> float:
        _symbol, x, width = self.signs[-1]
        return x + width


@dataclass(frozen=True)
class Line:
    """A line between marks, for the eye alone."""

    kind: str
    points: str


@dataclass
class Drawing:
    """A year, ready to be drawn."""

    width: int
    height: int
    rows: list[Row]
    months: list[tuple[float, float, date]]
    tints: list[tuple[str, float, float]]
    lines: list[Line] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    # What began before the year or goes on after it: text at the edge, and where.
    edges: list[tuple[float, float, str, str]] = field(default_factory=list)
    today: float | None = None

    @property
    def bottom(self) -> int:
        """Where the rows end."""
        return self.height - FOOT
