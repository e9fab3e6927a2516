"""A release to have another date of."""

import pytest

from schedules.models import Release
from storage import db
from tests.planning import planned_release, told_and_given
from tests.world import NOW, World, local


@pytest.fixture
def told(planned: World) -> Release:
    """A release of which everybody was told both dates."""
    release = planned_release(
        planned.product, acceptance="2026-12-07T10:00", production="2027-02-08T06:00", now=local("2026-10-01T12:00")
    )
    release.product.announce_ahead = "P3M"
    release.product.plan_revision += 1
    db.session.commit()
    told_and_given(NOW)
    return release
