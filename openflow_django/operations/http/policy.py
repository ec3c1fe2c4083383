"""Which places a flow may call."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_network

from openflow_django.conf import settings
from openflow_django.exceptions import OpenFlowError
from openflow_django.operations.base import OperationError
from openflow_django.operations.http.addresses import Address, Network, is_own, listed, refusal
from openflow_django.operations.http.targets import Target

__all__ = ["Policy", "site_policy"]

WEB_PORTS = frozenset({80, 443})
FIRST_FREE_PORT = 1024

# Services that answer to lines of text or whose protocol can be spoken through a crafted request: never a web
# server's port.
SERVICE_PORTS = frozenset(
    {
        1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4369, 5060, 5061,
        5432, 5433, 5672, 5900, 5984, 6000, 6379, 6380, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 9042, 9092,
        9200, 9300, 10080, 10250, 11211, 27017, 50070, 61616,
    }
)  # fmt: skip

HINT = (
    "The site can allow it: OPENFLOW['HTTP_ALLOWED_HOSTS'] names hosts, "
    "OPENFLOW['HTTP_ALLOWED_NETWORKS'] names networks."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The site's rules.

    ``hosts``: names that are called without being judged, lower case: ``name``, ``name:port``, ``*.domain``
    (every name below it).
    ``networks``: addresses that are called without being judged. ``guard`` False judges nothing at all.
    ``own`` tells the addresses of this host.
    """

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    guard: bool = True
    own: Callable[[Address], bool] = is_own

    def names(self, target: Target) -> bool:
        """Whether the site allows this host by name."""
        for host in (target.host, f"[{target.host}]"):
            if {host, f"{host}:{target.port}"} & self.hosts:
                return True
        labels = target.host.split(".")
        domains = (".".join(labels[start:]) for start in range(1, len(labels)))
        return target.address is None and any(f"*.{domain}" in self.hosts for domain in domains)

    def judge(self, target: Target, *, addresses: tuple[Address, ...]) -> None:
        """Return when the target may be called at each of these addresses.

        Raises :class:`OperationError`, code ``http_destination_refused``: one refused address among good ones
        refuses the target.
        """
        if not self.guard or self.names(target):
            return
        for address in addresses:
            if listed(address, networks=self.networks):
                continue
            reason = refusal(address, networks=self.networks, own=self.own)
            if reason is not None:
                where = "this server's own address" if reason == "own" else f"a {reason} address"
                raise _refused(f"{target.host} leads to {where}")
            if not _usual(target.port):
                raise _refused(f"port {target.port} is not a port of web servers")


def site_policy() -> Policy:
    """The policy of the ``OPENFLOW`` setting as it is now."""
    return _policy(
        tuple(settings.HTTP_ALLOWED_HOSTS), tuple(settings.HTTP_ALLOWED_NETWORKS), guard=settings.HTTP_GUARD
    )


@lru_cache(maxsize=16)
def _policy(hosts: tuple[str, ...], networks: tuple[str, ...], *, guard: bool) -> Policy:
    try:
        known = tuple(ip_network(network) for network in networks)
    except ValueError as error:
        raise OpenFlowError(
            f"OPENFLOW['HTTP_ALLOWED_NETWORKS'] names something that is no network: {error}",
            code="setting_invalid",
            hint="Write networks as 10.1.0.0/16 or fd00::/8, without host bits.",
        ) from error
    return Policy(hosts=frozenset(host.lower() for host in hosts), networks=known, guard=guard)


def _usual(port: int) -> bool:
    return port in WEB_PORTS or (port >= FIRST_FREE_PORT and port not in SERVICE_PORTS)


def _refused(reason: str) -> OperationError:
    return OperationError(
        f"The request is refused: {reason}",
        code="http_destination_refused",
        name="DestinationRefused",
        hint=HINT,
    )
