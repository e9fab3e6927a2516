"""How the web server is set up: read by gunicorn itself."""

import gc
import os
import subprocess
import sys

from entrypoints.commands.serve import gunicorn_arguments
from entrypoints.settings import PROJECT, Settings
from entrypoints.web_server import keep_what_lasts
from tests.served import free_port


def test_gunicorn_reads_how_we_want_to_be_served(settings: Settings) -> None:
    arguments = gunicorn_arguments("127.0.0.1", free_port(), "app:create_app()")
    told = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--print-config", *arguments],
        cwd=PROJECT,
        env=os.environ | {"DATA_DIR": str(settings.DATA_DIR)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    read = dict(line.split("=", 1) for line in told.replace(" ", "").splitlines() if "=" in line)
    assert (read["worker_class"], read["workers"], read["threads"]) == ("gthread", "2", "8")
    assert read["control_socket_disable"] == "True"
    assert read["post_worker_init"] == "<post_worker_init()>"


def test_what_lasts_is_not_looked_through_again() -> None:
    gc.unfreeze()
    try:
        keep_what_lasts()
        assert gc.get_freeze_count() > 10_000
        assert len(gc.get_objects()) < gc.get_freeze_count()
    finally:
        gc.unfreeze()
