"""When the notices of a plan leave: so long ahead of the deadline of each tenant."""

import pytest

from schedules.leave_times import leave_times
from schedules.stricter import Deadline, Stricter
from sla.periods import Period
from sla.terms import Change
from tests.world import AMSTERDAM, local

BY_SLA = local("2027-01-08T06:00")
SIX_WEEKS = Stricter("P6W", local("2026-12-28T06:00"), 2, (("A", "a"), ("B", "b")))
TWO_MONTHS = Stricter("P2M", local("2026-12-08T06:00"), 1, (("C", "c"),))


@pytest.mark.parametrize(
    ("stricter", "tenants", "ahead", "first", "last"),
    [
        pytest.param((), 5, "P7D", "2027-01-01T06:00", "2027-01-01T06:00", id="nobody-was-promised-more"),
        pytest.param((SIX_WEEKS,), 5, "P7D", "2026-12-21T06:00", "2027-01-01T06:00", id="some-were"),
        pytest.param((TWO_MONTHS, SIX_WEEKS), 3, "P7D", "2026-12-01T06:00", "2026-12-21T06:00", id="all-were"),
        pytest.param((), 0, "P1M", "2026-12-08T06:00", "2026-12-08T06:00", id="nobody-there"),
    ],
)
def test_notices_leave_ahead_of_each_deadline(
    stricter: tuple[Stricter, ...], tenants: int, ahead: str, first: str, last: str
) -> None:
    deadline = Deadline(Change.PRODUCTION, local("2027-02-08T06:00"), "P1M", BY_SLA, stricter)
    found = leave_times(deadline, tenants, Period.parse(ahead), AMSTERDAM)
    assert (found.first, found.last) == (local(first), local(last))
