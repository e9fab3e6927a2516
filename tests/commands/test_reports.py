"""`flask process-report` as a mail server calls it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from entrypoints.settings import PROJECT
from outbox.addresses import return_path
from outbox.models import MessageState
from tests.commands.test_doctor import closed_port
from tests.conftest import settings_for
from tests.outbox.rows import queue, row
from tests.outbox.written_reports import away, report
from tests.world import NOW


def process(app: Flask, mail: bytes, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["process-report", *words], input=mail)
    return result.exit_code, result.output


def said_by_a_process(mail: bytes, folder: Path) -> tuple[str, str]:
    """What a mail server would see of it: the answer, and what stands in its log beside."""
    settings = {"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'test.db'}", "FLASK_APP": "app"}
    command = [sys.executable, "-m", "flask", "process-report"]
    done = subprocess.run(
        command, input=mail, capture_output=True, cwd=PROJECT, env=os.environ | settings, timeout=60, check=True
    )
    return done.stdout.decode().partition("; kept as")[0], done.stderr.decode()


def test_report_is_taken_and_said_in_one_line(app: Flask) -> None:
    (number,) = queue(state=MessageState.SENT, sent_at=NOW)
    message = row(number)
    mail = report("announcements@vendor.example", message.address, "<lost@localhost>")

    assert process(app, mail, "--to", return_path(message)) == (0, f"mail {number} came back (failed 5.1.1)\n")
    assert row(number).bounced_at == NOW


def test_what_is_not_understood_is_kept_and_not_sent_back(app: Flask, tmp_path: Path) -> None:
    mail = b"Subject: hello\n\nhello"
    assert said_by_a_process(mail, tmp_path) == ("nothing was changed: no delivery report", "")
    code, words = process(app, mail)
    process(app, mail)

    (kept,) = (tmp_path / "reports-not-understood").iterdir()
    assert (code, words) == (0, f"nothing was changed: no delivery report; kept as {kept}\n")
    assert kept.read_bytes() == mail
    answer = away("announcements@vendor.example", "reader1@brug.example", "<x@localhost>")
    assert process(app, answer) == (0, "nothing was changed: an automatic answer of a reader who is away\n")


@pytest.mark.parametrize("scheme", ["sqlite", "postgresql"])
def test_database_that_is_away_lets_the_mail_server_try_again(scheme: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    url = f"sqlite:///{tmp_path}/empty" if scheme == "sqlite" else f"postgresql+psycopg://u@127.0.0.1:{closed_port()}/x"
    mail = report("bounce+1-abcdef@vendor.example", "reader1@brug.example", "<x@localhost>")
    code, words = process(create_app(settings_for(url, tmp_path)), mail)

    assert code == 75
    assert words.startswith("the database cannot be used: ")
    assert len(words.splitlines()) == 1
