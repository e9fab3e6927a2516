"""Doubtful rows are settled from the journal: a real IMAP server, and a maildir."""

import mailbox
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from announcements import on_record
from outbox.delivery import deliver_due
from outbox.journal import TWICE, own_bytes, read_journal, sha256
from outbox.leases import LEASE, Lease
from outbox.mime import render
from outbox.models import MessageState, OutboxMessage
from storage import db
from tests import smtp_server
from tests.outbox import worker
from tests.outbox.dovecot import Dovecot
from tests.outbox.rows import DEADLINE, letter, queue, row, states, use
from tests.outbox.test_losses import killed
from tests.smtp_server import SMTPServer
from tests.world import NOW, both_databases

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOLD = timedelta(minutes=10)
TRACE = (
    b"Return-Path: <bounce+1-abc@vendor.example>\nDelivered-To: journal@vendor.example\n"
    b"Received: from mx.vendor.example\n\tby mail.vendor.example; Mon, 23 Nov 2026 10:00:05 +0100\n"
)
Put = Callable[[bytes], None]


@pytest.fixture(params=["imap", "maildir"])
def journal(request: pytest.FixtureRequest, app: Flask, tmp_path: Path) -> Iterator[Put]:
    """Put a copy into a journal, five seconds after the attempt."""
    at = NOW + 5 * SECOND
    if request.param == "imap":
        dovecot: Dovecot = request.getfixturevalue("dovecot")
        app.config["MAIL_JOURNAL_READ"] = dovecot.url()
        yield lambda mail: dovecot.put(mail.replace(b"\r\n", b"\n"), at)
        return
    box = mailbox.Maildir(str(tmp_path / "journal"))
    app.config["MAIL_JOURNAL_READ"] = f"maildir:{tmp_path / 'journal'}"

    def put(mail: bytes) -> None:
        key = box.add(mail.replace(b"\r\n", b"\n"))
        (path,) = (tmp_path / "journal" / "new").glob(f"{key}*")
        os.utime(path, (at.timestamp(), at.timestamp()))

    yield put


def doubtful(about: int = 7, **values: Any) -> OutboxMessage:
    """A row of that announcement, held until ``HOLD`` has passed."""
    usual: dict[str, Any] = {"state": MessageState.UNCERTAIN, "attempts": 1, "next_attempt_at": NOW + HOLD}
    (number,) = queue(of=letter(announcement_id=about), **(usual | {"announcement_id": about} | values))
    return row(number)


def wire(message: OutboxMessage) -> bytes:
    with db.session.no_autoflush:
        mail = render(db.session.get_one(OutboxMessage, message.id).letter, message, NOW)
    db.session.rollback()
    return mail


def test_copy_in_the_journal_proves_a_doubtful_row(app: Flask, journal: Put) -> None:
    message = doubtful()
    journal(b"Subject: something else\nMessage-ID: <other@localhost>\n\nhello\n")
    journal(b"\0\xff garbage")
    journal(TRACE + wire(message))

    assert read_journal(NOW + MINUTE) == 1
    found = row(message.id)
    assert (found.state, found.sent_at) == (MessageState.SENT, NOW + 5 * SECOND)
    assert found.sent_hash == sha256(wire(message))
    assert found.proof.startswith("journal copy ")
    assert found.proof.endswith(" of 2026-11-23 09:00:05 UTC")


@pytest.mark.parametrize("same", [True, False])
def test_copy_is_compared_with_the_bytes_we_know(app: Flask, journal: Put, same: bool) -> None:
    message = doubtful()
    signed = b"DKIM-Signature: v=1; a=rsa-sha256; d=vendor.example;\r\n b=AAAA\r\n" + wire(message)
    db.session.get_one(OutboxMessage, message.id).sent_hash = sha256(signed) if same else "0" * 64
    db.session.commit()
    journal(TRACE + b"X-Of-A-Server: x\n" + signed if same else TRACE + signed)
    read_journal(NOW + MINUTE)

    found = row(message.id)
    assert found.proof.endswith(", byte for byte" if same else ", of another attempt or changed on its way")
    assert found.sent_hash == sha256(signed)


def test_hash_is_found_below_what_servers_wrote_above() -> None:
    mail = b"DKIM-Signature: b=A\r\nFrom: a@b.example\r\nMessage-ID: <x@y>\r\n\r\nhello\r\n"
    above = b"Return-Path: <a@b>\nReceived: from x\n\tby y\nX-Vendor-Scanner: clean\n"
    found = own_bytes(above + mail.replace(b"\r\n", b"\n"))
    assert mail in found
    assert own_bytes(TRACE + mail.replace(b"\r\n", b"\n"))[0] == mail
    assert own_bytes(b"") == [b""]


@both_databases
def test_row_that_is_proved_is_not_sent_again(app: Flask, tmp_path: Path) -> None:
    app.config["MAIL_JOURNAL_READ"] = f"maildir:{tmp_path / 'journal'}"
    box = mailbox.Maildir(str(tmp_path / "journal"))
    in_journal, not_there = (doubtful(number) for number in (7, 8))
    box.add(wire(in_journal))
    with SMTPServer() as server:
        use(app, server)
        read_journal(NOW + HOLD)
        deliver_due(NOW + HOLD, "worker")

    assert states(in_journal.id, not_there.id) == ["sent", "sent"]
    assert [taken.mail["Message-ID"] for taken in server.taken] == [not_there.message_id]
    # What is proved by a copy goes on record as that.
    assert on_record.ended(row(in_journal.id)).kind.value == "proved"


def test_row_stays_held_while_the_journal_cannot_be_read(app: Flask, tmp_path: Path) -> None:
    app.config["MAIL_JOURNAL_READ"] = f"maildir:{tmp_path / 'gone'}"
    message = doubtful()
    with SMTPServer() as server:
        use(app, server)
        for step in range(5):
            moment = NOW + HOLD + step * MINUTE / 2
            read_journal(moment)
            deliver_due(moment + SECOND, "worker")
        held = (states(message.id), len(server.taken))
        mailbox.Maildir(str(tmp_path / "gone"))
        read_journal(NOW + HOLD + 4 * MINUTE)
        deliver_due(NOW + HOLD + 6 * MINUTE, "worker")

    assert held == (["uncertain"], 0)
    assert (states(message.id), len(server.taken)) == (["sent"], 1)


def test_deadline_forces_a_row_that_could_not_be_looked_for(app: Flask, tmp_path: Path) -> None:
    app.config["MAIL_JOURNAL_READ"] = f"maildir:{tmp_path / 'gone'}"
    message = doubtful(not_after=NOW + HOLD + HOLD / 2)
    with SMTPServer() as server:
        use(app, server)
        read_journal(NOW + HOLD)
        said = row(message.id).reply
        deliver_due(NOW + HOLD, "worker")

    assert said == "the journal could not be read, and the deadline is nearer than the hold"
    assert (states(message.id), len(server.taken)) == (["sent"], 1)


def test_row_queued_again_near_its_deadline_is_looked_for_too(app: Flask, journal: Put) -> None:
    (number,) = queue(not_after=NOW + LEASE + HOLD / 2)
    lease = Lease("worker")
    (claimed,) = lease.claim(NOW)
    assert lease.close_round([claimed.id], [], NOW).committing == {number}
    with SMTPServer() as server:
        use(app, server)
        server.always("MAIL", "450 4.3.2 later")
        deliver_due(NOW + LEASE + SECOND, "other")
        message = row(number)
        # The words by which such a row is known.
        assert (message.state, TWICE in message.reply) == (MessageState.QUEUED, True)
        journal(TRACE + wire(message))
        proved = read_journal(NOW + LEASE + MINUTE)
        server.always("MAIL", None)
        deliver_due(NOW + LEASE + 2 * MINUTE, "other")

    assert (proved, states(number), len(server.taken)) == (1, ["sent"], 0)


def test_without_a_journal_all_stays_as_it_was(app: Flask) -> None:
    message = doubtful()
    assert read_journal(NOW + HOLD) == 0
    assert row(message.id).next_attempt_at == NOW + HOLD
    assert row(message.id).not_after == DEADLINE


@both_databases
def test_kill_at_the_dot_with_a_journal_repeats_nothing(app: Flask, database_url: str, tmp_path: Path) -> None:
    app.config["MAIL_JOURNAL_READ"] = f"maildir:{tmp_path / 'journal'}"
    box = mailbox.Maildir(str(tmp_path / "journal"))
    messages = queue(6)
    after = NOW + LEASE + MINUTE
    with SMTPServer() as server:
        use(app, server)
        killed(server, smtp_server.DOT, lambda: worker.start(database_url, tmp_path, server.port, NOW))
        deliver_due(after, "worker 2")
        held = states(*messages)
        for taken in server.taken:
            box.add(TRACE + taken.content)
        # The journal is read at the first pass at which anything is in doubt, and again right before it would be sent.
        proved = read_journal(after + HOLD)
        counts = deliver_due(after + HOLD, "worker 2")

    assert (held.count("uncertain"), held.count("sent")) == (1, 5)
    assert (proved, counts["sent_again"], states(*messages)) == (1, 0, ["sent"] * 6)
    assert server.recipients() == [f"reader{number}@brug.example" for number in range(1, 7)]
    (doubtful_row,) = (found for one in messages if (found := row(one)).proof)
    assert doubtful_row.sent_hash == sha256(server.taken[2].content)
