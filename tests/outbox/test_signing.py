"""DKIM, judged by the verifier that receivers use; only the name server is our own."""

import subprocess
from base64 import b64encode
from importlib.util import find_spec
from pathlib import Path

import dkim
import pytest
from flask import Flask

from entrypoints.settings import WrongSetting, read_settings
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


def made(path: Path, *how: str) -> Path:
    subprocess.run(["openssl", *how, "-out", str(path)], check=True, capture_output=True)
    return path


def test_ed25519_key_signs_where_the_library_for_it_is_there(app: Flask, tmp_path: Path) -> None:
    pem = made(tmp_path / "ed25519.pem", "genpkey", "-algorithm", "ed25519")
    app.config["MAIL_DKIM_KEY"] = pem
    if find_spec("nacl") is None:
        with pytest.raises(ValueError, match="an Ed25519 key, and PyNaCl, which signs with those, is not installed"):
            render(letter(), message(), NOW)
        return
    mail = render(letter(), message(), NOW)
    der = subprocess.run(
        ["openssl", "pkey", "-in", str(pem), "-pubout", "-outform", "DER"], check=True, capture_output=True
    ).stdout
    # The key itself and not its wrapping is published (RFC 8463 4.2).
    published = b"v=DKIM1; k=ed25519; p=" + b64encode(der[-32:])
    assert b"a=ed25519-sha256" in mail.partition(b"\r\n\r\n")[0]
    assert verified(mail, published)
    assert not verified(mail.replace(b"Hello", b"Hallo"), published)


MISTAKES = {
    "cannot be read: No such file or directory": (),
    "holds a public key; the private one signs": ("rsa", "-pubout", "-in", "{good}"),
    "is protected by a passphrase, and nobody is there to type it": (
        *("genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:1024", "-aes256", "-pass", "pass:secret"),
    ),
    "is an RSA key of 512 bits, and receivers take none under 1024": (
        "genpkey",
        "-algorithm",
        "rsa",
        "-pkeyopt",
        "rsa_keygen_bits:512",
    ),
    "is no RSA or Ed25519 key in PEM that can be read": (
        *("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    ),
}


@pytest.mark.parametrize("words", MISTAKES)
def test_key_that_cannot_sign_is_our_mistake_and_named(
    app: Flask, tmp_path: Path, pair: tuple[Path, bytes], words: str
) -> None:
    how = [one.format(good=pair[0]) for one in MISTAKES[words]]
    app.config["MAIL_DKIM_KEY"] = made(tmp_path / "key.pem", *how) if how else tmp_path / "key.pem"
    with pytest.raises(ValueError, match=rf"MAIL_DKIM_KEY: .*key\.pem {words}"):
        render(letter(), message(), NOW)
    with pytest.raises(WrongSetting, match=rf"MAIL_DKIM_KEY: .*key\.pem {words}"):
        read_settings(_env_file=None, MAIL_DKIM_KEY=app.config["MAIL_DKIM_KEY"], MAIL_DKIM_SELECTOR="mail2026")


def test_file_that_holds_no_key_is_named(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("no key")
    app.config["MAIL_DKIM_KEY"] = tmp_path / "none.pem"
    with pytest.raises(ValueError, match=r"MAIL_DKIM_KEY: .*none\.pem is no RSA or Ed25519 key"):
        render(letter(), message(), NOW)
