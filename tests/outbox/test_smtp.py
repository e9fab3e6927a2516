import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from outbox.relay import Relay, Unreachable
from outbox.replies import Answer, Outcome, Step
from outbox.smtp import Session
from tests import smtp_server
from tests.smtp_server import SMTPServer

MAIL = b"Subject: Release\r\n\r\nHello\r\n.\r\n..\r\nbye\r\n"
TO = "reader@brug.example"


@pytest.fixture(params=[False, True], ids=["step by step", "pipelining"])
def server(request: pytest.FixtureRequest) -> Iterator[SMTPServer]:
    with SMTPServer(pipelining=request.param) as running:
        yield running


def relay(server: SMTPServer, **values: Any) -> Relay:
    return replace(Relay("127.0.0.1", server.port, timeout=5.0), **values)


def send(session: Session, to: str = TO) -> Answer:
    return session.send("bounce+1-ab@vendor.example", to, MAIL, lambda: True)


def test_accepted_mail_arrives_whole_and_its_reply_is_kept_to_the_letter(server: SMTPServer) -> None:
    server.once(smtp_server.DOT, "250-2.6.0 <ab12@localhost>\r\n250 2.6.0  Queued mail for delivery")
    session = Session(relay(server))
    first, second = send(session), send(session, "other@brug.example")
    session.close()
    assert first == Answer(
        Outcome.ACCEPTED, Step.DOT, "250-2.6.0 <ab12@localhost>\n250 2.6.0  Queued mail for delivery"
    )
    assert second.reply == "250 2.0.0 Ok: queued as 000002"
    assert [(taken.sender, taken.recipient, taken.content) for taken in server.taken] == [
        ("bounce+1-ab@vendor.example", TO, MAIL),
        ("bounce+1-ab@vendor.example", "other@brug.example", MAIL),
    ]
    assert server.connections == 1


@pytest.mark.parametrize(
    ("step", "reply", "outcome"),
    [
        (smtp_server.MAIL, "451 4.3.0 Later", Outcome.TEMPORARY),
        (smtp_server.MAIL, "452 4.3.1 Full", Outcome.TEMPORARY),
        (smtp_server.MAIL, "550 5.1.8 Unknown sender", Outcome.OURS),
        (smtp_server.MAIL, "530 5.7.0 Authentication required", Outcome.OURS),
        (smtp_server.MAIL, "552 5.3.4 Too big", Outcome.OURS),
        (smtp_server.RCPT, "450 4.2.1 Greylisted", Outcome.TEMPORARY),
        (smtp_server.RCPT, "452 4.5.3 Too many recipients", Outcome.TEMPORARY),
        (smtp_server.RCPT, "552 5.2.2 Mailbox full", Outcome.TEMPORARY),
        (smtp_server.RCPT, "550 5.1.1 No such user", Outcome.PERMANENT),
        (smtp_server.RCPT, "550-5.1.1 No such user\r\n550 5.1.1 here", Outcome.PERMANENT),
        (smtp_server.RCPT, "550 5.7.1 Relaying denied", Outcome.OURS),
        (smtp_server.RCPT, "550-5.7.1 Listed\r\n550 5.7.1 see example.org", Outcome.OURS),
        (smtp_server.RCPT, "535 5.7.8 Sign in first", Outcome.OURS),
        (smtp_server.DATA, "451 4.3.0 Later", Outcome.TEMPORARY),
        (smtp_server.DATA, "554 5.5.1 No valid recipients", Outcome.PERMANENT),
        (smtp_server.DATA, "250 Ok", Outcome.BROKEN),
        (smtp_server.DOT, "451 4.3.0 Later", Outcome.TEMPORARY),
        (smtp_server.DOT, "452 4.3.1 Full", Outcome.TEMPORARY),
        (smtp_server.DOT, "552 5.2.3 Too big", Outcome.PERMANENT),
        (smtp_server.DOT, "554 5.6.0 We do not like it", Outcome.PERMANENT),
        (smtp_server.DOT, "550 5.7.26 Not signed", Outcome.OURS),
        (smtp_server.DOT, "354 what?", Outcome.UNCERTAIN),
    ],
)
def test_refusal_is_told_apart_and_the_next_mail_goes_on(
    server: SMTPServer, step: str, reply: str, outcome: Outcome
) -> None:
    server.once(step, reply)
    session = Session(relay(server))
    answer = send(session)
    assert (answer.outcome, answer.reply) == (outcome, reply.replace("\r\n", "\n"))
    assert server.taken == []
    assert session.usable == (outcome not in {Outcome.BROKEN, Outcome.UNCERTAIN})
    if session.usable:
        assert send(session).outcome == Outcome.ACCEPTED
    session.close()


@pytest.mark.parametrize("step", [smtp_server.MAIL, smtp_server.RCPT, smtp_server.DATA, smtp_server.DOT])
def test_421_is_temporary_and_ends_the_connection(server: SMTPServer, step: str) -> None:
    server.once(step, "421 4.3.2 Shutting down")
    session = Session(relay(server))
    answer = send(session)
    assert (answer.outcome, answer.reply, session.usable) == (Outcome.TEMPORARY, "421 4.3.2 Shutting down", False)
    assert server.taken == []


@pytest.mark.parametrize("step", [smtp_server.MAIL, smtp_server.RCPT, smtp_server.DATA, smtp_server.BODY])
def test_connection_lost_before_the_dot_sends_nothing(server: SMTPServer, step: str) -> None:
    server.once(step, smtp_server.drop)
    session = Session(relay(server, timeout=2.0))
    answer = session.send("a@vendor.example", TO, MAIL * 200_000, lambda: True)
    # In mid-body a small mail fits the network's own room, and the loss shows only after the dot; a large one does not.
    assert (answer.outcome, session.usable) == (Outcome.BROKEN, False)
    assert answer.reply.startswith("nothing was sent; after ")
    assert server.taken == []


@pytest.mark.parametrize(("before", "taken"), [(smtp_server.DOT, 1), (smtp_server.BEFORE_DOT, 0)])
def test_connection_lost_after_the_dot_is_uncertain(server: SMTPServer, before: str, taken: int) -> None:
    server.once(before, smtp_server.drop)
    answer = send(Session(relay(server)))
    assert answer == Answer(Outcome.UNCERTAIN, Step.DOT, "after the final dot: the server closed the connection")
    assert len(server.taken) == taken


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        (smtp_server.MAIL, Outcome.BROKEN),
        (smtp_server.RCPT, Outcome.BROKEN),
        (smtp_server.DATA, Outcome.BROKEN),
        (smtp_server.DOT, Outcome.UNCERTAIN),
    ],
)
def test_every_command_has_a_time_limit(server: SMTPServer, step: str, outcome: Outcome) -> None:
    server.once(step, smtp_server.wait(5))
    session = Session(relay(server, timeout=0.3))
    before = monotonic()
    answer = send(session)
    assert answer.outcome == outcome
    assert answer.reply.endswith("no complete reply within 0.3 seconds")
    assert monotonic() - before < 2


def test_an_octet_now_and_then_does_not_hold_us(server: SMTPServer) -> None:
    server.once(smtp_server.RCPT, smtp_server.trickle)
    session = Session(relay(server, timeout=0.4))
    before = monotonic()
    assert send(session).outcome == Outcome.BROKEN
    assert monotonic() - before < 2


def test_words_that_are_no_smtp_are_a_broken_connection(server: SMTPServer) -> None:
    server.once(smtp_server.RCPT, smtp_server.nonsense)
    assert send(Session(relay(server))) == Answer(Outcome.BROKEN, Step.RCPT, "hello there")


def test_answers_that_nobody_asked_for_are_not_taken_for_an_acceptance(server: SMTPServer) -> None:
    # Each reply is one too early, so that the last would be read as the answer to the dot.
    server.once(smtp_server.MAIL, "250 Ok\r\n250 Ok\r\n354 Go on\r\n250 2.0.0 Ok: queued")
    answer = send(Session(relay(server)))
    assert answer.outcome == Outcome.BROKEN
    assert "out of turn" in answer.reply
    assert server.taken == []


def test_reply_with_octets_that_no_database_keeps_is_written_out(server: SMTPServer) -> None:
    session = Session(relay(server))
    server.once(smtp_server.RCPT, "550 5.1.1 no\0body")
    assert send(session).reply == "550 5.1.1 no\\x00body"
    session.close()


def test_dot_is_held_back_where_the_row_is_no_longer_ours(server: SMTPServer) -> None:
    session = Session(relay(server))
    answer = session.send("a@vendor.example", TO, MAIL, lambda: False)
    assert (answer.outcome, session.usable) == (Outcome.WITHDRAWN, False)
    again = Session(relay(server))
    assert send(again).outcome == Outcome.ACCEPTED
    again.close()
    assert len(server.taken) == 1


def test_error_while_committing_holds_the_dot_back(server: SMTPServer) -> None:
    def fails() -> bool:
        raise RuntimeError("the database is away")

    session = Session(relay(server))
    with pytest.raises(RuntimeError, match="the database is away"):
        session.send("a@vendor.example", TO, MAIL, fails)
    assert (session.usable, server.taken) == (False, [])


def test_committing_is_asked_once_between_body_and_dot(server: SMTPServer) -> None:
    seen: list[list[str]] = []

    def commit() -> bool:
        seen.append(list(server.heard))
        return True

    session = Session(relay(server))
    session.send("a@vendor.example", TO, MAIL, commit)
    session.close()
    assert [heard[-1] for heard in seen] == [smtp_server.DATA]
    assert server.heard[-1] == smtp_server.BEFORE_DOT


@pytest.mark.parametrize(
    "mail", [b"a\n.\nRCPT TO:<b@c.example>\n", b"a\r.\rb\r", b"a\r\n.\r\nb", b".\r\n", b".\n.\r.", b"a\n\n\n"]
)
def test_text_cannot_end_the_mail(server: SMTPServer, mail: bytes) -> None:
    session = Session(relay(server))
    assert session.send("a@vendor.example", TO, mail, lambda: True).outcome == Outcome.ACCEPTED
    session.close()
    lines = mail.rstrip(b"\r\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert [taken.content for taken in server.taken] == [b"".join(line + b"\r\n" for line in lines)]


def test_address_outside_ascii_needs_a_server_that_takes_it() -> None:
    with SMTPServer(enable_SMTPUTF8=True) as able, SMTPServer() as unable:
        first, second = Session(relay(able)), Session(relay(unable))
        assert send(first, "jürgen@brug.example").outcome == Outcome.ACCEPTED
        assert send(second, "jürgen@brug.example").outcome == Outcome.PERMANENT
        assert [send(session).outcome for session in (first, second)] == [Outcome.ACCEPTED] * 2
        first.close()
        second.close()
        assert (able.recipients(), unable.recipients()) == (["jürgen@brug.example", TO], [TO])


def test_nobody_there_is_unreachable_with_the_networks_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Unreachable, match=rf"127.0.0.1:{port}: .*Connection refused"):
        Session(Relay("127.0.0.1", port))
    with pytest.raises(Unreachable, match=r"nowhere\.invalid:25: "):
        Session(Relay("nowhere.invalid", 25))
    with pytest.raises(Unreachable, match=r"a\.\.b:25: "):
        Session(Relay("a..b", 25))


@pytest.mark.parametrize("greeting", ["421 4.3.2 Not now", "554 5.7.1 Go away"])
def test_server_that_does_not_want_us_is_unreachable(server: SMTPServer, greeting: str) -> None:
    server.once(smtp_server.GREETING, greeting)
    with pytest.raises(Unreachable, match=greeting):
        Session(relay(server))


def test_server_that_says_nothing_is_unreachable(server: SMTPServer) -> None:
    server.once(smtp_server.GREETING, smtp_server.wait(5))
    with pytest.raises(Unreachable, match=r"no complete reply within 0\.2 seconds"):
        Session(relay(server, timeout=0.2))


def test_nothing_goes_in_clear_where_tls_is_required(server: SMTPServer) -> None:
    with pytest.raises(Unreachable, match="STARTTLS"):
        Session(relay(server, starttls=True, username="vendor", password="secret"))
    with pytest.raises(Unreachable):
        Session(relay(server, tls=True, timeout=0.5))
    assert set(server.heard) <= {smtp_server.GREETING, smtp_server.EHLO}


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's context; what vouches for it lies beside, in ``authority``."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    folder = tmp_path_factory.mktemp("tls")
    subject = ["-subj", "/CN=mail.example", "-addext", "subjectAltName=IP:127.0.0.1"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "authority.pem")]
    subprocess.run(["openssl", "req", "-x509", *kind, *subject, *files], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "authority.pem", folder / "key.pem")
    context.authority = folder / "authority.pem"  # type: ignore[attr-defined]
    return context


@pytest.mark.parametrize("at_once", [False, True], ids=["STARTTLS", "TLS at once"])
def test_signing_in_goes_under_tls(certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, at_once: bool) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))  # type: ignore[attr-defined]
    tls: dict[str, Any] = {"tls_at_once": certificate} if at_once else {"tls_context": certificate}
    known = smtp_server.knows("vendor", "secret")
    with SMTPServer(**tls, auth_require_tls=not at_once, authenticator=known) as server:
        asked = relay(server, starttls=not at_once, tls=at_once, username="vendor", password="secret")
        session = Session(asked)
        assert send(session).outcome == Outcome.ACCEPTED
        session.close()
        assert at_once or server.under_tls


@pytest.mark.parametrize("pipelining", [False, True])
def test_large_mail_goes_under_tls_in_pieces(
    certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, pipelining: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))  # type: ignore[attr-defined]
    mail = b"Subject: Notes\r\n\r\n" + (b"words " * 12 + b"\r\n") * 40_000
    with SMTPServer(tls_context=certificate, pipelining=pipelining) as server:
        session = Session(relay(server, starttls=True))
        answers = [session.send("a@vendor.example", TO, mail, lambda: True).outcome for _time in range(3)]
        session.close()
    assert answers == [Outcome.ACCEPTED] * 3
    assert [taken.content for taken in server.taken] == [mail] * 3


@pytest.mark.parametrize("at_once", [False, True], ids=["STARTTLS", "TLS at once"])
def test_certificate_that_nobody_vouches_for_is_refused(certificate: ssl.SSLContext, at_once: bool) -> None:
    tls: dict[str, Any] = {"tls_at_once": certificate} if at_once else {"tls_context": certificate}
    with SMTPServer(**tls) as server, pytest.raises(Unreachable, match="certificate verify failed"):
        Session(relay(server, starttls=not at_once, tls=at_once, username="vendor", password="secret"))
    assert smtp_server.AUTH not in server.heard


def test_wrong_password_is_unreachable_with_the_servers_words(
    certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))  # type: ignore[attr-defined]
    with (
        SMTPServer(tls_context=certificate, authenticator=smtp_server.knows("vendor", "secret")) as server,
        pytest.raises(Unreachable, match=r"535 5\.7\.8 Authentication credentials invalid"),
    ):
        Session(relay(server, starttls=True, username="vendor", password="guess"))


def test_relay_reads_the_settings_of_flask_mail() -> None:
    config = {
        "MAIL_SERVER": "mail.vendor.example",
        "MAIL_PORT": 465,
        "MAIL_USE_SSL": True,
        "MAIL_USERNAME": "vendor",
        "MAIL_PASSWORD": "secret",
        "MAIL_MAX_EMAILS": 10,
    }
    assert Relay.of(config) == Relay(
        "mail.vendor.example", 465, tls=True, username="vendor", password="secret", most=10, timeout=20.0
    )
