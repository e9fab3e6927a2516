"""A customer with releases behind it."""

import pytest

from tests.planning import planned_release
from tests.world import World, local


@pytest.fixture
def history(planned: World) -> None:
    for version, acceptance, production in (
        ("2026.2", "2026-04-06T06:00", "2026-05-11T06:00"),
        ("2026.3", "2026-07-06T06:00", "2026-08-10T06:00"),
        ("2026.4", "2026-10-05T06:00", "2026-11-09T06:00"),
    ):
        planned_release(planned.product, version, acceptance, production, now=local("2026-02-01T06:00"))
