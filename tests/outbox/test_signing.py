"""DKIM, judged by the verifier that receivers use; only the name server is our own."""

import subprocess
from base64 import b64encode
from pathlib import Path

import dkim
import pytest
from flask import Flask

from outbox.delivery import deliver_due
from outbox.mime import render
from outbox.signing import present_signer
from tests.outbox.rows import letter, queue, row, use
from tests.outbox.test_mime import message
from tests.smtp_server import SMTPServer
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("key")


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """The file of a key, and what is published of it."""
    pem = tmp_path_factory.mktemp("dkim") / "key.pem"
    subprocess.run(["openssl", "genrsa", "-traditional", "-out", str(pem), "2048"], check=True, capture_output=True)
    command = ["openssl", "rsa", "-in", str(pem), "-pubout", "-outform", "DER"]
    public = subprocess.run(command, check=True, capture_output=True).stdout
    return pem, b"v=DKIM1; k=rsa; p=" + b64encode(public)


@pytest.fixture
def key(app: Flask, pair: tuple[Path, bytes]) -> bytes:
    app.config.update(
        MAIL_DEFAULT_SENDER="Vendor <notices@vendor.example>", MAIL_DKIM_KEY=pair[0], MAIL_DKIM_SELECTOR="mail2026"
    )
    return pair[1]


def verified(mail: bytes, key: bytes, at: str = "mail2026._domainkey.vendor.example.") -> bool:
    published = {at.encode(): key}
    return bool(dkim.verify(mail, dnsfunc=lambda name, **_timeout: published.get(name)))


def test_sent_bytes_are_signed_for_the_senders_domain(app: Flask, key: bytes) -> None:
    with SMTPServer() as server:
        use(app, server)
        (sent,) = queue(of=letter(plain=".\n..\nHello é\n\n\n", calendar="BEGIN:VCALENDAR\nEND:VCALENDAR"))
        assert deliver_due(NOW, "worker 1")["sent"] == 1
        content = server.taken[0].content
    assert verified(content, key)
    assert not verified(content.replace(b"Hello", b"Hallo"), key)
    assert not verified(content.replace(b"Subject: Release", b"Subject: Relapse"), key)
    assert row(sent).message_id.encode() in content


def test_what_acts_on_one_click_is_signed(key: bytes) -> None:
    fields = {"unsubscribe": "https://portal.example/unsubscribe/abc"}
    mail = render(letter(), message(fields=fields), NOW)
    assert verified(mail, key)
    assert not verified(mail.replace(b"unsubscribe/abc", b"unsubscribe/abd"), key)
    assert not verified(mail.replace(b"One-Click", b"Two-Click"), key)


def test_domain_may_be_another(app: Flask, key: bytes) -> None:
    app.config["MAIL_DKIM_DOMAIN"] = "mail.vendor.example"
    mail = render(letter(), message(), NOW)
    assert verified(mail, key, "mail2026._domainkey.mail.vendor.example.")


def test_key_is_read_once(app: Flask, tmp_path: Path, pair: tuple[Path, bytes]) -> None:
    copy = tmp_path / "key.pem"
    copy.write_bytes(pair[0].read_bytes())
    app.config["MAIL_DKIM_KEY"] = copy
    first = present_signer()
    copy.unlink()
    assert present_signer() == first is not None


def test_key_that_is_none_is_our_mistake_and_named(app: Flask, tmp_path: Path) -> None:
    app.config["MAIL_DKIM_KEY"] = tmp_path / "nowhere.pem"
    with pytest.raises(ValueError, match=r"MAIL_DKIM_KEY: .*nowhere\.pem is no RSA key"):
        render(letter(), message(), NOW)
    (tmp_path / "none.pem").write_text("no key")
    app.config["MAIL_DKIM_KEY"] = tmp_path / "none.pem"
    with pytest.raises(ValueError, match=r"MAIL_DKIM_KEY: .*none\.pem is no RSA key"):
        render(letter(), message(), NOW)
