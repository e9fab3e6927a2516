"""Delivery through a real Postfix, and the report that it writes."""

import shutil
import smtplib
import socket
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from outbox.addresses import return_path
from outbox.bounces import take
from outbox.delivery import deliver_due
from outbox.models import MessageState
from tests.outbox.postfix import CAN_RUN, Postfix
from tests.outbox.rows import letter, queue, row

pytestmark = pytest.mark.skipif(not CAN_RUN, reason="there is no Postfix here that we may start")


@pytest.fixture
def postfix() -> Iterator[Postfix]:
    # Its sockets want a short path.
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with Postfix(folder, port) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


def test_reports_of_a_real_server(app: Flask, postfix: Postfix) -> None:
    app.config.update(
        MAIL_SERVER="127.0.0.1", MAIL_PORT=postfix.port, MAIL_DEFAULT_SENDER="Announcements <notices@vendor.example>"
    )
    now = datetime.now(UTC)
    (unknown,) = queue(created_at=now, next_attempt_at=now, not_after=None)
    held: dict[str, Any] = {
        "state": MessageState.UNCERTAIN,
        "created_at": now,
        "next_attempt_at": now + timedelta(days=1),
    }
    (doubtful,) = queue(of=letter(announcement_id=2), announcement_id=2, address="reader7@knows.example", **held)
    sent = deliver_due(now, "worker")["sent"]
    # What a worker did that was killed at the dot: Postfix has it, and was asked to tell.
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=10) as smtp:
        smtp.ehlo()
        smtp.mail(return_path(row(doubtful)))
        smtp.rcpt("reader7@knows.example", ["NOTIFY=SUCCESS,FAILURE"])
        smtp.data(f"From: notices@vendor.example\r\nMessage-ID: {row(doubtful).message_id}\r\n\r\nIt comes.\r\n")
    # The bounce, the mail that arrived, and the report of that.
    came = postfix.reports(3)
    later = datetime.now(UTC)
    words = sorted(take(mail, later).words for mail in came)

    assert sent == 1
    assert words == [
        f"mail {unknown} came back (failed 5.1.1)",
        f"mail {doubtful} was in doubt, and is proved to have been taken (relayed 2.0.0)",
        "nothing was changed: no delivery report",
    ]
    assert row(unknown).bounce == "5.1.1 no such user"
    assert row(doubtful).state is MessageState.SENT
