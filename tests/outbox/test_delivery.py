import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Event

import pytest
from flask import Flask

from outbox import queries
from outbox.delivery import beat, deliver_due
from outbox.models import MessageState, OutboxMessage
from outbox.services import cancel_for_announcements, post_letter
from storage import db
from tests import smtp_server
from tests.outbox.rows import DEADLINE, letter, queue, row, states, use
from tests.smtp_server import SMTPServer
from tests.world import NOW, both_databases

MINUTE = timedelta(minutes=1)
HOLD = timedelta(minutes=10)
NOTHING = dict.fromkeys(
    [
        "sent",
        "retried",
        "failed",
        "uncertain",
        "unreachable",
        "withdrawn",
        "taken_back",
        "held",
        "put_aside",
        "sent_again",
        "expired",
    ],
    0,
)


@pytest.fixture
def server(app: Flask) -> Iterator[SMTPServer]:
    with SMTPServer() as running:
        use(app, running)
        yield running


def about(at: datetime) -> object:
    """Equal to a moment within the seconds that a test takes: the clock of a pass runs on."""
    return pytest.approx(at, abs=timedelta(seconds=20))


@both_databases
def test_due_mails_are_sent_and_marked_with_the_servers_words(server: SMTPServer) -> None:
    first, second, third = queue(3)
    assert deliver_due(NOW, "worker 1") == NOTHING | {"sent": 3}
    assert server.recipients() == ["reader1@brug.example", "reader2@brug.example", "reader3@brug.example"]
    assert server.connections == 1
    assert [row(one).reply[-6:] for one in (first, second, third)] == ["000001", "000002", "000003"]
    sent = row(first)
    assert (sent.state, sent.attempts, sent.trial) == (MessageState.SENT, 1, False)
    assert (sent.owner, sent.lease_until) == (None, None)
    assert sent.sent_at == about(NOW)
    assert server.taken[0].mail["Message-ID"] == sent.message_id
    assert server.taken[0].sender.startswith(f"bounce+{first}-")
    assert deliver_due(NOW, "worker 1") == NOTHING


def test_what_is_not_due_is_not_sent_and_what_is_too_late_expires(server: SMTPServer) -> None:
    (later,) = queue(next_attempt_at=NOW + MINUTE)
    (late,) = queue(not_after=NOW - MINUTE, of=letter(announcement_id=2), announcement_id=2, reply="451 Later")
    (cancelled,) = queue(state=MessageState.CANCELLED, of=letter(announcement_id=3), announcement_id=3)
    (last_moment,) = queue(not_after=NOW + MINUTE, of=letter(announcement_id=4), announcement_id=4)
    assert deliver_due(NOW, "worker 1") == NOTHING | {"sent": 1, "expired": 1}
    assert states(later, late, cancelled, last_moment) == ["queued", "expired", "cancelled", "sent"]
    assert row(late).reply == "451 Later; not sent in time"


def test_what_somebody_waits_for_goes_first_then_the_nearest_deadline(server: SMTPServer) -> None:
    queue(120, not_after=DEADLINE)
    queue(of=letter(announcement_id=2), announcement_id=2, not_after=NOW + MINUTE * 90, address="urgent@brug.example")
    post_letter("person@vendor.example", "Sign in", "Here", "", "en", NOW)
    assert deliver_due(NOW, "worker 1") == NOTHING | {"sent": 122}
    # Sixteen connections end in any order; that they begin with these two is what counts.
    first = {taken.recipient for taken in server.taken[:20]}
    assert first >= {"urgent@brug.example", "person@vendor.example"}


def test_retries_after_1_5_15_30_minutes_then_hourly(server: SMTPServer) -> None:
    (message,) = queue()
    server.always(smtp_server.RCPT, "451 4.7.1 Later")
    now, pauses = NOW, []
    for attempt in range(1, 8):
        assert deliver_due(now, "worker 1") == NOTHING | {"retried": 1}
        kept = row(message)
        assert (kept.state, kept.attempts, kept.reply) == (MessageState.QUEUED, attempt, "451 4.7.1 Later")
        pauses.append(round((kept.next_attempt_at - now) / MINUTE))
        assert deliver_due(kept.next_attempt_at - MINUTE / 2, "worker 1") == NOTHING
        now = kept.next_attempt_at
    assert pauses == [1, 5, 15, 30, 60, 60, 60]
    server.always(smtp_server.RCPT, None)
    assert deliver_due(now, "worker 1") == NOTHING | {"sent": 1}


def test_last_attempt_comes_before_the_deadline(server: SMTPServer) -> None:
    (message,) = queue(not_after=NOW + MINUTE * 20, attempts=4)
    server.always(smtp_server.RCPT, "451 4.7.1 Later")
    deliver_due(NOW, "worker 1")
    assert row(message).next_attempt_at == about(NOW + MINUTE * 18)
    deliver_due(NOW + MINUTE * 19, "worker 1")
    assert deliver_due(NOW + MINUTE * 21, "worker 1") == NOTHING | {"expired": 1}
    assert row(message).reply == "451 4.7.1 Later; not sent in time"


@pytest.mark.parametrize(
    ("step", "reply", "state"),
    [
        (smtp_server.MAIL, "550 5.7.1 We do not know you", "queued"),
        (smtp_server.RCPT, "550 5.1.1 No such user", "failed"),
        (smtp_server.RCPT, "552 5.2.2 Full", "queued"),
        (smtp_server.RCPT, "550 5.7.1 Relaying denied", "queued"),
        (smtp_server.RCPT, "535 5.7.8 Sign in", "queued"),
        (smtp_server.DATA, "451 4.3.0 Later", "queued"),
        (smtp_server.DOT, "451 4.3.0 Later", "queued"),
        (smtp_server.DOT, "554 5.6.0 No", "failed"),
        (smtp_server.MAIL, "421 4.3.2 Not now", "queued"),
        (smtp_server.DOT, "421 4.3.2 Not now", "queued"),
    ],
)
def test_refused_row_is_marked_and_the_others_flow(server: SMTPServer, step: str, reply: str, state: str) -> None:
    first, second = queue(2)
    server.once(step, reply)
    counted = {"queued": "retried", "failed": "failed"}[state]
    assert deliver_due(NOW, "worker 1") == NOTHING | {counted: 1, "sent": 1}
    refused = row(first)
    assert (refused.state, refused.reply, refused.attempts) == (state, reply, 1)
    assert (refused.owner, refused.sent_at) == (None, None)
    assert states(second) == ["sent"]
    assert server.recipients() == ["reader2@brug.example"]


@both_databases
def test_reply_that_no_database_keeps_is_kept_all_the_same(server: SMTPServer) -> None:
    (message,) = queue()
    server.once(smtp_server.RCPT, "550 5.1.1 no\0body")
    deliver_due(NOW, "worker 1")
    assert (states(message), row(message).reply) == (["failed"], "550 5.1.1 no\\x00body")


def test_relay_that_is_not_there_gives_all_back_for_a_minute(app: Flask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port)
    messages = queue(150)
    assert deliver_due(NOW, "worker 1") == NOTHING | {"unreachable": 100}
    tried = [row(one) for one in messages[:100]]
    assert {one.state for one in tried} == {MessageState.QUEUED}
    assert {one.reply for one in tried} == {f"127.0.0.1:{port}: [Errno 111] Connection refused"}
    assert {one.attempts for one in tried} == {0}
    assert tried[0].next_attempt_at == about(NOW + MINUTE)


def test_wrong_password_is_nobodys_fault_but_ours(app: Flask) -> None:
    known = smtp_server.knows("vendor", "secret")
    with SMTPServer(authenticator=known, auth_require_tls=False) as server:
        use(app, server, MAIL_USERNAME="vendor", MAIL_PASSWORD="guess")
        (message,) = queue()
        assert deliver_due(NOW, "worker 1") == NOTHING | {"unreachable": 1}
        kept = row(message)
        assert (kept.state, kept.attempts) == (MessageState.QUEUED, 0)
        assert kept.reply.endswith("535 5.7.8 Authentication credentials invalid")
        app.config.update(MAIL_PASSWORD="secret")
        assert deliver_due(NOW + 2 * MINUTE, "worker 1") == NOTHING | {"sent": 1}


@both_databases
def test_doubtful_mail_is_held_and_then_sent_again_as_the_same(server: SMTPServer) -> None:
    doubtful, other = queue(2)
    server.once(smtp_server.DOT, smtp_server.drop)
    assert deliver_due(NOW, "worker 1") == NOTHING | {"uncertain": 1, "sent": 1}
    held = row(doubtful)
    assert (held.state, held.attempts) == (MessageState.UNCERTAIN, 1)
    words = "after the final dot: the server closed the connection; held, for a server may have taken it"
    assert held.reply == words
    assert held.next_attempt_at == about(NOW + HOLD)
    assert deliver_due(NOW + HOLD - MINUTE, "worker 1") == NOTHING
    server.once(smtp_server.MAIL, "421 4.3.2 Not now")
    assert deliver_due(NOW + HOLD + MINUTE, "worker 1") == NOTHING | {"sent_again": 1, "retried": 1}
    assert deliver_due(NOW + HOLD * 2, "worker 1") == NOTHING | {"sent": 1}
    copies = [taken.mail["Message-ID"] for taken in server.taken if taken.recipient == held.address]
    assert copies == [held.message_id] * 2
    assert states(doubtful, other) == ["sent", "sent"]


def test_reason_of_a_repetition_stands_in_the_row(server: SMTPServer) -> None:
    (message,) = queue(
        state=MessageState.UNCERTAIN, next_attempt_at=NOW, reply="after the final dot: silence", not_after=None
    )
    stop = Event()
    stop.set()
    assert deliver_due(NOW, "worker 1", stop) == NOTHING | {"sent_again": 1}
    words = "after the final dot: silence; not proved while it was held: sent again, it may arrive twice"
    assert (states(message), row(message).reply) == (["queued"], words)


def test_duplicate_is_better_than_a_miss(server: SMTPServer) -> None:
    (message,) = queue(not_after=NOW + HOLD / 2)
    server.once(smtp_server.DOT, smtp_server.drop)
    deliver_due(NOW, "worker 1")
    kept = row(message)
    assert (kept.state, kept.next_attempt_at) == (MessageState.QUEUED, about(NOW + MINUTE))
    assert "the deadline is nearer than the hold" in kept.reply
    assert deliver_due(NOW + 2 * MINUTE, "worker 1") == NOTHING | {"sent": 1}


def test_doubtful_mail_is_not_sent_again_after_its_deadline(server: SMTPServer) -> None:
    (message,) = queue(state=MessageState.UNCERTAIN, next_attempt_at=NOW, not_after=NOW - MINUTE)
    assert deliver_due(NOW, "worker 1") == NOTHING
    assert states(message) == ["uncertain"]


def test_ten_mails_a_connection_are_no_reason_to_wait(server: SMTPServer, app: Flask) -> None:
    queue(25)
    as_usual = [smtp_server.wait(0)] * 10
    server.once(smtp_server.MAIL, *as_usual, "421 4.7.0 Ten is enough", *as_usual, "421 4.7.0 Ten is enough")
    assert deliver_due(NOW, "worker 1") == NOTHING | {"sent": 25}
    assert server.connections == 3
    app.config.update(MAIL_MAX_EMAILS=10)
    queue(25, of=letter(announcement_id=2), announcement_id=2)
    assert deliver_due(NOW, "worker 1") == NOTHING | {"sent": 25}
    assert server.connections == 6


def test_server_that_loses_every_connection_is_left_alone(server: SMTPServer) -> None:
    messages = queue(10)
    server.always(smtp_server.RCPT, smtp_server.drop)
    assert deliver_due(NOW, "worker 1") == NOTHING | {"retried": 3, "unreachable": 7}
    assert {row(one).state for one in messages} == {MessageState.QUEUED}
    assert server.connections == 3


def test_address_that_is_none_fails_alone(server: SMTPServer) -> None:
    wrong, right = queue(2)
    db.session.get_one(OutboxMessage, wrong).address = "a@b.example> SIZE=1"
    db.session.commit()
    assert deliver_due(NOW, "worker 1") == NOTHING | {"failed": 1, "sent": 1}
    assert row(wrong).reply == "'a@b.example> SIZE=1' is no e-mail address"
    assert states(right) == ["sent"]


def test_mistake_of_ours_does_not_stop_the_others(server: SMTPServer) -> None:
    wrong, right = queue(2)
    db.session.get_one(OutboxMessage, wrong).fields = ["no", "dict"]  # type: ignore[assignment]
    db.session.commit()
    assert deliver_due(NOW, "worker 1") == NOTHING | {"retried": 1, "sent": 1}
    assert states(wrong, right) == ["queued", "sent"]


def test_stop_is_heeded_between_two_mails(server: SMTPServer) -> None:
    messages = queue(5)
    stop = Event()
    server.once(smtp_server.DOT, "250 Ok", smtp_server.doing(stop.set))
    assert deliver_due(NOW, "worker 1", stop) == NOTHING | {"sent": 2}
    assert states(*messages) == ["sent", "sent", "queued", "queued", "queued"]
    assert {row(one).owner for one in messages} == {None}
    assert deliver_due(NOW, "worker 2") == NOTHING | {"sent": 3}


@both_databases
def test_plan_that_changes_while_its_mail_is_sent(server: SMTPServer, app: Flask) -> None:
    def withdraw() -> None:
        # Only possible because no transaction is open while the server is spoken to.
        with app.app_context():
            cancel_for_announcements([1], None, "the plan has changed since")
            db.session.commit()

    before_dot, after_dot = queue(2)
    server.once(smtp_server.DATA, smtp_server.doing(withdraw))
    assert deliver_due(NOW, "worker 1") == NOTHING | {"withdrawn": 2}
    assert server.taken == []
    assert states(before_dot, after_dot) == ["cancelled", "cancelled"]

    (message,) = queue(of=letter(announcement_id=1, language="nl"), address="third@brug.example")
    server.once(smtp_server.BEFORE_DOT, smtp_server.doing(withdraw))
    server.once(smtp_server.DOT, "451 4.3.0 Later")
    assert deliver_due(NOW, "worker 1") == NOTHING | {"retried": 1}
    assert deliver_due(NOW + 2 * MINUTE, "worker 1") == NOTHING | {"expired": 1}
    assert (states(message), server.taken) == (["expired"], [])


def test_built_in_mailbox_is_a_trial(app: Flask) -> None:
    messages = queue(3)
    assert deliver_due(NOW, "worker 1") == NOTHING | {"sent": 3}
    assert [(row(one).state, row(one).trial) for one in messages] == [(MessageState.SENT, True)] * 3
    assert row(messages[0]).reply.startswith("250 2.0.0 Kept as ")


@both_databases
def test_heartbeat_is_written_over(app: Flask) -> None:
    beat("worker 1", NOW)
    beat("worker 2", NOW)
    beat("worker 1", NOW + MINUTE)
    assert queries.heartbeats() == {"worker 1": NOW + MINUTE, "worker 2": NOW}


@both_databases
def test_queries_tell_how_the_outbox_stands(app: Flask) -> None:
    assert (queries.oldest_due_at(), queries.trouble(NOW)) == (None, [])
    queue(2)
    queue(of=letter(announcement_id=2), announcement_id=2, next_attempt_at=NOW - MINUTE)
    queue(2, of=letter(announcement_id=3), announcement_id=3, state=MessageState.FAILED, reply="550 5.1.1 No such user")
    assert queries.oldest_due_at() == NOW - MINUTE
    assert queries.trouble(NOW) == [queries.Trouble(MessageState.FAILED, "550 5.1.1 No such user", 2, NOW)]
    assert queries.trouble(NOW + timedelta(days=31)) == []
