"""Commands that go out together: what is refused in the middle of them, and what must never be sent by that."""

from collections.abc import Iterator

import pytest

from outbox.relay import Relay
from outbox.replies import Answer, Outcome, Step
from outbox.smtp import Session
from tests import smtp_server
from tests.smtp_server import SMTPServer

MAIL = b"Subject: Release\r\n\r\nHello\r\n"
TO, JOURNAL = "reader@brug.example", "journal@vendor.example"
BOTH = pytest.mark.parametrize("server", [False, True], indirect=True, ids=["step by step", "pipelining"])


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[SMTPServer]:
    with SMTPServer(pipelining=getattr(request, "param", True)) as running:
        yield running


def opened(server: SMTPServer) -> Session:
    return Session(Relay("127.0.0.1", server.port, timeout=10.0))


def send(session: Session, to: str = TO, journal: str = "") -> Answer:
    return session.send("bounce+1-ab@vendor.example", to, MAIL, lambda: True, journal)


def test_commands_go_out_together_and_the_dot_does_not(server: SMTPServer) -> None:
    unheard: list[list[str]] = []
    # The server is slow at MAIL; that it heard no more by then says nothing, that it needs no more from us does.
    server.once(smtp_server.MAIL, smtp_server.wait(0.2))
    session = opened(server)

    def may_commit() -> bool:
        unheard.append(list(server.heard))
        return True

    assert session.send("a@vendor.example", TO, MAIL, may_commit).outcome == Outcome.ACCEPTED
    session.close()
    assert [heard[-3:] for heard in unheard] == [[smtp_server.MAIL, smtp_server.RCPT, smtp_server.DATA]]
    assert server.recipients() == [TO]


@pytest.mark.parametrize(
    "data",
    [None, "554 5.5.1 No valid recipients", "354 Go on", "451 4.3.0 Later"],
    ids=["503", "554", "354 and a lone dot", "451"],
)
@pytest.mark.parametrize(
    ("reply", "outcome"), [("550 5.1.1 No such user", Outcome.PERMANENT), ("450 4.2.1 Later", Outcome.TEMPORARY)]
)
def test_refused_reader_behind_whom_data_was_said_already(
    server: SMTPServer, data: str | None, reply: str, outcome: Outcome
) -> None:
    server.once(smtp_server.RCPT, reply)
    if data is not None:
        server.once(smtp_server.DATA, data)
    session = opened(server)
    assert send(session) == Answer(outcome, Step.RCPT, reply)
    assert session.usable
    assert send(session, "other@brug.example").outcome == Outcome.ACCEPTED
    session.close()
    assert [(taken.recipient, taken.content) for taken in server.taken] == [("other@brug.example", MAIL)]
    assert server.connections == 1


def test_refused_sender_is_what_counts_of_three_refusals(server: SMTPServer) -> None:
    server.once(smtp_server.MAIL, "451 4.3.0 Later")
    session = opened(server)
    assert send(session) == Answer(Outcome.TEMPORARY, Step.MAIL, "451 4.3.0 Later")
    assert send(session).outcome == Outcome.ACCEPTED
    session.close()


def test_refusal_stands_though_the_connection_breaks_behind_it(server: SMTPServer) -> None:
    server.once(smtp_server.RCPT, "550 5.1.1 No such user")
    server.once(smtp_server.DATA, smtp_server.drop)
    session = opened(server)
    assert send(session) == Answer(Outcome.PERMANENT, Step.RCPT, "550 5.1.1 No such user")
    assert not session.usable


def test_refusal_in_mid_body_is_one_and_the_dot_is_not_sent(server: SMTPServer) -> None:
    server.once(smtp_server.DATA, "354 Go on\r\n552 5.3.4 Too big")
    session = opened(server)
    assert send(session) == Answer(Outcome.PERMANENT, Step.DOT, "552 5.3.4 Too big")
    assert (session.usable, server.taken) == (False, [])


def test_large_mail_goes_in_pieces(server: SMTPServer) -> None:
    mail = b"Subject: Notes\r\n\r\n" + b"x" * 70 + b"\r\n" + (b"words " * 12 + b"\r\n") * 14_000
    session = opened(server)
    for _time in range(2):
        assert session.send("a@vendor.example", TO, mail, lambda: True).outcome == Outcome.ACCEPTED
    session.close()
    assert [taken.content for taken in server.taken] == [mail] * 2


@BOTH
def test_journal_gets_the_readers_mail_in_the_same_transaction(server: SMTPServer) -> None:
    session = opened(server)
    assert send(session, journal=JOURNAL).outcome == Outcome.ACCEPTED
    session.close()
    assert [(taken.recipient, taken.content) for taken in server.taken] == [(TO, MAIL), (JOURNAL, MAIL)]
    assert server.heard.count(smtp_server.BEFORE_DOT) == 1


@BOTH
@pytest.mark.parametrize("reply", ["550 5.1.1 No such user", "452 4.2.2 Full", "550 5.7.1 Not for you"])
def test_journal_that_is_refused_is_our_own_fault_and_nothing_is_sent(server: SMTPServer, reply: str) -> None:
    server.once(smtp_server.RCPT, "250 Ok", reply)
    session = opened(server)
    words = f"{reply}; it was said about the journal's address, and without its copy nothing is sent"
    assert send(session, journal=JOURNAL) == Answer(Outcome.OURS, Step.JOURNAL, words)
    assert server.heard.count(smtp_server.DATA) == 0
    assert (server.taken, session.usable) == ([], True)
    assert send(session, journal=JOURNAL).outcome == Outcome.ACCEPTED
    session.close()
    assert len(server.taken) == 2


@BOTH
def test_journal_gets_nothing_where_the_reader_is_refused(server: SMTPServer) -> None:
    server.once(smtp_server.RCPT, "550 5.1.1 No such user")
    session = opened(server)
    assert send(session, journal=JOURNAL) == Answer(Outcome.PERMANENT, Step.RCPT, "550 5.1.1 No such user")
    assert send(session, "other@brug.example", JOURNAL).outcome == Outcome.ACCEPTED
    session.close()
    assert server.recipients() == [JOURNAL, "other@brug.example"]


@BOTH
def test_421_at_the_journal_ends_the_connection(server: SMTPServer) -> None:
    server.once(smtp_server.RCPT, smtp_server.wait(0), "421 4.3.2 Not now")
    session = opened(server)
    assert send(session, journal=JOURNAL) == Answer(Outcome.TEMPORARY, Step.JOURNAL, "421 4.3.2 Not now")
    assert (session.usable, server.taken) == (False, [])
