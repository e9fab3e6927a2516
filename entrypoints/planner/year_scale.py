"""From a moment to its place in the drawing of a year."""

from datetime import UTC, date, datetime, tzinfo

WIDTH, LEFT, RIGHT = 1128, 132, 8
PLOT = WIDTH - LEFT - RIGHT


class Scale:
    """From a moment to its place, on the product's clock: every day of the year is equally wide."""

    def __init__(self, year: int, zone: tzinfo) -> None:
        self.zone, self.first = zone, datetime(year, 1, 1, tzinfo=UTC)
        self.per_second = PLOT / (datetime(year + 1, 1, 1, tzinfo=UTC) - self.first).total_seconds()

    def __call__(self, moment: datetime) -> float:
        """The place, which lies at the edge for what is outside the year."""
        shown = moment.astimezone(self.zone).replace(tzinfo=UTC)
        seconds = (shown - self.first).total_seconds()
        return rounded(LEFT + min(max(seconds * self.per_second, 0), PLOT))

    def day(self, one: date) -> float:
        """The place where a day begins."""
        return self(datetime(one.year, one.month, one.day, tzinfo=self.zone))


def rounded(value: float) -> float:
    """As fine as anybody sees it."""
    return round(value, 1)
