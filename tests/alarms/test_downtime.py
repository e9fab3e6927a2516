"""A worker that was down over a deadline: it says so within a minute of its start, and sends nothing late by itself."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

import pytest
from flask import Flask
from sqlalchemy import select

from entrypoints.settings import PROJECT, Settings
from outbox.models import Heartbeat, OutboxMessage
from schedules.notices import Notice, NoticeState
from sla.terms import Change
from storage import db
from tests.alarms.listener import Listener
from tests.alarms.watching import standing
from tests.planning import ACCEPTANCE_DEADLINE, PRODUCTION_DEADLINE, pass_of_the_clock, planned_release, the_notice
from tests.smtp_server import SMTPServer
from tests.world import World, both_databases

pytestmark = pytest.mark.skipif(shutil.which("faketime") is None, reason="there is no faketime")
PATIENCE = 60.0


def start_worker(settings: Settings, at: datetime, **more: str) -> subprocess.Popen[str]:
    """Start a real worker, whose clock begins at a moment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAIL_", "ALARM_"))}
    environment |= {
        "FLASK_APP": "app",
        "TZ": "UTC",
        # Pauses are real ones: only the date is another.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DATA_DIR": str(settings.DATA_DIR),
        "DATABASE_URL": settings.database_url(),
        "SECRET_KEY": str(settings.SECRET_KEY),
        "BASE_URL": "http://localhost",
    } | more
    command = [
        "faketime",
        "-m",
        "-f",
        f"@{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        sys.executable,
        "-m",
        "flask",
        "worker",
    ]
    return subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.PIPE, text=True)


def stop(worker: subprocess.Popen[str]) -> str:
    """Tell a worker to stop; returns its log."""
    own = subprocess.run(["pgrep", "-P", str(worker.pid)], capture_output=True, text=True, check=False).stdout.split()
    for process in own or [str(worker.pid)]:
        os.kill(int(process), signal.SIGTERM)
    return worker.communicate(timeout=PATIENCE)[1]


def wait_for(mails: int, server: SMTPServer) -> None:
    """Wait until a worker has sent so many mails: it is in a later pass then than its first."""
    until = monotonic() + PATIENCE
    while monotonic() < until and len(server.taken) < mails:
        sleep(0.2)


@both_databases
def test_worker_that_was_down_flags_missed_and_sends_nothing_late(
    planned: World, app: Flask, settings: Settings
) -> None:
    release = planned_release(planned.product)
    # Acceptance went into the outbox and was never sent, and then there was no worker for weeks.
    announced_at = the_notice(release, Change.ACCEPTANCE, planned.brug).announce_at
    pass_of_the_clock(announced_at)
    up_again_at = PRODUCTION_DEADLINE + timedelta(hours=1)
    assert up_again_at > ACCEPTANCE_DEADLINE
    db.session.remove()
    with SMTPServer() as server, Listener() as listener:
        worker = start_worker(
            settings,
            up_again_at,
            MAIL_SERVER="127.0.0.1",
            MAIL_PORT=str(server.port),
            ALARM_URLS=listener.url,
            ALARM_LANGUAGE="en",
        )
        try:
            # Of two alarms, to three people.
            wait_for(6, server)
        finally:
            log = stop(worker)
        told, mails = listener.told, [taken.mail["Subject"] for taken in server.taken]

    notices = db.session.scalars(select(Notice)).all()
    assert {notice.state for notice in notices} == {NoticeState.MISSED}, log
    missed_at = {notice.missed_at for notice in notices}
    assert max(moment - up_again_at for moment in missed_at if moment) < timedelta(minutes=1)
    # Of the four that were queued in time nothing left: what was sent is about the alarms alone.
    states = {message.state.value for message in db.session.scalars(select(OutboxMessage)) if message.announcement_id}
    assert states == {"expired"}
    alarms = [
        "MISSED: 2 tenants not told of release 2027.1 in acceptance in time",
        "MISSED: 2 tenants not told of release 2027.1 in production in time",
    ]
    assert sorted(mails) == sorted(alarms * 3)
    assert sorted(told) == alarms
    assert standing() == [("missed", 0, False)] * 2
    # It stopped in order: nobody is to miss it.
    assert db.session.scalars(select(Heartbeat.worker)).all() == []
