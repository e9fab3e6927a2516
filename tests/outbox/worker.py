"""A worker's pass in a process of its own, which can be killed: `python -m tests.outbox.worker URL FOLDER PORT NOW`."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from flask import Flask

from entrypoints.settings import PROJECT, Settings
from outbox.delivery import deliver_due
from storage import db


def start(database_url: str, folder: Path, port: int, now: datetime) -> subprocess.Popen[str]:
    """Start a pass; with port 0 through the built-in mailbox. Its counts come as JSON on its output."""
    command = [sys.executable, "-m", "tests.outbox.worker", database_url, str(folder), str(port), now.isoformat()]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def counts(worker: subprocess.Popen[str]) -> dict[str, int]:
    """Wait for the end of a pass."""
    output, errors = worker.communicate(timeout=60)
    assert worker.returncode == 0, errors
    return dict(json.loads(output.splitlines()[-1]))


def outbox_app(database_url: str, folder: Path, port: int) -> Flask:
    """An application that is the outbox and nothing above it: it starts in a moment."""
    app = Flask("outbox")
    app.config.update(
        SETTINGS=Settings(DATA_DIR=folder),
        BASE_URL="http://localhost",
        SQLALCHEMY_DATABASE_URI=database_url,
        MAIL_SERVER="127.0.0.1" if port else None,
        MAIL_PORT=port,
        MAIL_DEFAULT_SENDER="Announcements <announcements@vendor.example>",
    )
    db.init_app(app)
    return app


if __name__ == "__main__":
    url, data_dir, at, moment = sys.argv[1:]
    with outbox_app(url, Path(data_dir), int(at)).app_context():
        done = deliver_due(datetime.fromisoformat(moment), f"worker {os.getpid()}")
        sys.stdout.write(json.dumps(done) + "\n")
