"""Read the Content-Security-Policy of a page and say what it lets through (W3C CSP Level 3). Pure."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

FALLBACKS: Final[Mapping[str, tuple[str, ...]]] = {
    "script-src-elem": ("script-src-elem", "script-src", "default-src"),
    "style-src-attr": ("style-src-attr", "style-src", "default-src"),
    "connect-src": ("connect-src", "default-src"),
    "img-src": ("img-src", "default-src"),
    "frame-src": ("frame-src", "child-src", "default-src"),
}
"""Which directive answers for each kind of request: the first that is there (§6.8.3)."""

PORTS: Final = {"http": 80, "https": 443}
NONCE = re.compile(r"'nonce-([A-Za-z0-9+/_=-]+)'", re.IGNORECASE)
HASH = re.compile(r"'(sha(?:256|384|512))-([A-Za-z0-9+/_=-]+)'", re.IGNORECASE)
_HOST = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?P<host>\*|(?:\*\.)?[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]+|\*))?(?P<path>/[^?#]*)?"
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy: the sources of each directive, in the words in which they are written."""

    directives: Mapping[str, tuple[str, ...]]
    is_meta: bool = False

    def effective(self, kind: str) -> tuple[str, tuple[str, ...]] | None:
        """Return the directive that answers for a kind of request and its sources; None if none does."""
        for name in FALLBACKS[kind]:
            if name in self.directives:
                return name, self.directives[name]
        return None

    @property
    def sandbox(self) -> tuple[str, ...] | None:
        """The page's permissions where it is sandboxed; a policy in the page itself cannot do that."""
        return None if self.is_meta else self.directives.get("sandbox")


@dataclass(frozen=True, slots=True)
class Script:
    """An external script of a page, as far as policies look at it."""

    url: str
    nonce: str = ""
    integrity: str = ""


def read(text: str, *, is_meta: bool = False) -> list[Policy]:
    """Return the policies of a header or a meta element: each directive counts where it is named first."""
    found = []
    for one in text.split(","):
        directives: dict[str, tuple[str, ...]] = {}
        for part in one.split(";"):
            words = part.split()
            if words:
                directives.setdefault(words[0].lower(), tuple(words[1:]))
        if directives:
            found.append(Policy(directives, is_meta))
    return found


def lets_script(policy: Policy, page: str, script: Script) -> bool:
    """Say whether a page runs an external script that stands in its markup (§6.7.1.1)."""
    answer = policy.effective("script-src-elem")
    if answer is None:
        return True
    sources = answer[1]
    if script.nonce and script.nonce in _found(NONCE, sources):
        return True
    if _fits(script.integrity, sources):
        return True
    if "'strict-dynamic'" in _lower(sources):
        return False
    return matches(sources, page, script.url)


def lets(policy: Policy, page: str, kind: str, url: str) -> bool:
    """Say whether a page may ask an address for a kind of thing."""
    answer = policy.effective(kind)
    return answer is None or matches(answer[1], page, url)


def lets_style(policy: Policy, style: str) -> bool:
    """Say whether a page heeds a style attribute of this text."""
    answer = policy.effective("style-src-attr")
    if answer is None:
        return True
    sources = _lower(answer[1])
    if "'unsafe-hashes'" in sources and _hashed(style) & _hashes(answer[1]):
        return True
    strict = any(NONCE.fullmatch(each) or HASH.fullmatch(each) for each in answer[1])
    return "'unsafe-inline'" in sources and not strict


def matches(sources: Iterable[str], page: str, url: str) -> bool:
    """Say whether an address is among the sources of a directive (§6.7.2.7)."""
    asked, own = _split(url), _split(page)
    return asked is not None and own is not None and any(_matches(each, own, asked) for each in sources)


def _matches(source: str, page: SplitResult, asked: SplitResult) -> bool:
    word = source.lower()
    if word == "*":
        return asked.scheme in PORTS or asked.scheme == page.scheme
    scheme = _SCHEME.fullmatch(source)
    if scheme:
        return _is_scheme(scheme[1].lower(), asked.scheme)
    if word == "'self'":
        return _is_self(page, asked)
    host = _HOST.fullmatch(source)
    if host is None or not asked.hostname:
        return False
    wanted = (host["scheme"] or page.scheme).lower()
    return (
        _is_scheme(wanted, asked.scheme)
        and _is_host(host["host"].lower(), asked.hostname)
        and _is_port(host["port"], asked)
        and _is_path(host["path"] or "", asked.path or "/")
    )


def _is_scheme(wanted: str, scheme: str) -> bool:
    """Compare schemes: what may come openly may come encrypted too."""
    return wanted == scheme or (wanted, scheme) == ("http", "https")


def _is_self(page: SplitResult, asked: SplitResult) -> bool:
    if page.hostname != asked.hostname:
        return False
    if page.scheme == asked.scheme:
        return _port(page) == _port(asked)
    usual = _port(page) == PORTS.get(page.scheme) and _port(asked) == PORTS.get(asked.scheme)
    return _is_scheme(page.scheme, asked.scheme) and (usual or _port(page) == _port(asked))


def _is_host(wanted: str, host: str) -> bool:
    if wanted == "*":
        return True
    if wanted.startswith("*."):
        return host.endswith(wanted[1:])
    return wanted.strip("[]") == host


def _is_port(wanted: str | None, asked: SplitResult) -> bool:
    port = _port(asked)
    if wanted in (None, ""):
        return port == PORTS.get(asked.scheme)
    return wanted == "*" or wanted == str(port) or (wanted == "80" and port == 443)


def _is_path(wanted: str, path: str) -> bool:
    if wanted in ("", "/"):
        return True
    wanted, path = unquote(wanted), unquote(path)
    return path.startswith(wanted) if wanted.endswith("/") else path == wanted


def _port(address: SplitResult) -> int | None:
    return address.port or PORTS.get(address.scheme)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _lower(sources: Iterable[str]) -> set[str]:
    return {each.lower() for each in sources}


def _found(pattern: re.Pattern[str], sources: Iterable[str]) -> set[str]:
    return {match[1] for each in sources if (match := pattern.fullmatch(each))}


def _hashes(sources: Iterable[str]) -> set[tuple[str, str]]:
    found = (HASH.fullmatch(each) for each in sources)
    return {(match[1].lower(), _plain(match[2])) for match in found if match}


def _fits(integrity: str, sources: Iterable[str]) -> bool:
    """Say whether every hash of an `integrity` is among the sources, and there is one at all."""
    named = {
        (kind.lower(), _plain(value))
        for kind, _, value in (each.partition("-") for each in integrity.split())
    }
    known = {each for each in named if each[0] in ("sha256", "sha384", "sha512")}
    return bool(known) and known <= _hashes(sources)


def _plain(value: str) -> str:
    return value.replace("-", "+").replace("_", "/").rstrip("=")


def _hashed(text: str) -> set[tuple[str, str]]:
    data = text.encode("utf-8", "surrogatepass")
    kinds = ("sha256", "sha384", "sha512")
    return {(kind, _plain(base64.b64encode(hashlib.new(kind, data).digest()).decode())) for kind in kinds}
