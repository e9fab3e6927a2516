"""Another installation of the product, with a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from click.testing import Result
from flask import Flask

from app import create_app
from storage import db
from tests.conftest import FOR_TESTS, Visitor, settings_for


class Place:
    """One installation: commands, pages and services work on its database while one is ``at_home``."""

    def __init__(self, url: str, folder: Path) -> None:
        self.app: Flask = create_app(settings_for(url, folder), **FOR_TESTS)
        self.app.test_client_class = Visitor

    @contextmanager
    def at_home(self) -> Iterator[Self]:
        with self.app.app_context():
            try:
                yield self
            finally:
                db.session.remove()
                db.engine.dispose()

    def run(self, *words: object) -> Result:
        """Run a command, each word an argument."""
        result = self.app.test_cli_runner().invoke(args=[str(word) for word in words])
        # As if its process had ended.
        db.session.remove()
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result
