"""A receiver on this machine that the product may send to."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.webhooks.listening import Receiver, allow


@pytest.fixture
def receiver(app: Flask) -> Iterator[Receiver]:
    allow(app)
    with Receiver() as running:
        yield running
