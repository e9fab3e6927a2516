"""The clock of the faces stands still at ``NOW``; a reader is somebody with a browser."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser

from schedules.models import MaintenanceWindow, Release
from tests.faces.calendars import path_of
from tests.faces.pages import Reader
from tests.planning import planned_release, planned_window
from tests.served import Served, served
from tests.staging import SETTINGS, set_the_stage, wait_for_mail
from tests.world import NOW, World

Readers = Callable[[str], Reader]
CONTACT = "contact1@zorggroep-de-brug.example"
STRANGER = "contact1@ziekenhuis-peelrand.example"


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.node.get_closest_marker("browser"):
        yield
        return
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The product as `make run` starts it."""
    with served(tmp_path_factory.mktemp("served")) as one:
        yield one


@pytest.fixture(scope="session")
def staged(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The product with one of every page."""
    with served(tmp_path_factory.mktemp("staged"), **SETTINGS) as one:
        wait_for_mail(one)
        set_the_stage(one, chromium)
        yield one


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(autouse=True)
def templates(request: pytest.FixtureRequest, clock: None, compiled: FileSystemBytecodeCache) -> None:
    """Templates are compiled once for all tests: each has an application of its own."""
    if "app" in request.fixturenames:
        request.getfixturevalue("app").jinja_env.bytecode_cache = compiled


@pytest.fixture
def anybody(app: Flask) -> Reader:
    """Somebody who has not signed in."""
    return Reader(app)


@pytest.fixture
def visitor(anybody: Reader, planned: World) -> Reader:
    """Somebody who has not signed in, where there are tenants to know nothing of."""
    return anybody


@pytest.fixture
def viewer(app: Flask, planned: World) -> Reader:
    return Reader(app, "viewer@vendor.example")


@pytest.fixture
def planner(app: Flask, planned: World) -> Reader:
    return Reader(app, "planner@vendor.example")


@pytest.fixture
def operator(app: Flask, planned: World) -> Reader:
    return Reader(app, "operator@vendor.example")


@pytest.fixture
def manager(app: Flask, planned: World) -> Reader:
    return Reader(app, "manager@vendor.example")


@pytest.fixture
def admin(app: Flask, planned: World) -> Reader:
    return Reader(app, "admin@vendor.example")


@pytest.fixture
def contact(app: Flask, planned: World) -> Reader:
    """A contact of Zorggroep De Brug."""
    return Reader(app, CONTACT)


@pytest.fixture
def stranger(app: Flask, planned: World) -> Reader:
    """A contact of another tenant, who must never see the first one's things."""
    return Reader(app, STRANGER)


@pytest.fixture
def release(planned: World) -> Release:
    return planned_release(planned.product)


@pytest.fixture
def window(planned: World) -> MaintenanceWindow:
    return planned_window(planned.product)


@pytest.fixture
def feed(app: Flask, planned: World) -> str:
    """The path of De Brug's calendar for people."""
    return path_of(app, planned.brug.id)


@pytest.fixture
def maintnote(feed: str) -> str:
    """The path of its maintenance for programs."""
    return feed.replace(".ics", "/maintenance.ics")
