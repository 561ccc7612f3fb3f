"""Make addresses absolute, well-formed and comparable (RFC 3986); pure text, nothing is looked up."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

MAX_CHARS = 2048
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE_IN_PATH = "/:@!$&'()*+,;=-._~%"
_SAFE_IN_QUERY = _SAFE_IN_PATH + "?"
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_BREAKS = str.maketrans("", "", "\t\r\n")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def absolute(url: str, base: str | None) -> str | None:
    """Return the http(s) URI that an address means, percent-encoded, or None if it means none.

    None also for one of more than 2,048 characters: readers and databases cut it. Resolves it against
    `base` (RFC 3986 §5), drops the white space that authors leave in and around it, and writes an
    international host in its ASCII form.
    """
    text = url.translate(_BREAKS).strip()
    try:
        parts = urlsplit(urljoin(base.strip(), text) if base else text)
        authority = _authority(parts)
    except ValueError:
        return None
    if authority is None or parts.scheme not in _DEFAULT_PORTS:
        return None
    path = _encode(parts.path, _SAFE_IN_PATH) or "/"
    query, fragment = _encode(parts.query, _SAFE_IN_QUERY), _encode(parts.fragment, _SAFE_IN_QUERY)
    whole = urlunsplit((parts.scheme, authority, path, query, fragment))
    return whole if len(whole) <= MAX_CHARS else None


def canonical(url: str) -> str:
    """Return the form of an address that is equal for addresses that differ in spelling only (RFC 3986 §6.2).

    Host in lower case without its final dot, no default port, no fragment, no needless escapes.
    What is not an http(s) address comes back as it is.
    """
    known = absolute(url, None)
    if known is None:
        return url.strip()
    parts = urlsplit(known)
    host = (parts.hostname or "").removesuffix(".")
    port = parts.port if parts.port != _DEFAULT_PORTS[parts.scheme] else None
    return urlunsplit((parts.scheme, join_host(host, port), _plain(parts.path), _plain(parts.query), ""))


def ascii_host(host: str) -> str:
    """Return a host in lower-case ASCII: labels in other scripts become their `xn--` form (RFC 5891).

    Raises ValueError where a label is empty or holds what no host may hold.
    """
    labels = unicodedata.normalize("NFKC", host).lower().replace("。", ".").removesuffix(".").split(".")
    return ".".join(_ascii_label(label) for label in labels)


def join_host(host: str, port: int | None) -> str:
    """Return the authority part of a URI: brackets around an IPv6 address, and the port if there is one."""
    name = f"[{host}]" if ":" in host else host
    return name if port is None else f"{name}:{port}"


def _authority(parts: SplitResult) -> str | None:
    host = parts.hostname
    if not host:
        return None
    user, _, place = parts.netloc.rpartition("@")
    host = _ipv6(host) if place.startswith("[") else ascii_host(host)
    prefix = _encode(user, _SAFE_IN_PATH.replace("/", "")) + "@" if user else ""
    return prefix + join_host(host, parts.port)


def _ipv6(host: str) -> str:
    address = ipaddress.IPv6Address(host)
    if address.scope_id:
        raise ValueError(f"“{host}” is an address of one machine only")
    return address.compressed


def _ascii_label(label: str) -> str:
    if not label or len(label) > 63 or not all(_may_be_in_host(char) for char in label):
        raise ValueError(f"“{label}” cannot be part of a host name")
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def _may_be_in_host(char: str) -> bool:
    return char in "-_" or char.isalnum() or unicodedata.category(char) in ("Mn", "Mc")


def _encode(text: str, safe: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe=safe, errors="replace")


def _plain(text: str) -> str:
    return _ESCAPE.sub(_unescape, text)


def _unescape(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()
