"""`flask watch` tells when nobody works; `flask alarms test` tells whether everybody is told who should be."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import delete

from accounts.models import User
from outbox.delivery import beat
from storage import db
from tests.alarms.listener import Listener
from tests.alarms.watching import mailed, standing
from tests.commands.conftest import Run
from tests.outbox.rows import queue
from tests.world import NOW, World, both_databases

READERS = [f"{role}@vendor.example" for role in ("admin", "manager", "operator", "planner")]


@both_databases
def test_watch_is_content_while_a_worker_runs(run: Run, planned: World) -> None:
    beat("here/1", NOW)
    result = run("watch")

    assert (result.exit_code, result.output) == (0, "A worker runs, and no mail waits.\n")
    assert mailed() == []


@both_databases
def test_watch_raises_the_alarm_itself_and_once(run: Run, planned: World, app: Flask) -> None:
    beat("here/1", NOW - timedelta(minutes=2))
    queue(next_attempt_at=NOW - timedelta(minutes=6))
    with Listener() as listener:
        app.config.update(ALARM_URLS=listener.url, ALARM_LANGUAGE="en")
        for _time in range(2):
            result = run("watch")
            assert result.exit_code == 1
            assert [line.split(".")[0] for line in result.output.splitlines()] == [
                "No worker is running",
                "Worker here/1 is silent",
                "Mail waits, and nothing sends it",
            ]
        assert listener.told == [line.split(".")[0] for line in result.output.splitlines()]
    assert len(standing()) == 3


def test_trial_goes_to_everybody_and_says_how_each_went(run: Run, planned: World, app: Flask) -> None:
    with Listener() as well, Listener() as broken:
        broken.status = 500
        app.config.update(ALARM_URLS=f"{well.url} {broken.url}", ALARM_LANGUAGE="en")
        result = run("alarms", "test")
        assert well.told == ["Trial: this is how an alarm reaches you"]

    assert result.output.splitlines() == [
        *[f"ok     {reader}: in the outbox, for the worker to send" for reader in READERS],
        "ok     JSON (1): told",
        "WRONG  JSON (2): it cannot be reached, or refuses",
    ]
    assert result.exit_code == 1
    assert mailed() == ["Trial: this is how an alarm reaches you"] * 4
    assert standing() == []


def test_trial_says_that_nobody_would_be_told(run: Run, planned: World) -> None:
    db.session.execute(delete(User))
    db.session.commit()
    result = run("alarms", "test")

    assert result.output.startswith("Error: Nobody is told of alarms")
    assert result.exit_code == 1


def test_doctor_reads_the_channels_and_shows_no_secret(run: Run, planned: World, app: Flask) -> None:
    app.config["ALARM_URLS"] = "json://127.0.0.1/secret-one slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    well = run("doctor")
    app.config["ALARM_URLS"] = "nosuch://secret-one"
    wrong = run("doctor")

    assert well.output.splitlines()[-1] == "ok     alarms: by mail, and by JSON (1), Slack (2)"
    assert wrong.output.splitlines()[-1].startswith("WRONG  alarms: ALARM_URLS: address 1 (nosuch://...) is none")
    assert (well.exit_code, wrong.exit_code) == (0, 1)
    assert "secret-one" not in well.output + wrong.output
