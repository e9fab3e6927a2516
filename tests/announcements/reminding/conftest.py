"""Changes that everybody has been told of."""

import pytest

from schedules.models import MaintenanceWindow, Release
from tests.planning import TOLD, planned_release, planned_window, told_and_given
from tests.world import World, local


@pytest.fixture
def release(planned: World) -> Release:
    """A release of which everybody has been told."""
    release = planned_release(planned.product)
    told_and_given(TOLD)
    return release


@pytest.fixture
def window(planned: World) -> MaintenanceWindow:
    """Maintenance on 15 December at 22:00, of which everybody has been told."""
    window = planned_window(planned.product)
    told_and_given(local("2026-12-02T09:00"))
    return window
