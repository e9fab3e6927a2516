"""A pass in a process of its own, which can be killed: `python -m tests.webhooks.worker URL NOW`."""

import json
import os
import subprocess
import sys
from datetime import datetime

from flask import Flask

from entrypoints.settings import PROJECT
from storage import db
from webhooks.delivery import deliver_due


def start(database_url: str, now: datetime) -> subprocess.Popen[str]:
    """Start a pass. Its counts come as JSON on its output."""
    command = [sys.executable, "-m", "tests.webhooks.worker", database_url, now.isoformat()]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def counts(worker: subprocess.Popen[str]) -> dict[str, int]:
    """Wait for the end of a pass."""
    output, errors = worker.communicate(timeout=60)
    assert worker.returncode == 0, errors
    return dict(json.loads(output.splitlines()[-1]))


if __name__ == "__main__":
    url, moment = sys.argv[1:]
    app = Flask("webhooks")
    app.config.update(
        SQLALCHEMY_DATABASE_URI=url,
        WEBHOOK_KEY="a key for tests, of some length",
        WEBHOOK_ALLOW_PRIVATE="127.0.0.0/8",
        WEBHOOK_ALLOW_HTTP=True,
    )
    db.init_app(app)
    with app.app_context():
        done = deliver_due(datetime.fromisoformat(moment), f"worker {os.getpid()}")
        sys.stdout.write(json.dumps(done) + "\n")
