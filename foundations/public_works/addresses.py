"""Which addresses may be called: a pure policy over names, addresses and networks (RELIABILITY 4.D)."""

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from symphainy.foundations.language.errors import Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAME = re.compile(
    r"^(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$"
)
_NUMERIC = re.compile(r"^(0[xX][0-9a-fA-F]*|[0-9]+)$")
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")
# Tunnels that carry an IPv4 address inside: what looks public may end anywhere.
_TUNNELS = tuple(ipaddress.ip_network(text) for text in ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48"))


@dataclass(frozen=True)
class Target:
    """A URL taken apart: ``host`` is a name or an address, in lower case, without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """For the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"


def parse_target(url: str) -> Target:
    """The parts of a URL that is plain enough to be read in one way only; Refused otherwise.

    >>> parse_target("https://API.example/v1?x=1")
    Target(scheme='https', host='api.example', port=443, path='/v1?x=1')
    """
    if not url.isascii() or any(ord(char) <= 32 or char in "\\\x7f" for char in url):
        raise refusal("it holds characters that a URL does not", url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise refusal("it is no URL", url) from None
    if parts.scheme not in ("http", "https"):
        raise refusal("only http and https are called", url)
    if "@" in parts.netloc or not parts.hostname or "%" in parts.netloc:
        raise refusal("a user, an escape or no host stands in it", url)
    host = parts.hostname
    if address(host) is None and (not _NAME.match(host) or _NUMERIC.match(host.rpartition(".")[2])):
        raise refusal("its host is neither a plain name nor an address in its usual form", url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or {"http": 80, "https": 443}[parts.scheme], path)


def address(text: str) -> Address | None:
    """The address a text is, in its one usual form; None for anything else.

    >>> address("0177.0.0.1"), address("10.0.0.1")
    (None, IPv4Address('10.0.0.1'))
    """
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def is_public(found: Address) -> bool:
    """Whether an address is on the open internet: not private, loopback, link-local, shared, multicast, reserved or a tunnel.

    >>> is_public(ipaddress.ip_address("::ffff:169.254.169.254")), is_public(ipaddress.ip_address("93.184.215.14"))
    (False, True)
    """
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(found.ipv4_mapped)
        if found not in _PUBLIC_V6 or any(found in tunnel for tunnel in _TUNNELS):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def is_allowed(target: Target, found: Address, allow: Collection[str]) -> bool:
    """Whether an entry of a list (``name``, ``address`` or ``network``, the first two also with ``:port``) covers a target.

    >>> is_allowed(parse_target("http://erp.internal:81/"), ipaddress.ip_address("10.0.0.1"), ["erp.internal:80"])
    False
    """
    plain = found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found
    for entry in allow:
        bare = entry.lower()
        if "/" in bare:
            network = ipaddress.ip_network(bare, strict=False)
            if plain.version == network.version and plain in network:
                return True
            continue
        name, colon, port = bare.rpartition(":")
        if not colon or address(bare) is not None:
            name, port = bare, ""
        if port and int(port) != target.port:
            continue
        name = name.strip("[]")
        if name == target.host or address(name) == plain:
            return True
    return False


def refusal(why: str, url: str) -> Refused:
    """The refusal; it names the host at most, never a query that may hold a secret."""
    host = url.split("://", 1)[-1].split("/", 1)[0].rpartition("@")[2][:100]
    return Refused(
        f"a call to {host!r} is refused: {why}",
        code="outbound_refused",
        remedy="an operator may add it to SYMPHAINY_OUTBOUND_ALLOW",
    )
