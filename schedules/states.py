"""How far a plan has come, as programs are told and as they ask for it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_

from schedules.models import MaintenanceWindow, Release


class ReleaseState(StrEnum):
    """Where a release is: by its dates, which say when everybody gets it."""

    PLANNED = "planned"
    ACCEPTANCE = "acceptance"
    PRODUCTION = "production"
    CANCELLED = "cancelled"


class WindowState(StrEnum):
    PLANNED = "planned"
    UNDER_WAY = "under_way"
    OVER = "over"
    CANCELLED = "cancelled"


def release_state(release: Release, now: datetime) -> ReleaseState:
    if release.cancelled_at is not None:
        return ReleaseState.CANCELLED
    if release.production_at <= now:
        return ReleaseState.PRODUCTION
    return ReleaseState.ACCEPTANCE if release.acceptance_at <= now else ReleaseState.PLANNED


def releases_in(state: ReleaseState, now: datetime) -> ColumnElement[bool]:
    """The condition that a release is in a state."""
    stands = Release.cancelled_at.is_(None)
    return {
        ReleaseState.CANCELLED: Release.cancelled_at.is_not(None),
        ReleaseState.PRODUCTION: and_(stands, Release.production_at <= now),
        ReleaseState.ACCEPTANCE: and_(stands, Release.production_at > now, Release.acceptance_at <= now),
        ReleaseState.PLANNED: and_(stands, Release.acceptance_at > now),
    }[state]


def window_state(window: MaintenanceWindow, now: datetime) -> WindowState:
    if window.cancelled_at is not None:
        return WindowState.CANCELLED
    if window.done_at is not None or window.lasts_until <= now:
        return WindowState.OVER
    begun = window.started_at is not None or window.starts_at <= now
    return WindowState.UNDER_WAY if begun else WindowState.PLANNED


def windows_in(state: WindowState, now: datetime) -> ColumnElement[bool]:
    """The condition that a maintenance window is in a state."""
    stands = MaintenanceWindow.cancelled_at.is_(None)
    over = or_(MaintenanceWindow.done_at.is_not(None), MaintenanceWindow.lasts_until <= now)
    begun = or_(MaintenanceWindow.started_at.is_not(None), MaintenanceWindow.starts_at <= now)
    return {
        WindowState.CANCELLED: MaintenanceWindow.cancelled_at.is_not(None),
        WindowState.OVER: and_(stands, over),
        WindowState.UNDER_WAY: and_(stands, begun, ~over),
        WindowState.PLANNED: and_(stands, ~begun, ~over),
    }[state]
