"""Which IP addresses a flow may reach.

The ranges are written out instead of asked of ``ipaddress``: its ``is_global`` is true for several ranges
that lead to private or local hosts. Source: the IANA special-purpose address registries (RFC 6890 and its
updates), RFC 4291, 3879, 6052, 8215, 3056, 4380, 5214.
"""

import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import TypeAlias

__all__ = ["Address", "Network", "destinations", "is_own", "listed", "refusal"]

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

REFUSED: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), kind)
    for network, kind in (
        ("0.0.0.0/32", "unspecified"),
        ("0.0.0.0/8", "reserved"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "reserved"),
        ("192.52.193.0/24", "reserved"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "reserved"),
        ("198.18.0.0/15", "benchmark"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("fc00::/7", "unique-local"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
        ("2001:2::/48", "benchmark"),
        ("2001:db8::/32", "documentation"),
        ("3fff::/20", "documentation"),
        ("2001::/23", "reserved"),
        ("2620:4f:8000::/48", "reserved"),
    )
)
"""Ranges that are refused and what they are called; the first match names the reason."""

GLOBAL_UNICAST = IPv6Network("2000::/3")
"""The only IPv6 space given out for hosts on the internet."""

MAPPED = IPv6Network("::ffff:0:0/96")
TRANSLATED = IPv6Network("::ffff:0:0:0/96")
COMPATIBLE = IPv6Network("::/96")
NAT64 = IPv6Network("64:ff9b::/96")
SIX_TO_FOUR = IPv6Network("2002::/16")
TEREDO = IPv6Network("2001::/32")
ISATAP_INTERFACES = (0x0000_5EFE, 0x0200_5EFE)

LOW_32 = 0xFFFF_FFFF


def destinations(address: Address) -> tuple[Address, ...]:
    """Every address at which a packet sent to this one may end, transition formats unwrapped.

    Where the wrapping is only another spelling (mapped, NAT64, 6to4, Teredo) the wrapped addresses alone are
    given; where the outer address is a destination of its own (compatible, translated, ISATAP) it comes
    along.
    """
    if isinstance(address, IPv4Address):
        return (address,)
    number = int(address)
    low = IPv4Address(number & LOW_32)
    if address in MAPPED or address in NAT64:
        return (low,)
    if address in SIX_TO_FOUR:
        return (IPv4Address(number >> 80 & LOW_32),)
    if address in TEREDO:
        server, client = IPv4Address(number >> 64 & LOW_32), IPv4Address(~number & LOW_32)
        return (server, client)
    if address in TRANSLATED or number >> 32 & LOW_32 in ISATAP_INTERFACES:
        return (address, low)
    if address in COMPATIBLE and number > 1:
        return (address, low)
    return (address,)


def listed(address: Address, *, networks: Iterable[Network]) -> bool:
    """Whether everything this address may lead to lies in one of the networks."""
    known = tuple(networks)
    return all(any(end in network for network in known) for end in destinations(address))


def refusal(address: Address, *, networks: Iterable[Network], own: Callable[[Address], bool]) -> str | None:
    """Why a flow may not reach this address (one word of :data:`REFUSED`, or ``own``), or None when it may.

    ``networks`` are exempt from the table, ``own`` tells the addresses of this host.
    """
    known = tuple(networks)
    reasons = (
        _reason(end, own=own) for end in destinations(address) if not any(end in network for network in known)
    )
    return next((reason for reason in reasons if reason is not None), None)


def _reason(address: Address, *, own: Callable[[Address], bool]) -> str | None:
    for network, kind in REFUSED:
        if address in network:
            return kind
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return "reserved"
    return "own" if own(address) else None


def is_own(address: Address) -> bool:
    """Whether the address belongs to this host.

    Asks the routing table by binding a datagram socket to the destination, which sends nothing: only for an
    address of its own does a host choose that very address as the source.
    """
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return probe.getsockname()[0] == str(address)
    except OSError:
        return False
