"""How fast a worker goes: not faster than the relay allows, and no more rows at a time than it sends in a moment."""

from time import monotonic

FIRST_BATCH = 100
MOST = 1000
_LEAST = 5
_QUICK, _SLOW = 0.5, 2.0  # seconds that a batch takes
_GRACE = 0.1  # seconds by which a mail that was late does not make the next one late


class Pace:
    """``rate`` is in mails a second, 0 without limit. ``batch`` is how many rows to claim now.

    It follows what a worker sends in about a second, so that an urgent row never waits long behind what is claimed.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._next = 0.0
        self._claimed_at: float | None = None
        self.batch = self._bounded(FIRST_BATCH)

    def wait(self) -> float:
        """Seconds until the next mail may be offered."""
        return max(0.0, self._next - monotonic()) if self._rate else 0.0

    def offered(self) -> None:
        """Take note that a mail is offered."""
        if self._rate:
            self._next = max(self._next, monotonic() - _GRACE) + 1 / self._rate

    def claimed(self, rows: int) -> None:
        """Take note of a claim, and make the next one larger or smaller by how long the last one took to send."""
        now = monotonic()
        if self._claimed_at is not None:
            took = now - self._claimed_at
            self.batch = self._bounded(
                self.batch * 2 if took < _QUICK else self.batch // 2 if took > _SLOW else self.batch
            )
        self._claimed_at = now if rows else None

    def _bounded(self, batch: int) -> int:
        most = min(MOST, int(self._rate)) if self._rate else MOST
        return max(1 if self._rate else _LEAST, min(most, batch))
