import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outbox import mailbox
from outbox.relay import Relay
from outbox.replies import Outcome
from outbox.smtp import Session
from tests.outbox import worker
from tests.smtp_server import SMTPServer
from tests.world import NOW

PROJECT = Path(__file__).resolve().parents[2]
HOST = "import sys, time; from pathlib import Path; from outbox import mailbox; {then}"
STAY = "print(*mailbox.ensure(Path(sys.argv[1])), flush=True); time.sleep(60)"
NAME = "20261123T090000.000000Z-{:08x}.eml"


@pytest.fixture(autouse=True)
def leave() -> Iterator[None]:
    yield
    mailbox.close()


def hand_in(address: tuple[str, int], mail: bytes, to: str = "reader@brug.example") -> str:
    session = Session(Relay(*address))
    answer = session.send("bounce@vendor.example", to, mail, lambda: True)
    session.close()
    assert answer.outcome == Outcome.ACCEPTED, answer
    return answer.reply.removeprefix("250 2.0.0 Kept as ")


def host(data_dir: Path, then: str = STAY) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", HOST.format(then=then), str(data_dir)]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)


def address_of(process: "subprocess.Popen[str]") -> tuple[str, int]:
    assert process.stdout is not None
    name, port = process.stdout.readline().split()
    return name, int(port)


def kill(process: "subprocess.Popen[str]") -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def test_mail_is_kept_as_a_file_and_read_back(tmp_path: Path) -> None:
    address = mailbox.ensure(tmp_path)
    assert mailbox.ensure(tmp_path) == address
    mail = (
        b"From: Vendor <notices@vendor.example>\r\nTo: An <an@brug.example>\r\n"
        b"Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nSubject: =?utf-8?q?Uitgave_=F0=9F=9A=80?=\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n.\r\nHallo \xc3\xa9\r\n"
    )
    name = hand_in(address, mail)
    kept = mailbox.read_mail(tmp_path, name)
    assert kept is not None
    assert (kept.name, kept.subject, kept.sender, kept.to) == (
        name,
        "Uitgave 🚀",
        "Vendor <notices@vendor.example>",
        "An <an@brug.example>",
    )
    assert kept.sent_at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert (kept.text, kept.html, kept.attachments) == (".\nHallo é\n", "", ())
    assert (tmp_path / "mailbox" / name).read_bytes() == (
        b"Return-Path: <bounce@vendor.example>\r\nDelivered-To: reader@brug.example\r\n" + mail
    )
    assert kept.raw.endswith("Hallo é\n")


def test_newest_comes_first_a_page_at_a_time(tmp_path: Path) -> None:
    assert mailbox.list_mails(tmp_path, 1).mails == []
    address = mailbox.ensure(tmp_path)
    session = Session(Relay(*address))
    for number in range(1, 53):
        session.send("a@vendor.example", "b@brug.example", b"Subject: %d\r\n\r\n" % number, lambda: True)
    session.close()
    first, second, beyond = (mailbox.list_mails(tmp_path, page) for page in (1, 2, 9))
    assert [mail.subject for mail in first.mails] == [str(number) for number in range(52, 2, -1)]
    assert [mail.subject for mail in second.mails] == ["2", "1"]
    assert (first.page, first.pages, first.total, beyond) == (1, 2, 52, second)
    assert mailbox.list_mails(tmp_path, -1) == first


def test_parts_are_told_apart(tmp_path: Path) -> None:
    mail = (
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nText\r\n'
        b"--b\r\nContent-Type: text/html; charset=klingon\r\n\r\n<p>\xc3\xa9</p>\r\n"
        b"--b\r\nContent-Type: text/calendar; method=PUBLISH\r\n\r\nBEGIN:VCALENDAR\r\n"
        b'--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="sla.txt"\r\n\r\nx\r\n--b--\r\n'
    )
    kept = mailbox.read_mail(tmp_path, hand_in(mailbox.ensure(tmp_path), mail))
    assert kept is not None
    assert (kept.text, kept.html) == ("Text", "<p>é</p>")
    assert kept.attachments == ("text/calendar", "sla.txt")


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "lock",
        "port",
        "../secret_key",
        "../mailbox/" + NAME.format(1),
        "/etc/passwd",
        NAME.format(1) + "/..",
        NAME.format(1) + "\0",
        NAME.format(1) + "\n",
        "..%2fsecret_key",
        NAME.format(2),
        NAME.format(3),
    ],
)
def test_only_kept_mails_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret_key").write_text("secret")
    (tmp_path / "mailbox").mkdir()
    (tmp_path / "mailbox" / "port").write_text("25 x")
    (tmp_path / "mailbox" / NAME.format(1)).write_text("Subject: here\n\n")
    (tmp_path / "mailbox" / NAME.format(3)).mkdir()
    assert mailbox.read_mail(tmp_path, name) is None


BROKEN = [
    b"",
    b"\0\xff\xfe",
    b"no header at all",
    b"Subject\r\n\r\n",
    b"From: <<<@,;:>\r\nTo: ,\r\nDate: yesterday\r\nSubject: =?utf-8?b?a?=\r\n\r\n",
    b"Date: Mon, 99 Nov 99999999 99:99:99 +9999\r\n\r\n",
    b"Subject: \xff\xfe\xed\xa0\x80\r\nContent-Type: text/plain; charset=\xff\r\n\r\n\xed\xa0\x80",
    b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
    b"Content-Type: multipart/mixed\r\n\r\nnothing",
    b"Content-Type: text/plain; charset=zlib\r\nContent-Transfer-Encoding: base64\r\n\r\n****",
    b"Content-Type: text/html; charset*=utf-8'\r\nContent-Disposition: attachment; filename*=x'y'%FF\r\n\r\n<p>",
    b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ntext",
    b"To: " + b"a@b.example, " * 5000,
]


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_broken_file_does_not_hide_the_others(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mailbox").mkdir()
    (tmp_path / "mailbox" / NAME.format(1)).write_bytes(content)
    (tmp_path / "mailbox" / NAME.format(2)).write_bytes(b"Subject: whole\r\n\r\n")
    assert [mail.name for mail in mailbox.list_mails(tmp_path, 1).mails] == [NAME.format(2), NAME.format(1)]
    kept = mailbox.read_mail(tmp_path, NAME.format(1))
    assert kept is not None
    "".join([kept.subject, kept.sender, kept.to, kept.text, kept.html, *kept.attachments]).encode()


def test_folder_that_is_full_refuses_for_now(tmp_path: Path) -> None:
    session = Session(Relay(*mailbox.ensure(tmp_path)))
    (tmp_path / "mailbox").rename(tmp_path / "away")
    answer = session.send("a@vendor.example", "b@brug.example", b"\r\n", lambda: True)
    session.close()
    assert (answer.outcome, answer.reply[:9]) == (Outcome.TEMPORARY, "452 4.3.1")


def test_another_process_takes_over_from_a_host_that_died(tmp_path: Path) -> None:
    first = host(tmp_path)
    theirs = address_of(first)
    assert mailbox.ensure(tmp_path) == theirs
    hand_in(theirs, b"Subject: one\r\n\r\n")
    kill(first)
    ours = mailbox.ensure(tmp_path)
    hand_in(ours, b"Subject: two\r\n\r\n")
    second = host(tmp_path)
    assert address_of(second) == ours
    mailbox.close()
    third = mailbox.ensure(tmp_path)
    hand_in(third, b"Subject: three\r\n\r\n")
    kill(second)
    assert [mail.subject for mail in mailbox.list_mails(tmp_path, 1).mails] == ["three", "two", "one"]


def test_stranger_at_the_port_of_a_dead_host_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "mailbox").mkdir()
    with SMTPServer() as stranger:
        (tmp_path / "mailbox" / "port").write_text(f"{stranger.port} 0123456789abcdef\n")
        assert mailbox.ensure(tmp_path) != ("127.0.0.1", stranger.port)


def test_host_that_holds_the_lock_but_does_not_answer_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "PATIENCE", 0.3)
    holder = host(
        tmp_path,
        "mailbox.ensure(Path(sys.argv[1])); mailbox._here.server.stop(); " + "print(1, 1, flush=True); time.sleep(60)",
    )
    address_of(holder)
    with pytest.raises(TimeoutError, match="no mailbox answers"):
        mailbox.ensure(tmp_path)
    kill(holder)
    assert mailbox.ensure(tmp_path)[0] == "127.0.0.1"


def test_child_of_a_host_neither_serves_nor_holds_on(tmp_path: Path) -> None:
    # The child speaks for itself: only then has it let go of what it was born with.
    fork = (
        "import os; print(*mailbox.ensure(Path(sys.argv[1])), flush=True); "
        "os.fork() or print(os.getpid(), flush=True); time.sleep(60)"
    )
    parent = host(tmp_path, fork)
    theirs = address_of(parent)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert mailbox.ensure(tmp_path) == theirs
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(theirs, timeout=2)
    assert mailbox.ensure(tmp_path) != theirs
    os.kill(child, signal.SIGKILL)
    parent.stdout.close()


def test_host_that_ends_first_takes_the_mail_under_way(tmp_path: Path) -> None:
    session = Session(Relay(*mailbox.ensure(tmp_path)))

    def leave_now() -> bool:
        from threading import Thread

        Thread(target=mailbox.close).start()
        return True

    assert session.send("a@vendor.example", "b@brug.example", b"\r\n", leave_now).outcome == Outcome.ACCEPTED
    session.close()
    assert mailbox.list_mails(tmp_path, 1).total == 1


def test_one_process_hosts_one_mailbox(tmp_path: Path) -> None:
    first = mailbox.ensure(tmp_path / "one")
    second = mailbox.ensure(tmp_path / "two")
    assert first != second
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(first, timeout=2)


def test_worker_of_another_process_hands_in_here(tmp_path: Path, migrated_sqlite: Path) -> None:
    mailbox.ensure(tmp_path)
    assert worker.counts(worker.start(f"sqlite:///{migrated_sqlite}", tmp_path, 0, NOW))["sent"] == 0
