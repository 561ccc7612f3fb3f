"""Decide which addresses feedsvc may talk to: the public internet, and what the operator allows.

An address is judged twice: its text before anything is sent (`parse`), and each IP address at the
moment a socket is opened to it (`refusal`), so that no name, redirect or second answer of a name
server leads elsewhere than where the check looked.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from feedsvc.errors import FetchError
from feedsvc.net import urls

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

PORTS = frozenset({80, 443, 8080, 8443})

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\]")

# `is_global` depends on the Python version and calls some of these public; each of them leads, or may
# lead, back into somebody's own network (IANA special-purpose registries; 168.63.129.16 is Azure's host).
_CLOSED = """
    0.0.0.0/8 100.64.0.0/10 168.63.129.16/32 192.0.0.0/24 192.31.196.0/24 192.52.193.0/24
    192.88.99.0/24 192.175.48.0/24 198.18.0.0/15 224.0.0.0/4 240.0.0.0/4
    ::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2002::/16 3fff::/20 5f00::/16
    fc00::/7 fe80::/10 fec0::/10 ff00::/8
"""
_EXTRA = tuple(ipaddress.ip_network(text) for text in _CLOSED.split())


@dataclass(frozen=True, slots=True)
class Target:
    """An address that passed the check of its text, rebuilt from its parts so that it has one reading."""

    url: str
    scheme: str
    host: str
    port: int


def parse(url: str) -> Target:
    """Read an address that is to be fetched; refuse, with a FetchError, what has more than one reading.

    Refused: other schemes than http and https, user names and passwords, control characters, spaces,
    backslashes, escaped or empty hosts, zone ids, ports out of range, more than 2,048 characters.
    """
    if len(url) > urls.MAX_CHARS:
        raise FetchError(f"its address is longer than {urls.MAX_CHARS:,} characters: use a shorter one")
    if _FORBIDDEN.search(url):
        raise FetchError("its address contains a space, a backslash or a control character: write it without")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise FetchError(f"its address “{url}” cannot be read: check it for typing errors") from error
    if parts.scheme not in ("http", "https"):
        raise FetchError(f"its address “{url}” is not one of the web: it must begin with https:// or http://")
    if "@" in parts.netloc:
        raise FetchError("its address contains a user name or password: use one that needs none")
    known = urls.absolute(url, None) if port != 0 and "%" not in parts.netloc else None
    if known is None:
        raise FetchError(f"its address “{url}” names no host: check it for typing errors")
    return _target(known)


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read networks in CIDR form, e.g. `10.1.0.0/16`; ValueError for anything else."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def refusal(ip: str, port: int, allowed: Sequence[Network]) -> str | None:
    """Say why no connection to this IP address and port may be opened, in one sentence, or None if it may."""
    address = _unwrapped(ip)
    if address is None:
        return f"it leads to {ip}, which is not an IP address"
    if any(address in network for network in allowed):
        return None
    if not _is_public(address):
        return (
            f"it leads to {address}, an address that is not on the public internet: if that is meant,"
            f" add its network to the option limits.allow_networks"
        )
    if port not in PORTS:
        return (
            f"it uses port {port}, and only {', '.join(map(str, sorted(PORTS)))} are fetched from: if that"
            f" is meant, add the network of {address} to the option limits.allow_networks"
        )
    return None


def _target(url: str) -> Target:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Target(parts._replace(fragment="").geturl(), parts.scheme, host, port)


def _unwrapped(ip: str) -> Address | None:
    """Read an IP address; one that is IPv4 in IPv6 clothes (::ffff:0:0/96) is judged as what it is."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return None if address.scope_id else address.ipv4_mapped or address
    return address


def _is_public(address: Address) -> bool:
    return (
        address.is_global and not address.is_multicast and not any(address in network for network in _EXTRA)
    )
