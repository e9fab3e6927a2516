"""The worked example of docs/pipeline.md: its own commands, against a real server, with curl."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from entrypoints.settings import Settings
from schedules.models import Patch
from storage import db
from tenants.installed import history
from tenants.models import EnvironmentKind
from tests.api.conftest import BRUG
from tests.planning import planned_release
from tests.tools import found
from tests.world import World

pytestmark = [
    pytest.mark.real_clock,
    pytest.mark.skipif(found("curl") is None, reason="THERE IS NO CURL ON THIS MACHINE: the example was not tried"),
]
DOCUMENT = Path(__file__).parents[2] / "docs" / "pipeline.md"
COMMANDS = re.findall(r"^```sh\n(.*?)^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture
def address(app: Flask, planned: World) -> Iterator[str]:
    """The application behind a real server."""
    planned_release(planned.product, "2099.1", "2099-01-18T06:00", "2099-02-22T06:00")
    db.session.rollback()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


def test_commands_of_the_document_do_what_it_says(
    address: str,
    settings: Settings,
    planned: World,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("DEBUG")
    assert len(COMMANDS) == 3
    environment = os.environ | {
        "URL": address,
        "TENANT": BRUG,
        "PRODUCT": "inconto",
        "VERSION": "2099.1",
        "FLASK_APP": str(DOCUMENT.parents[1] / "app.py"),
        "DATA_DIR": str(settings.DATA_DIR),
        "DATABASE_URL": str(settings.DATABASE_URL),
        "SECRET_KEY": str(settings.SECRET_KEY),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }

    def run(*commands: str) -> str:
        script = "set -euo pipefail\n" + "\n".join(commands)
        done = subprocess.run(
            ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    once, report, patch = COMMANDS
    token = run(once, "cat token.header").strip().removeprefix("Authorization: Bearer ")
    assert (tmp_path / "token.header").stat().st_mode & 0o777 == 0o600
    first, second = run(report), run(report)
    run(patch)

    db.session.expire_all()
    known = [(kind, row.version, row.reported_by, row.breach) for kind, row in history(planned.brug)]
    # Nobody has been told of it yet.
    assert known == [(EnvironmentKind.PRODUCTION, "2099.1", "token pipeline", "unannounced")]
    assert first == second
    assert [one.version for one in db.session.scalars(select(Patch))] == ["2099.1.1"]
    # The token stands nowhere but in the pipeline's own file: in no log, and nowhere in the data folder.
    assert "PUT /api/v1/tenants/" in caplog.text
    assert not any(token in text for text in (caplog.text, *capfd.readouterr()))
    db.session.rollback()
    elsewhere = [path for path in settings.DATA_DIR.rglob("*") if path.is_file() and path.name != "token.header"]
    assert [path.name for path in elsewhere if token.encode() in path.read_bytes()] == []
