"""One product per test, on a database of its own with the migrated schema."""

import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import create_app
from entrypoints.settings import Settings
from storage import db
from tests import world
from tests.browser import browser, chromium_path
from tests.postgresql import PostgreSQL

FOR_TESTS: dict[str, Any] = {"TESTING": True, "WTF_CSRF_ENABLED": False, "SECURITY_PASSWORD_HASH": "plaintext"}


class Visitor(FlaskClient):
    """A client whose every request has a context of its own, as in a server: who is signed in is kept in it."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # What the test read before is read again, and its open transaction keeps nobody waiting.
        db.session.rollback()
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture(scope="session", autouse=True)
def builders() -> Iterator[None]:
    """What builds an address is compiled once a process, not once an application: of more than two hundred addresses
    that takes longer than most tests. It holds nothing of an application, which it is given."""
    compiled: dict[tuple[str, str, bool], Any] = {}
    compile_builder = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        key = rule.rule, repr(rule.defaults), append_unknown
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture
def engine() -> str:
    """The database a test runs on; `@both_databases` gives it both."""
    return "sqlite"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    migrate(f"sqlite:///{folder / 'template.db'}", folder)
    return folder / "template.db"


@pytest.fixture(scope="session")
def peopled_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("peopled")
    shutil.copy(migrated_sqlite, folder / "template.db")
    people(f"sqlite:///{folder / 'template.db'}", folder)
    return folder / "template.db"


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    with PostgreSQL(tmp_path_factory.mktemp("postgresql")) as server:
        server.create("template_migrated")
        migrate(server.url("template_migrated"), tmp_path_factory.mktemp("data"))
        server.create("template_peopled", template="template_migrated")
        people(server.url("template_peopled"), tmp_path_factory.mktemp("data"))
        yield server


@pytest.fixture
def database_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    # Copied with the people in it, because making them anew for every test takes longer than most tests.
    template = "peopled" if "planned" in request.fixturenames else "migrated"
    if engine == "sqlite":
        shutil.copy(request.getfixturevalue(f"{template}_sqlite"), tmp_path / "test.db")
        return f"sqlite:///{tmp_path / 'test.db'}"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = f"test_{uuid4().hex}"
    server.create(name, template=f"template_{template}")
    return server.url(name)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, tmp_path)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application, with a context for calling services in; pages are asked through ``client``."""
    app = create_app(settings, **FOR_TESTS)
    app.test_client_class = Visitor
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def planned(app: Flask) -> world.World:
    """A product with two tenants and the three standing people."""
    return world.found()


def settings_for(database_url: str, folder: Path) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        DATA_DIR=folder,
        DATABASE_URL=database_url,
        SECRET_KEY="a key for tests, of some length",
        BASE_URL="http://localhost",
        MAIL_SERVER=None,
        ALARM_URLS="",
        TRUSTED_PROXIES="",
    )


def migrate(url: str, folder: Path) -> None:
    app = create_app(settings_for(url, folder))
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


def people(url: str, folder: Path) -> None:
    """Put the standing people into a migrated database."""
    app = create_app(settings_for(url, folder), **FOR_TESTS)
    with app.app_context():
        world.standing()
        db.session.remove()
        db.engine.dispose()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="fail where a test was skipped")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With --no-skips a skipped test is a failed one: here everything a test needs must be installed.

    A test that is known to fail, with the reason, is none that was skipped.
    """
    report = yield
    if item.config.getoption("--no-skips") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser of a process: Playwright drives no second one beside it."""
    if chromium_path() is None:
        pytest.skip("THERE IS NO CHROMIUM ON THIS MACHINE: nobody has looked at the pages")
    with browser() as started:
        yield started
