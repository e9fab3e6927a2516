"""A database that was restored is known as one, and what it has forgotten is not sent again."""

import json
import mailbox
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select

from entrypoints.tick import tick
from evidence.chain import Kind
from evidence.models import Entry
from outbox.comparing import compare
from outbox.hold_models import OutboxCount
from outbox.holds import hold, present_hold, release, waiting_mails
from outbox.marks import behind
from outbox.models import MessageState
from storage import Refused, db
from tests.outbox.rows import letter, queue, row, states, use
from tests.smtp_server import SMTPServer
from tests.world import MANAGER, NOW, PLANNER, both_databases

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def in_english(app: Flask) -> Iterator[None]:
    """What is refused is read here in the words of the code."""
    with force_locale("en"):
        yield


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def server(app: Flask, tmp_path: Path) -> Iterator[SMTPServer]:
    with SMTPServer() as running:
        use(app, running)
        mailbox.Maildir(str(tmp_path / "journal"))
        yield running


def back_up(tmp_path: Path) -> None:
    db.session.rollback()
    with sqlite3.connect(tmp_path / "test.db") as live, sqlite3.connect(tmp_path / "backup.db") as copy:
        live.backup(copy)


def restore(tmp_path: Path) -> None:
    db.session.remove()
    db.engine.dispose()
    for path in tmp_path.glob("test.db*"):
        path.unlink()
    shutil.copy(tmp_path / "backup.db", tmp_path / "test.db")


def into_journal(server: SMTPServer, tmp_path: Path) -> None:
    box = mailbox.Maildir(str(tmp_path / "journal"))
    for taken in server.taken:
        box.add(taken.content)


def test_restored_database_sends_nothing_again(app: Flask, server: SMTPServer, tmp_path: Path) -> None:
    app.config["MAIL_JOURNAL_READ"] = f"maildir:{tmp_path / 'journal'}"
    waiting = queue(3)
    back_up(tmp_path)
    sent = tick("worker")["sent"]
    into_journal(server, tmp_path)
    restore(tmp_path)
    forgotten = states(*waiting)
    new = queue(of=letter(announcement_id=2, subject="Another"), announcement_id=2)
    counts = tick("worker")

    assert (sent, forgotten) == (3, ["queued"] * 3)
    assert (counts["held"], counts["proved"], "sent" in counts) == (1, 3, False)
    assert [row(one).proof.startswith("journal copy ") for one in waiting] == [True] * 3
    assert (states(*waiting), len(server.taken)) == (["sent"] * 3, 3)
    assert waiting_mails() == 1
    release(MANAGER, NOW)
    assert (tick("worker")["held"], states(*new), len(server.taken)) == (0, ["sent"], 4)
    assert db.session.scalars(select(Entry.kind)).all().count(Kind.RELEASED) == 1


def test_mail_whose_row_was_made_anew_is_known_by_its_words(app: Flask, server: SMTPServer, tmp_path: Path) -> None:
    app.config["MAIL_JOURNAL_READ"] = f"maildir:{tmp_path / 'journal'}"
    tick("worker")
    back_up(tmp_path)
    queue(2)
    tick("worker")
    into_journal(server, tmp_path)
    restore(tmp_path)
    anew = queue(2)
    other = queue(of=letter(announcement_id=2, plain="Hello,\n\nIt moved."), announcement_id=2)
    tick("worker")

    assert (states(*anew), states(*other)) == (["sent"] * 2, ["queued"])
    first = row(anew[0])
    assert first.message_id == server.taken[0].mail["Message-ID"]
    assert first.proof.endswith(f", sent before the database was restored as {first.message_id}")


@both_databases
def test_older_count_holds_the_outbox_and_younger_does_not(app: Flask, server: SMTPServer, tmp_path: Path) -> None:
    queue()
    tick("worker")
    kept = json.loads((tmp_path / "outbox.mark").read_text())
    well = behind()
    (tmp_path / "outbox.mark").write_text(json.dumps(kept | {"passes": kept["passes"] - 1}))
    behind_us = behind()
    (tmp_path / "outbox.mark").write_text(json.dumps(kept | {"passes": kept["passes"] + 1}))
    ahead_of_us = behind()
    (tmp_path / "outbox.mark").write_text(json.dumps(kept | {"passes": 99, "identity": "another"}))

    assert kept["passes"] == 1
    assert (well, behind_us, behind()) == ("", "", "")
    assert ahead_of_us.startswith("the database is older than what was sent from here until 2026-11-23T09:0")
    (tmp_path / "outbox.mark").write_text(json.dumps(kept | {"head_id": 7, "head_hash": "0" * 64}))
    assert behind().startswith("its evidence ends before entry 7")
    for nothing in ("", "{}", "[]", '{"identity": 1}'):
        (tmp_path / "outbox.mark").write_text(nothing)
        assert behind() == ""


def test_mark_of_another_machine_does_not_hold_what_a_person_released(
    app: Flask, server: SMTPServer, tmp_path: Path
) -> None:
    queue()
    tick("worker")
    of_another_machine = (tmp_path / "outbox.mark").read_text().replace('"passes": 1', '"passes": 9')
    (tmp_path / "outbox.mark").write_text(of_another_machine)
    held = tick("worker")["held"]
    release(MANAGER, NOW)
    (tmp_path / "outbox.mark").write_text(of_another_machine)

    assert (held, tick("worker")["held"]) == (1, 0)
    assert db.session.scalars(select(OutboxCount.generation)).one() == 2


@both_databases
def test_held_outbox_sends_nothing_and_is_released_by_a_manager(
    app: Flask, server: SMTPServer, client: FlaskClient
) -> None:
    (number,) = queue()
    hold("moving house", MANAGER, NOW)
    with pytest.raises(Refused, match="held already"):
        hold("again", MANAGER, NOW)
    counts = tick("worker")
    unwell = client.get("/healthz").get_json()
    db.session.rollback()

    assert (counts["held"], states(number)) == (1, ["queued"])
    assert unwell["problems"] == ["the outbox is held, nothing is sent"]
    with pytest.raises(PermissionError):
        release(PLANNER, NOW)
    assert release(MANAGER, NOW) == 1
    with pytest.raises(Refused, match="not held"):
        release(MANAGER, NOW)
    assert (tick("worker")["sent"], states(number)) == (1, ["sent"])


def test_release_asks_for_a_comparison_where_there_is_a_journal(app: Flask, server: SMTPServer, tmp_path: Path) -> None:
    app.config["MAIL_JOURNAL_READ"] = f"maildir:{tmp_path / 'gone'}"
    hold("moving house", MANAGER, NOW)
    tick("worker")
    with pytest.raises(Refused, match="Compare it with the journal first"):
        release(MANAGER, NOW)
    mailbox.Maildir(str(tmp_path / "gone"))
    assert compare(NOW) == 0
    release(MANAGER, NOW)
    assert present_hold() is None


def test_what_became_late_while_it_was_held_is_not_sent(
    app: Flask, server: SMTPServer, clock: time_machine.Traveller
) -> None:
    (number,) = queue(not_after=NOW + MINUTE)
    hold("moving house", MANAGER, NOW)
    tick("worker")
    clock.shift(2 * MINUTE)
    release(MANAGER, NOW + 2 * MINUTE)
    tick("worker")
    assert (row(number).state, server.taken) == (MessageState.EXPIRED, [])


def test_commands_hold_say_compare_and_release(app: Flask, server: SMTPServer, tmp_path: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        result = app.test_cli_runner().invoke(args=["outbox", *words])
        return result.exit_code, result.output

    queue(2)
    assert run("status") == (0, "The outbox is not held. Waiting: 2.\n")
    assert run("hold", "--reason", "moving house")[0] == 0
    assert run("compare") == (1, "Error: There is no journal to compare with: set MAIL_JOURNAL_READ.\n")
    app.config["MAIL_JOURNAL_READ"] = f"maildir:{tmp_path / 'journal'}"
    assert run("compare") == (0, "Found in the journal: 0. Would be sent when released: 2.\n")
    assert run("status")[1] == (
        "The outbox is held since 2026-11-23 09:00 UTC by command line: moving house\n"
        "Found in the journal: 0 (compared at 2026-11-23 09:00 UTC). Would be sent when released: 2.\n"
    )
    assert run("release") == (0, "The outbox is released. Waiting: 2.\n")
    assert run("release") == (1, "Error: outbox: The outbox is not held.\n")
