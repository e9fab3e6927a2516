"""A worker ends when it is told to, at whatever moment that comes."""

import os
import subprocess
import sys
from pathlib import Path

from tests.served import PROJECT, run_flask

# Whoever begins to wait for an event holds its lock; told to end just then, a handler that sets it would wait for ever.
TOLD_IN_MID_WAIT = """
import os, signal, sys, threading
from flask.cli import main

waits = threading.Condition.wait

def end():
    os.kill(os.getpid(), signal.SIGTERM)

def told_while_it_begins_to_wait(condition, timeout=None):
    # Its own waiting, not that for a thread to begin.
    if sys._getframe(2).f_code.co_name == "worker":
        end()
    return waits(condition, timeout)

threading.Condition.wait = told_while_it_begins_to_wait
# Where the main thread waits for no event, it is told all the same.
later = threading.Timer(8, end)
later.daemon = True
later.start()
sys.argv = ["flask", "worker"]
main()
"""


def test_worker_that_is_told_to_end_as_it_begins_to_wait_ends(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAIL_")}
    environment |= {"FLASK_APP": "app", "DATA_DIR": str(tmp_path), "SECRET_KEY": "a key for tests, of some length"}
    run_flask(environment, "db", "upgrade")
    done = subprocess.run(
        [sys.executable, "-c", TOLD_IN_MID_WAIT],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
