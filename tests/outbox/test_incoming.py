"""Reports are read from a mailbox: a real IMAP server, and a maildir as the standard library writes it."""

import mailbox
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from entrypoints.settings import WrongSetting, read_settings
from outbox import incoming
from outbox.addresses import return_path
from outbox.incoming import read_reports
from outbox.mailbox_address import Address
from outbox.mailbox_reading import Mailbox, Unreadable
from outbox.mailboxes import opened
from outbox.maildir import Maildir
from outbox.models import MessageState
from outbox.report_models import MailboxReading
from storage import db
from tests.outbox.dovecot import PASSWORD, USER, Dovecot
from tests.outbox.rows import queue, row
from tests.outbox.written_reports import away, report
from tests.world import NOW

MINUTE = timedelta(minutes=1)


def sent(number: int = 1) -> list[int]:
    return queue(number, state=MessageState.SENT, sent_at=NOW, attempts=1)


def bounce(number: int) -> bytes:
    message = row(number)
    return report(return_path(message), message.address, message.message_id)


def reading() -> MailboxReading:
    db.session.rollback()
    return db.session.get_one(MailboxReading, "reports")


def test_reports_are_read_from_imap_and_moved(app: Flask, dovecot: Dovecot) -> None:
    first, second = sent(2)
    for mail in (
        bounce(first),
        b"Subject: hello\n\nhello\n",
        away("x@y.example", "a@b.example", "<x@y>"),
        bounce(second),
    ):
        dovecot.put(mail)
    app.config["MAIL_REPORTS_READ"] = dovecot.url()

    assert read_reports(NOW) == 4
    assert (row(first).bounced_at, row(second).bounced_at) == (NOW, NOW)
    assert [dovecot.number(one) for one in ("INBOX", "INBOX.Processed", "INBOX.Not-understood")] == [0, 3, 1]
    assert (reading().read_at, reading().problem) == (NOW, "")


def test_reports_are_read_from_a_maildir_and_moved(app: Flask, tmp_path: Path) -> None:
    (number,) = sent()
    box = mailbox.Maildir(str(tmp_path / "reports"))
    box.add(bounce(number))
    box.add(b"Subject: hello\n\nhello\n")
    app.config["MAIL_REPORTS_READ"] = f"maildir:{tmp_path / 'reports'}"

    assert read_reports(NOW) == 2
    assert row(number).bounced_at == NOW
    assert (len(box), len(box.get_folder("Processed")), len(box.get_folder("Not-understood"))) == (0, 1, 1)


@pytest.mark.parametrize("kind", ["imap", "maildir"])
def test_kill_between_reading_and_moving_has_it_read_again(
    app: Flask, dovecot: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    (number,) = sent()
    box = mailbox.Maildir(str(tmp_path / "reports"))
    if kind == "imap":
        dovecot.put(bounce(number))
    else:
        box.add(bounce(number))
    app.config["MAIL_REPORTS_READ"] = dovecot.url() if kind == "imap" else f"maildir:{tmp_path / 'reports'}"

    def killed(*_words: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("outbox.imap.Imap.put_aside", killed)
        patched.setattr("outbox.maildir.Maildir.put_aside", killed)
        with pytest.raises(KeyboardInterrupt):
            read_reports(NOW)
    marked = row(number).bounced_at
    again = read_reports(NOW + MINUTE)

    assert (marked, again, row(number).bounced_at) == (NOW, 1, NOW)
    moved = dovecot.number("INBOX.Processed") if kind == "imap" else len(box.get_folder("Processed"))
    assert moved == 1


def test_mail_is_marked_as_seen_where_no_folder_can_be_made(app: Flask, tmp_path: Path) -> None:
    (number,) = sent()
    box = mailbox.Maildir(str(tmp_path / "reports"))
    box.add(bounce(number))
    (tmp_path / "reports" / ".Processed").write_text("in the way")
    app.config["MAIL_REPORTS_READ"] = f"maildir:{tmp_path / 'reports'}"

    assert (read_reports(NOW), read_reports(NOW + MINUTE)) == (1, 0)
    assert len(box) == 1


def test_a_pass_is_bounded_and_garbage_does_not_stop_it(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "MOST_A_PASS", 2)
    (number,) = sent()
    box = mailbox.Maildir(str(tmp_path / "reports"))
    (tmp_path / "reports" / "new" / "0.garbage").write_bytes(b"\0\xff" * 5000)
    (tmp_path / "reports" / "new" / "1.folder").mkdir()
    (tmp_path / "reports" / "new" / "2.empty").touch()
    box.add(bounce(number))
    app.config["MAIL_REPORTS_READ"] = f"maildir:{tmp_path / 'reports'}"

    passes = [read_reports(NOW + step * MINUTE) for step in range(3)]
    assert passes == [2, 1, 0]
    assert row(number).bounced_at is not None


def test_mailbox_is_read_once_a_minute_unless_a_doubtful_row_waits(app: Flask, tmp_path: Path) -> None:
    first, second = sent(2)
    box = mailbox.Maildir(str(tmp_path / "reports"))
    app.config["MAIL_REPORTS_READ"] = f"maildir:{tmp_path / 'reports'}"
    box.add(bounce(first))
    counts = [read_reports(NOW)]
    box.add(bounce(second))
    counts += [read_reports(NOW + MINUTE / 2), read_reports(NOW + MINUTE)]
    assert counts == [1, 0, 1]


def test_server_that_is_away_is_noted_and_left_alone_for_a_minute(app: Flask, dovecot: Dovecot) -> None:
    app.config["MAIL_REPORTS_READ"] = dovecot.url()
    dovecot.stop()
    assert read_reports(NOW) == 0
    failed = reading()
    assert failed.failing_since == NOW
    assert failed.problem.startswith(f"imap://{USER}@127.0.0.1:{dovecot.port}/INBOX: ")
    assert PASSWORD not in failed.problem
    read_reports(NOW + 2 * MINUTE)
    assert reading().failing_since == NOW
    with dovecot:
        read_reports(NOW + 4 * MINUTE)
    assert (reading().failing_since, reading().problem, reading().read_at) == (None, "", NOW + 4 * MINUTE)


@pytest.mark.parametrize("folder", ["Nowhere", ""])
def test_what_cannot_be_opened_says_why(dovecot: Dovecot, tmp_path: Path, folder: str) -> None:
    wrong = dovecot.url("Nowhere") if folder else dovecot.url().replace("word@", "wrong@")
    with pytest.raises(Unreadable, match="imap://"), opened(wrong):
        pass
    with pytest.raises(Unreadable, match="there is no maildir"), opened(f"maildir:{tmp_path}/gone"):
        pass


ADDRESSES = [
    ("imaps://me:secret@mail.example", Address("imaps", "mail.example", 993, "me", "secret", "INBOX")),
    ("imap://me%40vendor.example:s%2Fe%3Ac@[::1]:1143/Reports/New",
     Address("imap", "::1", 1143, "me@vendor.example", "s/e:c", "Reports/New")),
    ("maildir:/var/mail/reports", Address("maildir", folder="/var/mail/reports")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "address"), ADDRESSES)
def test_address_of_a_mailbox(text: str, address: Address) -> None:
    assert Address.parse(text) == address
    assert "secret" not in str(address)


@pytest.mark.parametrize(
    "wrong", ["mail.example", "pop3://me:secret@mail.example", "imap://mail.example", "imap://me@mail.example",
              "imap://me:secret@mail.example:port", "maildir:relative", "imap://me:sec%0aret@mail.example"]
)  # fmt: skip
@pytest.mark.parametrize("name", ["MAIL_REPORTS_READ", "MAIL_JOURNAL_READ"])
def test_wrong_address_stops_the_start_without_its_password(tmp_path: Path, name: str, wrong: str) -> None:
    with pytest.raises(WrongSetting) as stopped:
        read_settings(_env_file=None, DATA_DIR=tmp_path, **{name: wrong})
    said = str(stopped.value).splitlines()[1]
    assert said == f"  {name}: expected imaps://USER:PASSWORD@HOST/FOLDER, imap://... or maildir:/PATH"


def test_both_mailboxes_must_be_two(tmp_path: Path) -> None:
    same = f"maildir:{tmp_path}"
    with pytest.raises(WrongSetting, match="must be two mailboxes"):
        read_settings(_env_file=None, DATA_DIR=tmp_path, MAIL_REPORTS_READ=same, MAIL_JOURNAL_READ=same)


def test_both_kinds_keep_the_same_promises(tmp_path: Path) -> None:
    mailbox.Maildir(str(tmp_path / "box"))
    box: Mailbox = Maildir(tmp_path / "box")
    assert (box.count(), box.waiting(), box.get("gone", 10)) == (0, [], None)
