"""Which addresses nothing is sent to: whoever types a URL must not reach what only this machine can."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# What the registries of special addresses call not globally reachable (RFC 6890), written out: what Python calls global
# differs from one version to the next, and holds some addresses for multicast.
_REFUSED_4 = [
    IPv4Network(one)
    for one in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        # Looks public, and is where Azure tells a machine its secrets.
        "168.63.129.16/32",
    )
]
# Of IPv6 only what is given out to the public; of that not what stands for something else: Teredo and other protocols,
# documentation, 6to4.
_PUBLIC_6 = IPv6Network("2000::/3")
_REFUSED_6 = [IPv6Network(one) for one in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
# Ways of writing an IPv4 address in one of IPv6 behind which that very address is reached (RFC 4291 2.5.5.2, RFC 6052).
_WRITTEN_IN_6 = [IPv6Network(one) for one in ("::ffff:0:0/96", "64:ff9b::/96")]


def is_allowed(address: str, allowed: Iterable[Network]) -> bool:
    """Whether something may be sent to an address: a public one, or one in a network that is allowed.

    Raises ValueError for text that is no address.
    """
    meant = _meant(ip_address(address))
    if any(meant.version == network.version and meant in network for network in allowed):
        return True
    if isinstance(meant, IPv4Address):
        return not any(meant in network for network in _REFUSED_4)
    return meant in _PUBLIC_6 and not any(meant in network for network in _REFUSED_6)


def networks(text: str) -> list[Network]:
    """Read networks apart by commas or spaces. Raises ValueError for one that is none."""
    return [ip_network(part, strict=False) for part in text.replace(",", " ").split()]


def _meant(address: Address) -> Address:
    if isinstance(address, IPv6Address) and any(address in network for network in _WRITTEN_IN_6):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address
