"""Where a request comes from: the peer, or what proxies that we trust say of it."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from flask import Request, current_app

Address = IPv4Address | IPv6Address


def client_address(request: Request) -> Address | None:
    """Return the address of the reader's own machine, None where it cannot be told."""
    forwarded = ",".join(request.headers.getlist("X-Forwarded-For"))
    return reader_address(request.remote_addr or "", forwarded, current_app.config["SETTINGS"].TRUSTED_PROXIES)


def place_of(request: Request) -> tuple[str, str]:
    """Whom to count a request to: a household or a machine, and the site that it is part of.

    One machine has all of an IPv6 network of 64 bits to choose its address from; who rents a few machines, or asks for
    it, has one of 48 bits.
    """
    address = client_address(request)
    if not isinstance(address, IPv6Address):
        return str(address or ""), str(address or "")
    place, site = (str(IPv6Network((address, length), strict=False)) for length in (64, 48))
    return place, site


def reader_address(peer: str, forwarded: str, proxies: str) -> Address | None:
    """The same from what a server says: the peer, and all of X-Forwarded-For.

    That is read from its end for as long as the speaker is one of the proxies that we trust, TRUSTED_PROXIES:
    everything before that could have been written by anybody.
    """
    trusted = _networks(proxies)
    address = _parsed(peer)
    hops = [hop.strip() for hop in forwarded.split(",")] if forwarded else []
    while hops and address is not None and within(address, trusted):
        address = _parsed(hops.pop())
    return address


def allowed(address: Address | None, allowlist: str) -> bool:
    """Tell whether a tenant's list, one network a line, lets this address in; an empty list lets everyone in."""
    networks = _networks(allowlist)
    return not networks or (address is not None and within(address, networks))


def within(address: Address, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A dual-stack socket shows an IPv4 reader as ::ffff:192.0.2.1.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


@lru_cache(maxsize=1024)
def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(_plain(ip_network(part, strict=False)) for part in text.replace(",", " ").split())


def _plain(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """An IPv4 network that is written as ::ffff:192.0.2.0/120, as addresses are read."""
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    return IPv4Network((mapped, network.prefixlen - 96)) if mapped and network.prefixlen >= 96 else network
