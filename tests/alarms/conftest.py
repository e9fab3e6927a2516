"""What the watch is tested with: its own moments, a channel that listens, and a look at what was told."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.alarms.listener import Listener


@pytest.fixture
def listener(app: Flask) -> Iterator[Listener]:
    """A channel that is among the settings, and writes down what it is told."""
    with Listener() as listener:
        app.config["ALARM_URLS"] = listener.url
        yield listener
