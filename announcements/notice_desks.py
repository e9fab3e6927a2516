"""The desk of an announcement about a change, and what a notice tells there."""

from datetime import datetime

from announcements.desk import open_desk, show_desk
from announcements.models import Kind
from announcements.readers import Desk, Told
from schedules.models import MaintenanceWindow, Release, Waiver
from schedules.notices import Notice, Says
from sla.terms import Change


def desk_of(
    change: Release | MaintenanceWindow, kind: Change, says: Says, now: datetime, told_plan: int | None = None
) -> Desk:
    """The desk of an announcement about a change as it stands, or as it stood in the plan's revision ``told_plan``."""
    if isinstance(change, Release):
        return open_desk(Kind(kind.value), says, now, release=change, told_plan=told_plan)
    return open_desk(Kind.MAINTENANCE, says, now, window=change, told_plan=told_plan)


def desk_shown(change: Release | MaintenanceWindow, kind: Change, says: Says, now: datetime) -> Desk:
    """The desk that would be opened for a change now, with nothing written."""
    if isinstance(change, Release):
        return show_desk(Kind(kind.value), says, now, release=change)
    return show_desk(Kind.MAINTENANCE, says, now, window=change)


def told_of(notice: Notice, waivers: dict[int, Waiver] | None = None) -> Told:
    """What a notice tells its tenant; ``waivers`` of its change by id spare a query each."""
    waiver = (waivers or {}).get(notice.waiver_id or 0) if waivers is not None else notice.waiver
    return Told(
        starts_at=notice.planned_at,
        ends_at=notice.expected_end,
        previous_at=notice.previous_at,
        previous_ends_at=notice.previous_ends_at,
        period=notice.period,
        waiver=waiver,
        joined_late=notice.joined_late,
        not_after=notice.lapses_at,
        notice=notice,
    )
