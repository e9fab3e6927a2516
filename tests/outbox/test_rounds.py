"""Many mails on their way at once: what happens to one of them, and what does not happen to the others."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Timer
from time import monotonic

import pytest
from flask import Flask

from outbox.delivery import deliver_due
from outbox.leases import LEASE
from outbox.models import MessageState
from outbox.sending import Pass
from outbox.services import cancel_for_contact
from storage import db
from tests import smtp_server
from tests.outbox import worker
from tests.outbox.rows import DEADLINE, letter, queue, row, states, use
from tests.outbox.test_delivery import NOTHING
from tests.smtp_server import SMTPServer
from tests.world import NOW, both_databases

HOLD = timedelta(minutes=10)
AS_USUAL = smtp_server.wait(0)


@pytest.fixture
def server(app: Flask) -> Iterator[SMTPServer]:
    with SMTPServer(pipelining=True) as running:
        use(app, running, MAIL_CONNECTIONS=4)
        yield running


@both_databases
def test_many_mails_share_the_connections_and_each_has_its_own_reply(server: SMTPServer) -> None:
    messages = queue(250)
    assert deliver_due(NOW, "worker 1") == NOTHING | {"sent": 250}
    assert server.connections == 4
    assert len(set(server.recipients())) == len(server.taken) == 250
    place = {taken.mail["Message-ID"]: number for number, taken in enumerate(server.taken, 1)}
    rows = [row(one) for one in messages]
    assert {one.state for one in rows} == {MessageState.SENT}
    # The server counts as it writes down, so the number in a row's reply tells that it is about this mail.
    assert [one.reply[-6:] for one in rows] == [f"{place[one.message_id]:06d}" for one in rows]


def test_few_mails_are_not_worth_a_second_connection(server: SMTPServer) -> None:
    queue(10)
    assert deliver_due(NOW, "worker 1") == NOTHING | {"sent": 10}
    assert server.connections == 1


@both_databases
def test_reply_that_is_lost_in_the_middle_of_a_group_is_one_doubt(server: SMTPServer) -> None:
    messages = queue(60)
    server.once(smtp_server.DOT, *[AS_USUAL] * 20, smtp_server.drop)
    assert deliver_due(NOW, "worker 1") == NOTHING | {"uncertain": 1, "sent": 59}
    (doubtful,) = [one for one in messages if row(one).state is MessageState.UNCERTAIN]
    assert row(doubtful).reply.startswith("after the final dot: the server closed the connection; held")
    # What had been said behind that dot already was the beginning of a mail that had no part in it.
    assert {row(one).attempts for one in messages} == {1}
    assert Counter(server.recipients()).most_common(1)[0][1] == 1
    assert deliver_due(NOW + HOLD * 2, "worker 1") == NOTHING | {"sent_again": 1, "sent": 1}


@both_databases
def test_rows_withdrawn_in_the_middle_of_a_round_do_not_stop_the_others(server: SMTPServer, app: Flask) -> None:
    def withdraw() -> None:
        with app.app_context():
            for contact in (2, 3, 30):
                cancel_for_contact(contact)
            db.session.commit()

    messages = queue(60)
    server.once(smtp_server.DATA, smtp_server.doing(withdraw))
    done = deliver_due(NOW, "worker 1")
    assert done["sent"] == len(server.taken)
    gone = [messages[number - 1] for number in (2, 3, 30)]
    assert states(*gone) == ["cancelled"] * 3
    assert {row(one).state for one in messages if one not in gone} == {MessageState.SENT}
    assert len(set(server.recipients())) == len(server.taken) == 57


def test_slow_connection_holds_up_no_other(server: SMTPServer, app: Flask) -> None:
    app.config.update(MAIL_TIMEOUT=4.0)
    messages = queue(80)
    server.once(smtp_server.DATA, smtp_server.wait(20))
    seen: list[int] = []
    soon = Timer(3.5, lambda: seen.append(len(server.taken)))
    soon.start()
    before = monotonic()
    assert deliver_due(NOW, "worker 1") == NOTHING | {"retried": 1, "sent": 79}
    assert monotonic() - before < 12
    assert seen == [79]
    (late,) = [one for one in messages if row(one).state is MessageState.QUEUED]
    assert row(late).reply == "nothing was sent; after DATA: no complete reply within 4 seconds"


def test_server_that_lets_in_two_gets_two(server: SMTPServer) -> None:
    queue(60)
    server.once(smtp_server.GREETING, AS_USUAL, AS_USUAL, *["421 4.7.0 Too many connections"] * 30)
    assert deliver_due(NOW, "worker 1") == NOTHING | {"sent": 60}


def test_server_that_starts_anew_loses_all_connections_and_is_not_given_up(server: SMTPServer) -> None:
    def starts_anew() -> None:
        for conversation in server.conversations:
            if conversation.transport is not None:
                conversation.transport.close()

    queue(200)
    server.once(smtp_server.RCPT, *[AS_USUAL] * 120, smtp_server.doing(starts_anew))
    done = deliver_due(NOW, "worker 1")
    assert (done["unreachable"], done["sent"] + done["retried"] + done["uncertain"]) == (0, 200)
    assert done["sent"] >= 192


def test_ten_mails_a_connection_hold_for_each(server: SMTPServer, app: Flask) -> None:
    app.config.update(MAIL_MAX_EMAILS=10)
    queue(100)
    assert deliver_due(NOW, "worker 1") == NOTHING | {"sent": 100}
    assert server.connections >= 10
    assert max(Counter(id(one) for one in server.conversations).values()) == 1


def test_rate_is_kept_over_all_connections(server: SMTPServer, app: Flask) -> None:
    app.config.update(MAIL_RATE=50)
    queue(60)
    before = monotonic()
    assert deliver_due(NOW, "worker 1") == NOTHING | {"sent": 60}
    assert 1.0 < monotonic() - before < 10


def test_urgent_mail_that_comes_in_the_middle_goes_with_the_next_batch(server: SMTPServer, app: Flask) -> None:
    def happens() -> None:
        with app.app_context():
            incident = letter(announcement_id=2)
            queue(of=incident, announcement_id=2, urgent=True, not_after=None, address="urgent@brug.example")

    queue(600, not_after=DEADLINE)
    server.once(smtp_server.DOT, *[AS_USUAL] * 20, smtp_server.doing(happens))
    assert deliver_due(NOW, "worker 1") == NOTHING | {"sent": 601}
    order = [taken.recipient for taken in server.taken]
    # The first batch is of a hundred, and at most four mails of the next are begun before it.
    assert order.index("urgent@brug.example") < 110


def test_worker_that_slept_between_the_commit_and_the_dot_holds_it_back(server: SMTPServer) -> None:
    asleep: list[bool] = []

    def clock() -> datetime:
        if not asleep and states(message) == ["committing"]:
            asleep.append(True)
        return NOW + LEASE if asleep else NOW

    (message,) = queue()
    sending = Pass("worker 1", HOLD, clock, Event())
    sending.run()
    assert (asleep, dict(sending.counts)) == ([True], {"withdrawn": 1, "sent": 1})
    assert (states(message), len(server.taken)) == (["sent"], 1)


@both_databases
def test_kill_within_a_round_loses_nothing_and_only_what_was_committing_is_doubtful(
    server: SMTPServer, database_url: str, tmp_path: Path
) -> None:
    messages = queue(90)
    running = worker.start(database_url, tmp_path, server.port, NOW)
    server.once(smtp_server.DOT, *[AS_USUAL] * 40, smtp_server.doing(lambda: os.kill(running.pid, signal.SIGKILL)))
    running.communicate(timeout=60)
    taken = set(server.recipients())
    found = {one: row(one) for one in messages}
    count = Counter(one.state.value for one in found.values())
    assert set(count) <= {"sent", "committing", "claimed"}
    # A dot went only for what stands as committing or sent; and what stands as sent was taken.
    assert taken <= {one.address for one in found.values() if one.state.value in {"sent", "committing"}}
    assert {one.address for one in found.values() if one.state is MessageState.SENT} <= taken
    assert 1 <= count["committing"] <= 32

    after = NOW + LEASE + timedelta(seconds=30)
    done = deliver_due(after, "worker 2")
    assert (done["taken_back"], done["held"]) == (count["claimed"], count["committing"])
    assert done["sent"] == count["claimed"]
    again = deliver_due(after + HOLD, "worker 2")
    assert again["sent"] == count["committing"]
    assert {row(one).state for one in messages} == {MessageState.SENT}
    copies = Counter(server.recipients())
    twice = {address for address, number in copies.items() if number > 1}
    assert twice <= {one.address for one in found.values() if one.state is MessageState.COMMITTING}
    assert len(copies) == 90


def test_journal_in_the_settings_gets_every_mail(server: SMTPServer, app: Flask) -> None:
    app.config.update(MAIL_JOURNAL="journal@vendor.example")
    messages = queue(30)
    assert deliver_due(NOW, "worker 1") == NOTHING | {"sent": 30}
    copies = [taken for taken in server.taken if taken.recipient == "journal@vendor.example"]
    readers = [taken for taken in server.taken if taken.recipient != "journal@vendor.example"]
    assert sorted(taken.content for taken in copies) == sorted(taken.content for taken in readers)
    assert {taken.mail["Message-ID"] for taken in copies} == {row(one).message_id for one in messages}


def test_journal_that_is_full_is_nobodys_fault_but_ours(server: SMTPServer, app: Flask) -> None:
    app.config.update(MAIL_JOURNAL="journal@vendor.example")
    (message,) = queue()
    server.once(smtp_server.RCPT, "250 Ok", "552 5.2.2 Full")
    assert deliver_due(NOW, "worker 1") == NOTHING | {"retried": 1}
    assert (states(message), server.taken) == (["queued"], [])
    words = "552 5.2.2 Full; it was said about the journal's address, and without its copy nothing is sent"
    assert row(message).reply == words
    assert deliver_due(NOW + 2 * timedelta(minutes=1), "worker 1") == NOTHING | {"sent": 1}
