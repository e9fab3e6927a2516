"""Maintenance that people have been told of."""

import pytest

from schedules.models import MaintenanceWindow
from tests.planning import planned_window, told_and_given
from tests.world import World, local


@pytest.fixture
def window(planned: World) -> MaintenanceWindow:
    """Maintenance of which both tenants have been told."""
    window = planned_window(planned.product)
    told_and_given(local("2026-12-02T09:00"))
    return window
