"""DKIM (RFC 6376, RFC 8463): the vendor's signature over the bytes of a mail."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

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
# What stands before the 32 octets of an Ed25519 key (RFC 8410 7).
_ED25519 = bytes.fromhex("302e020100300506032b657004220420")
# Receivers take no signature by a shorter one (RFC 8301 3.2).
_LEAST_BITS = 1024


class Key(NamedTuple):
    """A private key as it is signed with, and how."""

    algorithm: bytes
    private: bytes


@dataclass(frozen=True)
class Signer:
    """Signs for a domain; the public half of the key is published at ``selector``._domainkey.``domain``."""

    key: Key
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
            mail,
            self.selector.encode(),
            self.domain.encode(),
            self.key.private,
            signature_algorithm=self.key.algorithm,
            canonicalize=how,
            include_headers=there,
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
    try:
        key = key_in(Path(config["MAIL_DKIM_KEY"]))
    except ValueError as error:
        raise ValueError(f"MAIL_DKIM_KEY: {error}") from None
    return Signer(key, str(config["MAIL_DKIM_SELECTOR"]), domain)


@lru_cache(maxsize=4)
def key_in(path: Path) -> Key:
    """Read an RSA or an Ed25519 key in PEM. Raises ValueError with what is wrong with it."""
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    if b"PUBLIC KEY-----" in pem:
        raise ValueError(f"{path} holds a public key; the private one signs")
    if b"ENCRYPTED" in pem:
        raise ValueError(f"{path} is protected by a passphrase, and nobody is there to type it")
    seed = _ed25519_seed(pem)
    if seed is not None:
        if find_spec("nacl") is None:
            raise ValueError(f"{path} is an Ed25519 key, and PyNaCl, which signs with those, is not installed")
        return Key(b"ed25519-sha256", b64encode(seed))
    try:
        bits = parse_pem_private_key(pem)["modulus"].bit_length()
    except UnparsableKeyError as error:
        raise ValueError(f"{path} is no RSA or Ed25519 key in PEM that can be read: {error}") from None
    if bits < _LEAST_BITS:
        raise ValueError(f"{path} is an RSA key of {bits} bits, and receivers take none under {_LEAST_BITS}")
    return Key(b"rsa-sha256", pem)


def _ed25519_seed(pem: bytes) -> bytes | None:
    """The secret octets of an Ed25519 key; None for anything else."""
    body = pem.partition(b"-----BEGIN PRIVATE KEY-----")[2].partition(b"-----END")[0]
    try:
        key = b64decode(b"".join(body.split()), validate=True)
    except ValueError:
        return None
    return key[len(_ED25519) :] if key.startswith(_ED25519) and len(key) == len(_ED25519) + 32 else None
