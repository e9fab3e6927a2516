"""Mail servers that refuse, hang up, say nothing or speak too slowly; and none at all."""

import subprocess
from pathlib import Path

import pytest

from tests.faults.ledger import LedgerServer
from tests.faults.ledger_server import BEFORE_DOT, BODY, CONNECT, DATA, DOT, EHLO, MAIL, RCPT
from tests.faults.scene import HOLD, MINUTE, Scene
from tests.world import NOW, both_databases, both_databases_of_faults

SOON = {"MAIL_TIMEOUT": 0.5}


@both_databases_of_faults
@pytest.mark.parametrize("step", [CONNECT, EHLO, MAIL, RCPT, DATA, DOT])
def test_421_at_a_step_costs_time_and_no_mail(scene: Scene, step: str) -> None:
    scene.queue(8)
    scene.server.order(step, "say", text="421 4.3.2 Not now", skip=0 if step in {CONNECT, EHLO} else 2)
    scene.sends()
    scene.comes_to_rest()
    found = scene.audit()
    assert (found.violations, found.repeated, scene.states()) == ([], 0, {"sent": 8})


@both_databases
def test_450_for_five_minutes_is_waited_out(scene: Scene) -> None:
    scene.queue(8)
    scene.server.order(RCPT, "say", text="450 4.2.1 Busy, try again", times=0)
    for _minute in range(6):
        assert scene.sends()["sent"] == 0
        scene.now += MINUTE
    assert scene.states() == {"queued": 8}
    scene.server.forget()
    scene.comes_to_rest()
    found = scene.audit()
    assert (found.violations, found.repeated, scene.states()) == ([], 0, {"sent": 8})
    assert scene.now - NOW < 20 * MINUTE


@both_databases_of_faults
@pytest.mark.parametrize("step", [RCPT, DOT])
@pytest.mark.parametrize(
    ("reply", "ends"),
    [
        ("451 4.3.0 Later", "sent"),
        ("452 4.2.2 Full", "sent"),
        ("552 5.2.2 Full", "sent or failed"),
        ("550 5.1.1 No such user", "failed"),
        ("554 5.6.0 No", "failed"),
    ],
)
def test_refusal_is_about_one_mail(scene: Scene, step: str, reply: str, ends: str) -> None:
    scene.queue(6)
    scene.server.order(step, "say", text=reply, to="reader3@")
    scene.comes_to_rest()
    found = scene.audit()
    assert (found.violations, found.repeated) == ([], 0)
    if ends == "sent or failed":
        # A full mailbox is temporary at RCPT (RFC 5321 4.5.3.1.10); of a whole mail it is the last word.
        ends = "sent" if step == RCPT else "failed"
    refused = scene.row("reader3@brug.example")
    assert (refused.state, scene.states()["sent"]) == (ends, 6 if ends == "sent" else 5)
    assert ends == "sent" or refused.reply == reply


@both_databases
@pytest.mark.parametrize("step", [BODY, BEFORE_DOT, DOT])
def test_connection_that_is_dropped_in_the_middle_of_a_mail(scene: Scene, step: str) -> None:
    scene.queue(8)
    scene.server.order(step, "drop", to="reader3@")
    scene.comes_to_rest()
    found = scene.audit()
    assert (found.violations, scene.states()) == ([], {"sent": 8})
    # Only after the dot can a server have taken what we do not know of.
    assert (found.repeated, found.in_doubt) == ((1, 1) if step == DOT else (0, 0))


@both_databases
@pytest.mark.parametrize("deed", ["silence", "trickle"])
def test_server_that_never_ends_its_reply_after_the_dot(scene: Scene, deed: str) -> None:
    scene.queue(4)
    scene.server.order(DOT, deed, to="reader3@", every=0.1)
    scene.sends(**SOON)
    held = scene.row("reader3@brug.example")
    assert (held.state, held.next_attempt_at > scene.now + HOLD / 2) == ("uncertain", True)
    assert scene.states() == {"sent": 3, "uncertain": 1}
    scene.comes_to_rest()
    found = scene.audit()
    assert (found.violations, found.repeated, scene.states()) == ([], 1, {"sent": 4})


@both_databases_of_faults
@pytest.mark.parametrize("step", [CONNECT, MAIL, RCPT, DATA])
def test_server_that_sends_a_byte_at_a_time_is_given_up(scene: Scene, step: str) -> None:
    scene.queue(4)
    scene.server.order(step, "trickle", every=0.1)
    scene.sends(**SOON)
    scene.comes_to_rest(**SOON)
    found = scene.audit()
    assert (found.violations, found.repeated, scene.states()) == ([], 0, {"sent": 4})


@both_databases_of_faults
def test_nothing_goes_in_clear_where_starttls_is_not_offered(scene: Scene) -> None:
    scene.queue(4)
    words = {"MAIL_USE_TLS": True, "MAIL_USERNAME": "vendor", "MAIL_PASSWORD": "secret"}
    assert scene.sends(**words)["unreachable"] == 4
    heard = scene.server.read().heard
    assert set(heard) - {"QUIT"} == {"EHLO"}
    assert scene.states() == {"queued": 4}
    assert scene.audit().violations == []


@both_databases_of_faults
def test_nothing_goes_in_clear_where_the_certificate_is_not_to_be_trusted(scene: Scene, tmp_path: Path) -> None:
    with LedgerServer(tmp_path, name="tls", certificate=certificate(tmp_path)) as server:
        scene.server = server
        scene.queue(4)
        assert scene.sends(MAIL_USE_TLS=True)["unreachable"] == 4
        assert set(server.read().heard) - {"QUIT"} == {"EHLO", "STARTTLS"}
        assert scene.audit().violations == []


@both_databases_of_faults
def test_relay_whose_name_nobody_knows_keeps_the_mail_waiting(scene: Scene) -> None:
    scene.queue(4)
    assert scene.sends(MAIL_SERVER="relay.invalid")["unreachable"] == 4
    assert scene.states() == {"queued": 4}
    assert scene.row("reader1@brug.example").reply.startswith("relay.invalid:")
    scene.comes_to_rest()
    found = scene.audit()
    assert (found.violations, found.repeated, scene.states()) == ([], 0, {"sent": 4})


@both_databases_of_faults
def test_server_that_takes_ten_mails_a_connection_gets_them_all(scene: Scene, tmp_path: Path) -> None:
    with LedgerServer(tmp_path, name="ten", most=10) as server:
        scene.server = server
        scene.queue(45)
        scene.sends()
        scene.comes_to_rest()
        found = scene.audit()
    assert (found.violations, found.repeated, scene.states()) == ([], 0, {"sent": 45})
    assert server.read().connections >= 5


def certificate(folder: Path) -> str:
    """A certificate that nobody vouches for, with its key."""
    both = folder / "both.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*make, "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
    both.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return str(both)
