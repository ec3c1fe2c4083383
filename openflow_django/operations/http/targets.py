"""Reading a URL into the one place it names, with every spelling refused on which two programs might
disagree.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urljoin, urlsplit

from openflow_django.operations.base import OperationError
from openflow_django.operations.http.addresses import Address

__all__ = ["Target", "follow", "parse"]

MAX_URL_LENGTH = 8192
DEFAULT_PORTS = {"http": 80, "https": 443}

CONTROL_OR_SPACE = re.compile(
    r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]"
)
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
PATH_SAFE = "/:@!$&'()*+,;=~-._%[]"
QUERY_SAFE = PATH_SAFE + "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One place: ``host`` is a lower-case ASCII name or the canonical text of ``address``, ``path`` holds the
    query too.
    """

    scheme: str
    host: str
    port: int
    path: str
    address: Address | None = None

    @property
    def origin(self) -> tuple[str, str, int]:
        return (self.scheme, self.host, self.port)

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if isinstance(self.address, IPv6Address) else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def parse(url: str) -> Target:
    """The place a URL names.

    Raises :class:`OperationError`, code ``http_url_refused``: for another scheme than http and https, user
    and password in the URL, blanks and control characters, backslashes, percent signs or zone ids in the
    host, and hosts that end in a number without being four plain decimal parts.
    """
    if len(url) > MAX_URL_LENGTH:
        raise _refused(f"it is longer than {MAX_URL_LENGTH} characters")
    if CONTROL_OR_SPACE.search(url):
        raise _refused("it contains blanks or control characters; percent-encode them")
    if "\\" in url:
        raise _refused("it contains a backslash")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _refused("its host cannot be read") from error
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise _refused("it must start with http:// or https://")
    if "@" in parts.netloc:
        raise _refused("it carries a user or password; send credentials in a header")
    host, port = _split_authority(parts.netloc, scheme=scheme)
    address = _literal(host)
    query = f"?{quote(parts.query, safe=QUERY_SAFE)}" if parts.query else ""
    return Target(
        scheme=scheme,
        host=_name(host) if address is None else str(address),
        port=port,
        path=(quote(parts.path, safe=PATH_SAFE) or "/") + query,
        address=address,
    )


def follow(target: Target, *, location: str) -> Target:
    """The place a redirect from here names. Raises as :func:`parse` does."""
    try:
        joined = urljoin(target.url, location)
    except ValueError as error:
        raise _refused("the redirect names no readable place") from error
    return parse(joined)


def _split_authority(authority: str, *, scheme: str) -> tuple[str, int]:
    host, port = authority, ""
    if authority.startswith("["):
        host, bracket, rest = authority.partition("]")
        host += bracket
        if rest and not rest.startswith(":"):
            raise _refused("its host cannot be read")
        port = rest[1:]
    elif ":" in authority:
        host, _, port = authority.partition(":")
    if not port:
        return host, DEFAULT_PORTS[scheme]
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) <= 65535):
        raise _refused("its port is no number from 1 to 65535")
    return host, int(port)


def _literal(host: str) -> Address | None:
    if host.startswith("["):
        if not host.endswith("]") or "%" in host:
            raise _refused("its host is no IPv6 address, or names a zone")
        try:
            return IPv6Address(host[1:-1])
        except AddressValueError as error:
            raise _refused("its host is no IPv6 address") from error
    name = _name(host)
    if not NUMBER.fullmatch(name.rpartition(".")[2]):
        return None
    try:
        return IPv4Address(name)
    except AddressValueError as error:
        raise _refused("its host ends in a number but is not four decimal parts from 0 to 255") from error


def _name(host: str) -> str:
    try:
        # The codec also normalises: full-width and circled characters come out as what the resolver would
        # see.
        name = host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise _refused("its host is no valid name") from error
    name = name.removesuffix(".")
    if len(name) > 253 or not all(LABEL.fullmatch(label) for label in name.split(".")):
        raise _refused("its host is no valid name")
    return name


def _refused(reason: str) -> OperationError:
    return OperationError(f"The URL is refused: {reason}", code="http_url_refused", name="UrlRefused")
