"""When the notices of a plan leave by themselves."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from schedules.stricter import Deadline
from sla.notice import latest_moment
from sla.periods import Period


@dataclass(frozen=True)
class LeaveTimes:
    """The first notices, of whoever was promised most, and the last; what should have left by now leaves at once."""

    first: datetime
    last: datetime


def leave_times(deadline: Deadline, tenants: int, ahead: Period, zone: tzinfo) -> LeaveTimes:
    """Return when the notices about so many ``tenants`` leave: ``ahead`` of the deadline of each."""
    moments = [one.announce_by for one in deadline.stricter]
    if sum(one.tenants for one in deadline.stricter) < tenants or not moments:
        moments.append(deadline.by_sla)
    return LeaveTimes(latest_moment(ahead, min(moments), zone), latest_moment(ahead, max(moments), zone))
