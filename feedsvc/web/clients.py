"""Say whom a request comes from, through the reverse proxies that are trusted and no others. Pure.

Only to tell a flood from other requests: no address that we publish is ever made from a request, and no
client's is kept.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache

from feedsvc.web.caching import Environ

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

MANY_HOPS = 32
"""No honest request has come through more proxies."""

V6_NETWORK = 64
"""Bits of an IPv6 address that a household has; it changes the others as it likes."""

_FOR = re.compile(r'(?:^|[;,\s])for\s*=\s*(?:"([^"]*)"|([^;,\s"]+))', re.IGNORECASE)


class Proxies:
    """The reverse proxies that are trusted: each is believed about whom it asks for."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = tuple(ipaddress.ip_network(each) for each in networks)
        self._is_trusted = lru_cache(maxsize=1024)(self._look_up)

    def client(self, peer: str, environ: Environ) -> str:
        """Return the address that asks: the last one on the way that is no trusted proxy.

        Everything before it may be invented. Empty where a trusted proxy does not say for whom it asks.
        """
        found = peer
        hops = _hops(environ) if self._is_trusted(peer) else []
        for hop in reversed(hops[-MANY_HOPS:]):
            found = hop
            if not self._is_trusted(hop):
                break
        return "" if self._is_trusted(found) else found

    def household(self, peer: str, environ: Environ) -> str:
        """Return what one client is counted as: its address, of IPv6 the network; empty if nobody can tell.

        Without any trusted proxy, an address that is not of the public internet, or that passes requests
        on, may stand for everybody behind a proxy that was not named: it stands for nobody.
        """
        if not self._networks and (not _is_public(peer) or _hops(environ)):
            return ""
        return _household(self.client(peer, environ))

    def _look_up(self, address: str) -> bool:
        found = parsed(address)
        return found is not None and any(found in network for network in self._networks)


@lru_cache(maxsize=1024)
def parsed(address: str) -> IPAddress | None:
    """Return an address as the network has it; one of IPv4 in IPv6's clothes is one of IPv4."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _hops(environ: Environ) -> list[str]:
    """Return the addresses on the way, the first one first, as X-Forwarded-For or Forwarded (RFC 7239) says.

    The first is what proxies write; where they write the other one, they must take the first away.
    """
    header = environ.get("HTTP_X_FORWARDED_FOR")
    if isinstance(header, str) and header.strip():
        return [_bare(hop) for hop in header.split(",")]
    header = environ.get("HTTP_FORWARDED")
    if isinstance(header, str):
        return [_bare(quoted or plain) for quoted, plain in _FOR.findall(header)]
    return []


def _bare(hop: str) -> str:
    """Return a hop's address without its port and its brackets."""
    hop = hop.strip()
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _is_public(address: str) -> bool:
    found = parsed(address)
    return found is not None and found.is_global


@lru_cache(maxsize=1024)
def _household(address: str) -> str:
    found = parsed(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, V6_NETWORK), strict=False))
    return str(found) if found else ""
