"""A release of a product that asks for a second person, and the page of its mails."""

import re

import pytest

from schedules.models import Release
from tests.approving import asks_for_approval
from tests.faces.pages import words
from tests.planning import planned_release
from tests.world import World


@pytest.fixture
def release(planned: World) -> Release:
    asks_for_approval(planned.product)
    return planned_release(planned.product)


def of(release: Release, kind: str = "production", says: str = "planned") -> str:
    return f"/planner/releases/{release.id}/mails/{kind}/{says}"


def facts(html: str) -> dict[str, str]:
    """The first list of facts of a page."""
    found = re.search(r'<dl class="facts">(.*?)</dl>', html, re.DOTALL)
    assert found is not None
    return {
        words(name): words(value) for name, value in re.findall(r"<dt>(.*?)</dt>(.*?)(?=<dt>|$)", found[1], re.DOTALL)
    }
