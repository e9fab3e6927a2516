"""Rows about what is planned: each kind in a file of its own, all of them found here."""

from schedules.maintenance_models import Impact, MaintenanceProgress, MaintenanceTenant, MaintenanceWindow, Progress
from schedules.reasoned import Reasoned
from schedules.release_models import Patch, Release
from schedules.rollout_models import Rollout
from schedules.waiver_models import Waiver

__all__ = [
    "Impact",
    "MaintenanceProgress",
    "MaintenanceTenant",
    "MaintenanceWindow",
    "Patch",
    "Progress",
    "Reasoned",
    "Release",
    "Rollout",
    "Waiver",
]
