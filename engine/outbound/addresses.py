"""Which addresses may be called: written plainly, and leading to the internet by every address of their name.

The list of what is refused follows the known holes of peers: odd spellings of numbers, mapped and translated
addresses, names that resolve to a private network, names that resolve differently the second time.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from engine.kernel.errors import Complaint, Rejected
from engine.settings import Network

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
_LONGEST = 2_000
# 64:ff9b::/96 and 64:ff9b:1::/48 translate to IPv4, 2002::/16 and 2001::/32 tunnel to it
_TRANSLATING = tuple(IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was vetted: where to connect, and by which name."""

    scheme: str
    host: str
    port: int
    path: str
    address: str
    url: str


def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """Return all addresses of a name as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard:
    """``allowed``: networks that an operator opened for his own servers; plain http is possible there only."""

    def __init__(self, allowed: Sequence[Network] = (), resolve: Resolve = resolve_by_system) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve

    def check(self, url: str) -> None:
        """Return when an address may be written down; raises Rejected. Names are not resolved yet."""
        self._parsed(url)

    def vet(self, url: str) -> Target:
        """Return where to connect for an address; raises Rejected. The name is resolved once, and every one of its
        addresses must be allowed; the connection goes to the one that was vetted."""
        scheme, host, port, path = self._parsed(url)
        literal = _literal(host)
        addresses = [host.strip("[]")] if literal is not None else self._resolved(host, port)
        for text in addresses:
            self._require_allowed(ip_address(text.partition("%")[0]), scheme)
        return Target(scheme, host.strip("[]"), port, path, addresses[0], url)

    def _parsed(self, url: str) -> tuple[str, str, int, str]:
        if len(url) > _LONGEST or not url.isascii() or any(sign <= " " or sign in "\\\x7f" for sign in url):
            raise _refused("it holds characters that an address has not")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise _refused("it is no address") from error
        if parts.scheme not in ("http", "https"):
            raise _refused("only https can be used")
        if parts.username is not None or parts.password is not None or "@" in parts.netloc:
            raise _refused("it holds a user name")
        host = (parts.hostname or "").lower().removesuffix(".")
        literal = _literal(host)
        if literal is None and not _NAME.fullmatch(host):
            raise _refused("its host is not a full name")
        if literal is None and re.fullmatch(r"[0-9a-fx.]*[0-9]", host.rpartition(".")[2]):
            raise _refused("its host is a number in disguise")
        if literal is not None:
            self._require_allowed(literal, parts.scheme)
        elif parts.scheme == "http" and not self._allowed:
            raise _refused("only https can be used")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path

    def _resolved(self, host: str, port: int) -> list[str]:
        try:
            found = list(self._resolve(host, port))
        except (OSError, UnicodeError) as error:
            raise _refused("its host has no address") from error
        if not found:
            raise _refused("its host has no address")
        return found

    def _require_allowed(self, address: Address, scheme: str) -> None:
        if any(address in network for network in self._allowed if network.version == address.version):
            return
        if scheme != "https":
            raise _refused("only https can be used")
        if not _is_public(address):
            raise _refused("it leads into a private network")


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None or any(address in network for network in _TRANSLATING):
            return False
        if address.packed[:12] == bytes(12):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _refused(why: str) -> Rejected:
    return Rejected("url_not_allowed", [Complaint("url", "url_not_allowed", {"why": why})], why=why)
