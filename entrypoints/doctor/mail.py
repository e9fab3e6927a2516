"""The mail server: a conversation as far as signing in, just as delivery holds it, and no mail; the signature."""

import smtplib
import socket
import ssl
from dataclasses import replace
from typing import Any

import dkim

from entrypoints.doctor.finding import Finding
from outbox.relay import Relay, Unreachable
from outbox.signing import signer_of
from outbox.smtp import Session

PATIENCE = 10.0
_ANY_MAIL = b"From: doctor@localhost\r\nSubject: How do you do?\r\n\r\nFine.\r\n"
# By what went wrong; the first that fits.
MEND: tuple[tuple[type[Exception], str], ...] = (
    (socket.gaierror, "there is no such name: look at MAIL_SERVER"),
    (ConnectionRefusedError, "nothing listens there: look at MAIL_SERVER and MAIL_PORT"),
    (ssl.SSLCertVerificationError, "its certificate is not trusted: a private authority is named by SSL_CERT_FILE"),
    (ssl.SSLError, "MAIL_USE_SSL is for port 465, MAIL_USE_TLS (STARTTLS) for 587 and 25"),
    (TimeoutError, "a firewall may be in between: look at MAIL_SERVER and MAIL_PORT"),
    (smtplib.SMTPAuthenticationError, "look at MAIL_USERNAME and MAIL_PASSWORD"),
    (smtplib.SMTPNotSupportedError, "it offers no STARTTLS, or no signing in: look at MAIL_USE_TLS and MAIL_USERNAME"),
)


def mail_server(config: dict[str, Any], patience: float = PATIENCE) -> Finding:
    """Connect, greet, and go under TLS and sign in where that is set; each step within ``patience`` seconds."""
    if not config["MAIL_SERVER"]:
        return Finding(
            "mail",
            "the built-in mailbox is in use; what it takes is a trial, and no notice counts as given "
            "(MAIL_SERVER names a real server)",
        )
    relay = replace(Relay.of(config), timeout=patience)
    try:
        Session(relay).close()
    except Unreachable as error:
        return Finding("mail", str(error), _mend(error.__cause__))
    how = "TLS" if relay.tls else "STARTTLS" if relay.starttls else "in clear"
    signed_in = f", signed in as {relay.username}" if relay.username else ""
    return Finding("mail", f"{relay.host}:{relay.port} answers ({how}{signed_in})")


def signature(config: dict[str, Any]) -> Finding | None:
    """Look at the key that mails are signed with: read it, and sign something with it. None where none is set."""
    if not config["MAIL_DKIM_KEY"]:
        return None
    try:
        signer = signer_of(config)
        signed = signer is not None and signer.signed(_ANY_MAIL)
    except ValueError as error:
        return Finding(
            "DKIM", str(error), "set MAIL_DKIM_KEY to the file of an RSA or Ed25519 key in PEM that this user may read"
        )
    except dkim.DKIMException as error:
        return Finding("DKIM", f"nothing can be signed with it: {error}", "make a new RSA key of 2048 bits")
    name = f"{signer.selector}._domainkey.{signer.domain}" if signer and signed else ""
    kind = "Ed25519" if signer is not None and signer.key.algorithm.startswith(b"ed25519") else "RSA"
    return Finding("DKIM", f"mails are signed ({kind}); the public half of the key belongs at {name}")


def _mend(cause: BaseException | None) -> str:
    advice = "look at MAIL_SERVER, MAIL_PORT and the server's own log"
    return next((advice for kind, advice in MEND if isinstance(cause, kind)), advice)
