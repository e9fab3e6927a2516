"""One running product with the demonstration, and one customer whose calendar is hard to read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.scene import Scene, play
from tests.served import Served, served


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served-to-clients")


@pytest.fixture(scope="session")
def product(data_folder: Path) -> Iterator[Served]:
    with served(data_folder) as one:
        yield one


@pytest.fixture(scope="session")
def scene(product: Served, data_folder: Path) -> Scene:
    return play(product, data_folder)
