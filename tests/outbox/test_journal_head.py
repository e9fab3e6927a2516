"""The head of the evidence leaves once a day, and shows later what was cut off."""

import mailbox
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from evidence.chain import Happening, Kind, append, head
from outbox.delivery import deliver_due
from outbox.journal_head import keep_head, kept_heads
from storage import db
from tests.at_once import Act, at_once
from tests.outbox.dovecot import Dovecot
from tests.outbox.rows import use
from tests.smtp_server import SMTPServer
from tests.world import NOW, both_databases

DAY = timedelta(days=1)


def happen(number: int = 2) -> None:
    append([Happening(Kind.PLANNED, "planner", None, {"release": one}) for one in range(number)], NOW)
    db.session.commit()


def journal(app: Flask, tmp_path: Path) -> mailbox.Maildir:
    app.config.update(MAIL_JOURNAL="journal@vendor.example", MAIL_JOURNAL_READ=f"maildir:{tmp_path / 'journal'}")
    return mailbox.Maildir(str(tmp_path / "journal"))


def verify(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["evidence", "verify", *words])


@both_databases
def test_head_is_queued_once_a_day_whoever_tries(app: Flask, tmp_path: Path) -> None:
    def worker() -> Act:
        return lambda: keep_head(NOW)

    without = keep_head(NOW)
    journal(app, tmp_path)
    empty = keep_head(NOW)
    happen()
    at_the_same_moment = at_once(app, [worker, worker, worker])

    assert (without, empty) == (0, 0)
    assert sorted(map(str, at_the_same_moment)) == ["0", "0", "1"]
    assert (keep_head(NOW + DAY / 4), keep_head(NOW + DAY), keep_head(NOW + DAY)) == (0, 1, 0)


def test_head_in_the_journal_shows_what_was_cut_off(app: Flask, tmp_path: Path) -> None:
    box = journal(app, tmp_path)
    with SMTPServer() as server:
        use(app, server)
        for day in range(2):
            happen()
            keep_head(NOW + day * DAY)
            deliver_due(NOW + day * DAY, "worker")
    for content in {taken.content for taken in server.taken}:
        box.add(content)
    box.add(b"Subject: Head of the evidence\n\nHead: nonsense\n")
    box.add(b"Subject: Head of the evidence \xff\n\0\xff\n")
    end = head()
    db.session.rollback()
    with time_machine.travel(NOW + 2 * DAY):
        well = verify(app, "--journal")
        heads = kept_heads(NOW + 2 * DAY)
        for name in db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            db.session.execute(text(f"DROP TRIGGER {name}"))
        db.session.execute(text("DELETE FROM evidence_entry WHERE id > 3"))
        db.session.commit()
        inside = verify(app)
        cut = verify(app, "--head", "@journal")

    assert [one.id for one in heads] == [2, 4]
    assert well.output == (
        f"The evidence holds. It agrees with 2 heads in the journal, the newest {end}. "
        f"Its head, to be kept outside: {end}\n"
    )
    assert inside.exit_code == 0
    assert (cut.exit_code, cut.stderr.splitlines()[0]) == (1, "entry 4: it is missing: the end was cut off")


def test_heads_are_found_on_an_imap_server(app: Flask, dovecot: Dovecot) -> None:
    app.config.update(MAIL_JOURNAL="journal@vendor.example", MAIL_JOURNAL_READ=dovecot.url())
    happen()
    with SMTPServer() as server:
        use(app, server)
        keep_head(NOW)
        deliver_due(NOW, "worker")
    dovecot.put(server.taken[0].content.replace(b"\r\n", b"\n"), NOW)

    assert kept_heads(NOW) == [head()]


@pytest.mark.parametrize("kind", ["none", "gone", "empty"])
def test_journal_without_a_head_is_said(app: Flask, tmp_path: Path, kind: str) -> None:
    if kind != "none":
        app.config["MAIL_JOURNAL_READ"] = f"maildir:{tmp_path / 'journal'}"
    if kind == "empty":
        mailbox.Maildir(str(tmp_path / "journal"))
    result = verify(app, "--journal")

    said = {
        "none": "There is no journal to compare with: set MAIL_JOURNAL_READ.",
        "gone": f"The journal cannot be read: maildir:{tmp_path / 'journal'}: there is no maildir",
        "empty": "There is no head of the evidence in the journal.",
    }[kind]
    assert (result.exit_code, result.stderr) == (1, f"Error: {said}\n")
