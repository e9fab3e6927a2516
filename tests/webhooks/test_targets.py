"""Where nothing is sent to: what only this machine can reach, what is not encrypted, what is no plain address."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from storage import Refused, db
from tests.webhooks.listening import PUBLIC, Receiver, allow, deliveries, endpoint, happened
from tests.world import NOW, World
from webhooks.delivery import deliver_due
from webhooks.models import Problem, WebhookEndpoint
from webhooks.networks import is_allowed, networks
from webhooks.targets import target_of

REFUSED = [
    "0.0.0.0",  # noqa: S104
    *("0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254"),
    *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
    *("198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255"),
    "168.63.129.16",
    *(
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
    ),
    *("64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::"),
    *("2002:c058:6301::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1"),
    *("ff02::1", "4000::1"),
]
ALLOWED = [
    *(
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.3.1",
        "223.255.255.255",
    ),
    *("2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808"),
]


@pytest.mark.parametrize("address", REFUSED)
def test_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_allowed(address, [])


@pytest.mark.parametrize("address", ALLOWED)
def test_public_address_is_allowed(address: str) -> None:
    assert is_allowed(address, [])


def test_setting_allows_its_networks_and_no_others() -> None:
    allowed = networks("10.1.0.0/16, fd00::/8")
    found = [is_allowed(one, allowed) for one in ("10.1.2.3", "::ffff:10.1.2.3", "10.2.0.1", "fd12::1", "127.0.0.1")]
    assert found == [True, True, False, True, False]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.com",
        "//hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "http://hooks.example.com/",
        "https://",
        "https://:443/",
        "https://user:secret@hooks.example.com/",
        "https://hooks.example.com@127.0.0.1/",
        "https://hooks.example.com\\@127.0.0.1/",
        "https://hooks.example.com/\r\nX-More: 1",
        "https://hooks.example.com/ more",
        "https://hooks.example.com/#part",
        "https://hooks.example.com:22/",
        "https://hooks.example.com:80/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:x/",
        "https://h\u00f6\u00f6ks.example.com/",
        "https://-hooks.example.com/",
        "https://hooks..example.com/",
        "https://[::1/",
        "https://[hooks]/",
        "https://hooks.example.com/" + "a" * 500,
    ],
)
def test_what_is_no_plain_https_address_is_refused(app: Flask, url: str) -> None:
    with pytest.raises(Refused) as refused:
        target_of(url)
    assert refused.value.field == "url"


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("https://Hooks.example.com", "hooks.example.com", 443, "/", "hooks.example.com"),
        ("https://hooks.example.com.:443/a?b=c", "hooks.example.com", 443, "/a?b=c", "hooks.example.com"),
        ("https://hooks.example.com:8443/a", "hooks.example.com", 8443, "/a", "hooks.example.com:8443"),
        ("https://[2606:4700::1111]/", "2606:4700::1111", 443, "/", "[2606:4700::1111]"),
    ],
)
def test_plain_address_is_read(app: Flask, url: str, host: str, port: int, path: str, authority: str) -> None:
    target = target_of(url)
    assert (target.host, target.port, target.path, target.authority) == (host, port, path, authority)


# Real names and numbers that lead to this machine, as the system looks them up.
@pytest.mark.parametrize("host", ["localhost", "localhost.", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0"])
def test_nothing_reaches_this_machine_unless_a_setting_allows_it(app: Flask, planned: World, host: str) -> None:
    app.config["WEBHOOK_ALLOW_HTTP"] = True
    with Receiver() as receiver:
        with pytest.raises(Refused):
            endpoint(receiver.url(host))
        hook = endpoint()
        # What was right when it was added may lead here since.
        db.session.get_one(WebhookEndpoint, hook.id).url = receiver.url(host)
        happened(planned.brug)
        assert deliver_due(NOW, "worker") == {"delivered": 0, "retried": 1, "failed": 0}
        assert receiver.connections == 0

        (row,) = deliveries()
        assert (row.problem, row.status) == (Problem.NOT_ALLOWED, None)
        # The same server, once it is allowed: it was only that which kept us.
        allow(app, "127.0.0.0/8 ::1/128 0.0.0.0/32")
        deliver_due(NOW + timedelta(minutes=1), "worker")
        assert receiver.connections == 1


class Names:
    """A name server of an attacker's: each look-up of a name gets the next answer."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, host: str, port: int, *_args: Any, **_kwargs: Any) -> list[Any]:
        if host.replace(".", "").isdigit() or ":" in host:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        self.asked += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in self.answers.pop(0)]


def test_name_is_looked_up_once_and_that_very_address_is_asked(
    app: Flask, planned: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(app, "127.0.0.2/32")
    with Receiver() as trap:
        # Nobody listens at 127.0.0.2; a second look-up would lead to the trap, at 127.0.0.1.
        names = Names(["127.0.0.2"], ["127.0.0.2"], ["127.0.0.1"], ["127.0.0.1"])
        monkeypatch.setattr(socket, "getaddrinfo", names)
        endpoint(trap.url("rebinding.example"))
        happened(planned.brug)
        deliver_due(NOW, "worker")
        assert (names.asked, trap.connections) == (2, 0)
        assert deliveries()[0].problem is Problem.UNREACHABLE

        # At the next attempt the name leads here: it is checked anew, and nothing is sent.
        deliver_due(NOW + timedelta(minutes=1), "worker")
        assert (names.asked, trap.connections) == (3, 0)
        assert deliveries()[0].problem is Problem.NOT_ALLOWED


def test_name_with_one_private_address_among_others_is_refused(
    app: Flask, planned: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["WEBHOOK_ALLOW_HTTP"] = True
    with Receiver() as trap:
        monkeypatch.setattr(socket, "getaddrinfo", Names(["192.0.3.1"], ["192.0.3.1", "127.0.0.1"]))
        endpoint(trap.url("mixed.example"))
        happened(planned.brug)
        deliver_due(NOW, "worker")
        assert (deliveries()[0].problem, trap.connections) == (Problem.NOT_ALLOWED, 0)


def test_name_that_is_not_known_is_said_so(app: Flask, planned: World) -> None:
    with pytest.raises(Refused) as refused:
        endpoint("https://nobody.invalid/")
    assert refused.value.field == "url"
    hook = endpoint()
    db.session.get_one(WebhookEndpoint, hook.id).url = "https://nobody.invalid/"
    happened(planned.brug)
    deliver_due(NOW, "worker")
    assert deliveries()[0].problem is Problem.UNKNOWN_NAME


def test_public_address_is_taken_without_a_setting(app: Flask, planned: World) -> None:
    assert endpoint(PUBLIC).url == PUBLIC


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate for `localhost`, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    folder = tmp_path_factory.mktemp("certificate")
    names, files = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(files), "-out", str(names)]
    subprocess.run(command, check=True, capture_output=True)
    return str(names), str(files)


@pytest.fixture
def secured(app: Flask, certificate: tuple[str, str]) -> Iterator[Receiver]:
    app.config["WEBHOOK_ALLOW_PRIVATE"] = "127.0.0.0/8 ::1/128"
    with Receiver(certificate) as running:
        yield running


def test_certificate_that_is_trusted_and_of_that_name_is_sent_to(
    secured: Receiver, certificate: tuple[str, str], planned: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
    endpoint(secured.url("localhost", "https"))
    happened(planned.brug)
    assert deliver_due(NOW, "worker")["delivered"] == 1
    assert secured.came[0].headers["host"] == f"localhost:{secured.port}"


def test_certificate_of_another_name_is_not_sent_to(
    secured: Receiver, certificate: tuple[str, str], planned: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
    endpoint(secured.url("127.0.0.1", "https"))
    happened(planned.brug)
    deliver_due(NOW, "worker")
    assert (deliveries()[0].problem, secured.came) == (Problem.UNTRUSTED, [])


def test_certificate_that_nobody_vouches_for_is_not_sent_to(secured: Receiver, planned: World) -> None:
    endpoint(secured.url("localhost", "https"))
    happened(planned.brug)
    deliver_due(NOW, "worker")
    assert (deliveries()[0].problem, secured.came) == (Problem.UNTRUSTED, [])


def test_server_without_tls_is_not_sent_to(app: Flask, planned: World) -> None:
    allow(app)
    with Receiver() as clear:
        endpoint(clear.url(scheme="https"))
        happened(planned.brug)
        deliver_due(NOW, "worker")
        assert (deliveries()[0].problem, clear.came) == (Problem.UNTRUSTED, [])
