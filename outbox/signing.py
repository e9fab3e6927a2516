"""DKIM (RFC 6376): the vendor's signature over the bytes of a mail."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import dkim
from dkim.crypto import UnparsableKeyError, parse_pem_private_key
from flask import current_app

from outbox.addresses import sender

# Each that a mail may have: what a reader sees, and what acts on one click, which must be signed (RFC 8058 4).
_SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "auto-submitted",
    "list-id",
    "content-language",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
)


@dataclass(frozen=True)
class Signer:
    """Signs for a domain; the public half of ``key`` is published at ``selector``._domainkey.``domain``."""

    key: bytes
    selector: str
    domain: str

    def signed(self, mail: bytes) -> bytes:
        """Return the mail with its signature on top."""
        header = mail.partition(b"\r\n\r\n")[0].lower()
        names = {line.partition(b":")[0] for line in header.split(b"\r\n") if not line.startswith((b" ", b"\t"))}
        there = [name.encode() for name in _SIGNED if name.encode() in names]
        # Relays re-fold a header and add blanks; a body of ours they have no reason to touch.
        how = (b"relaxed", b"relaxed")
        signature: bytes = dkim.sign(
            mail, self.selector.encode(), self.domain.encode(), self.key, canonicalize=how, include_headers=there
        )
        return signature + mail


def present_signer() -> Signer | None:
    """Return who signs by the settings; None where no key is set. Raises ValueError where the key cannot be used."""
    return signer_of(current_app.config)


def signer_of(config: Any) -> Signer | None:
    """The same for any configuration."""
    if not config.get("MAIL_DKIM_KEY"):
        return None
    domain = config.get("MAIL_DKIM_DOMAIN") or sender().domain
    return Signer(_key(Path(config["MAIL_DKIM_KEY"])), str(config["MAIL_DKIM_SELECTOR"]), domain)


@lru_cache(maxsize=4)
def _key(path: Path) -> bytes:
    try:
        pem = path.read_bytes()
        parse_pem_private_key(pem)
    except (OSError, UnparsableKeyError) as error:
        raise ValueError(f"MAIL_DKIM_KEY: {path} is no RSA key in PEM that can be read: {error}") from None
    return pem
