"""A product that asks for a second person, and refusals in the words of the code."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import force_locale

from tests.approving import asks_for_approval
from tests.world import World


@pytest.fixture(autouse=True)
def in_english(app: Flask) -> Iterator[None]:
    """What is refused is read here in the words of the code."""
    with force_locale("en"):
        yield


@pytest.fixture
def asking(planned: World) -> World:
    """A product that asks for a second person."""
    asks_for_approval(planned.product)
    return planned
