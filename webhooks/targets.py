"""Where a URL leads: read strictly, its name looked up once, every address of it checked."""

import re
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _

from storage import Refused
from webhooks.networks import is_allowed, networks

_MOST = 500
_PORTS = {"https": 443, "http": 80}
_FIRST_FREE_PORT = 1024
# Printable and ASCII: what programs read differently is not sent at all.
_PLAIN = re.compile(r"[!-~]+")
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")


@dataclass(frozen=True)
class Target:
    """What is asked of whom; ``host`` is the name that a certificate must show."""

    host: str
    port: int
    path: str
    is_tls: bool

    @property
    def authority(self) -> str:
        """The value of the Host header (RFC 9110 7.2): without a port that goes without saying."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = _PORTS["https" if self.is_tls else "http"]
        return host if self.port == usual else f"{host}:{self.port}"


def target_of(url: str) -> Target:
    """Read a URL. Raises Refused where it is none that we send to."""
    if len(url) > _MOST or not _PLAIN.fullmatch(url) or "\\" in url:
        raise _refused(_("Write an address such as https://hooks.example.com/announcements."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused(_("Write an address such as https://hooks.example.com/announcements.")) from None
    if parts.scheme == "http" and not current_app.config["WEBHOOK_ALLOW_HTTP"]:
        raise _refused(_("Only https is sent to: anybody on the way could read the rest."))
    if parts.scheme not in _PORTS or not _is_host(parts.hostname or ""):
        raise _refused(_("Write an address such as https://hooks.example.com/announcements."))
    if "@" in parts.netloc:
        raise _refused(_("Leave the user name and password out: what we send is signed."))
    if parts.fragment:
        raise _refused(_("Leave out what stands behind the #: it is never sent."))
    port = _PORTS[parts.scheme] if port is None else port
    if port != _PORTS[parts.scheme] and port < _FIRST_FREE_PORT:
        raise _refused(_("This port belongs to another service. Use the usual one, or one above 1023."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target((parts.hostname or "").rstrip("."), port, path, parts.scheme == "https")


def addresses_of(target: Target) -> list[str]:
    """Look a name up, once, and return its addresses in the order of the system's preference.

    Raises Refused where one of them is not public and not allowed by ``WEBHOOK_ALLOW_PRIVATE``: a name that leads to
    both is no mistake. Raises OSError where the name is not known.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_rest, sockaddr in found))
    allowed = networks(current_app.config["WEBHOOK_ALLOW_PRIVATE"])
    if not all(is_allowed(address, allowed) for address in addresses):
        raise _refused(_("This leads to a private address. Nothing is sent there unless a setting allows it."))
    return addresses


def checked_url(url: str) -> str:
    """Check what a person typed, its addresses as they are now among it. Raises Refused."""
    url = url.strip()
    target = target_of(url)
    try:
        addresses_of(target)
    except OSError:
        raise _refused(_("The name in this address is not known.")) from None
    return url


def _is_host(host: str) -> bool:
    if _NAME.fullmatch(host.rstrip(".")):
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _refused(message: str) -> Refused:
    return Refused("url", message)
