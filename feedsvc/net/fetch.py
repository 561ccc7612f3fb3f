"""Fetch one address over HTTP within limits: the only place that opens an outbound connection.

Every hop of a redirect passes the same checks as the first address; one deadline covers them all.
"""

from __future__ import annotations

import re
import socket
import ssl
import string
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import quote, urljoin

import pycurl

from feedsvc.errors import FetchError, Gone
from feedsvc.net import guard
from feedsvc.net.answer import Answer, too_large

ACCEPT_FEEDS: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9,"
    " application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_UNSAFE_IN_HEADER = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one fetch may cost, and which private networks (CIDR) it may enter.

    `seconds` is for the whole fetch with all its redirects; `max_bytes` holds for the body as it is
    sent and as it is once decompressed.
    """

    seconds: float = 20
    max_bytes: int = 10_485_760
    redirects: int = 5
    connect_seconds: float = 10
    allow_networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered: status 200 with its body, or 304 without."""

    url: str
    """The address that answered, after all redirects."""
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    permanent: str | None = None
    """Where the address has moved for good: the last target of the 301s and 308s it began with."""


class Client:
    """The one outbound door. Threads may share it: it keeps no connection, no cookie and no secret."""

    def __init__(
        self, limits: Limits, *, user_agent: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits
        self._allowed = guard.networks(limits.allow_networks)
        self._user_agent = user_agent
        self._clock = clock

    def fetch(
        self, url: str, *, etag: str = "", last_modified: str = "", accept: str = ACCEPT_FEEDS
    ) -> Fetched:
        """Return the 200 or 304 answer of an address; the validators make the request conditional.

        Anything else is a FetchError whose text is for the operator: a refused address, a limit, a
        cut or broken transfer, another status (Gone for 410). An address that leads to several IP
        addresses is fetched from one that may be used.
        """
        headers = _request_headers(accept, etag, last_modified)
        deadline = self._clock() + self._limits.seconds
        target, permanent, lasting = guard.parse(url), None, True
        for _ in range(self._limits.redirects + 1):
            answer = self._ask(target, headers, deadline)
            if answer.status not in _REDIRECTS:
                conditional = bool(etag or last_modified)
                return Fetched(
                    target.url, _checked(answer, conditional), answer.headers, answer.body(), permanent
                )
            target = _next_hop(target, answer)
            lasting = lasting and answer.status in _PERMANENT
            permanent = target.url if lasting else permanent
        raise FetchError(f"it redirects more than {self._limits.redirects} times: use its final address")

    def _ask(self, target: guard.Target, headers: list[bytes], deadline: float) -> Answer:
        left = deadline - self._clock()
        if left <= 0:
            raise FetchError(_too_slow(self._limits))
        answer = Answer(self._limits.max_bytes)
        with ExitStack() as opened:
            curl = opened.enter_context(closing(pycurl.Curl()))
            self._prepare(curl, target, headers, left, answer)
            curl.setopt(pycurl.OPENSOCKETFUNCTION, self._opener(answer, opened))
            try:
                curl.perform()
            except pycurl.error as error:
                if not answer.ended:
                    raise self._explained(error, target, answer) from error
        return answer

    def _prepare(
        self, curl: pycurl.Curl, target: guard.Target, headers: list[bytes], seconds: float, answer: Answer
    ) -> None:
        curl.setopt(pycurl.URL, target.url)
        curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        curl.setopt(pycurl.FOLLOWLOCATION, 0)
        curl.setopt(pycurl.PATH_AS_IS, 1)
        curl.setopt(pycurl.PROXY, "")
        curl.setopt(pycurl.NOPROXY, "*")
        curl.setopt(pycurl.NETRC, pycurl.NETRC_IGNORED)
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.TIMEOUT_MS, max(1, int(seconds * 1000)))
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, max(1, int(min(seconds, self._limits.connect_seconds) * 1000)))
        curl.setopt(pycurl.MAXFILESIZE_LARGE, self._limits.max_bytes)
        curl.setopt(pycurl.USERAGENT, self._user_agent)
        curl.setopt(pycurl.HTTPHEADER, headers)
        curl.setopt(pycurl.HEADERFUNCTION, answer.take_header)
        curl.setopt(pycurl.WRITEFUNCTION, answer.take_body)
        _trust_the_system(curl)

    def _opener(
        self, answer: Answer, opened: ExitStack
    ) -> Callable[[int, pycurl.CurlSockAddr], socket.socket | int]:
        def open_socket(_purpose: int, to: pycurl.CurlSockAddr) -> socket.socket | int:
            reason = guard.refusal(str(to.addr[0]), int(to.addr[1]), self._allowed)
            if reason is not None:
                answer.refused = reason
                return int(pycurl.SOCKET_BAD)
            # curl works on a duplicate, so that this one is ours to close.
            return opened.enter_context(socket.socket(to.family, to.socktype, to.protocol))

        return open_socket

    def _explained(self, error: pycurl.error, target: guard.Target, answer: Answer) -> FetchError:
        code, detail = error.args[0], error.args[1]
        if answer.failure is not None:
            return answer.failure
        if answer.refused is not None and code == pycurl.E_COULDNT_CONNECT:
            return FetchError(answer.refused)
        if code == pycurl.E_OPERATION_TIMEDOUT:
            return FetchError(_too_slow(self._limits))
        if code == pycurl.E_FILESIZE_EXCEEDED:
            return FetchError(too_large(self._limits.max_bytes))
        if code in _EXPLANATIONS:
            return FetchError(_EXPLANATIONS[code].format(host=target.host, port=target.port))
        return FetchError(f"the transfer from {target.host} failed ({detail}): it is tried again later")


_EXPLANATIONS: Final[Mapping[int, str]] = {
    pycurl.E_COULDNT_RESOLVE_HOST: "there is no host named {host}: check the address, or the name server",
    pycurl.E_COULDNT_CONNECT: "{host} does not accept connections on port {port}: it is tried again later",
    pycurl.E_GOT_NOTHING: "{host} closed the connection without an answer: it is tried again later",
    pycurl.E_PARTIAL_FILE: "its answer is cut off in the middle: it is tried again later",
    pycurl.E_RECV_ERROR: "the connection to {host} broke: it is tried again later",
    pycurl.E_SEND_ERROR: "the connection to {host} broke: it is tried again later",
    pycurl.E_PEER_FAILED_VERIFICATION: "the certificate of {host} is not valid: ask its owner, or,"
    " for an authority of your own, name its certificates in SSL_CERT_FILE",
    pycurl.E_SSL_CONNECT_ERROR: "{host} makes no secure connection on port {port}: check the address",
    pycurl.E_UNSUPPORTED_PROTOCOL: "{host} does not answer in HTTP: check the address and its port",
    pycurl.E_FTP_WEIRD_SERVER_REPLY: "{host} does not answer in HTTP: check the address and its port",
}


def _request_headers(accept: str, etag: str, last_modified: str) -> list[bytes]:
    headers = {"Accept": accept, "Accept-Encoding": "gzip"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    return [
        f"{name}: {_UNSAFE_IN_HEADER.sub('', value)}".encode("latin-1", "ignore")
        for name, value in headers.items()
    ]


def _checked(answer: Answer, conditional: bool) -> int:
    status = answer.status
    if status == 200 or (status == 304 and conditional):
        return status
    if status == 410:
        raise Gone("it is gone for good (410): remove the source, or enter its new address", status=410)
    if status == 304:
        raise FetchError("it answered “not modified” to a first request: it is tried again later", status=304)
    raise FetchError(_about_status(status), status=status, retry_after=_retry_after(answer.headers))


def _about_status(status: int) -> str:
    if status in (401, 402, 403, 407):
        return f"it refuses us ({status}): check the address, or ask its owner to let feedsvc in"
    if status == 404:
        return "it is not there (404): check the address"
    if status in (429, 503):
        return f"it asks us to come back later ({status})"
    return f"it answered with status {status}: it is tried again later"


def _retry_after(headers: Mapping[str, str]) -> int | None:
    """Return the seconds of Retry-After; a date counts from the answer's own Date (RFC 9110 §10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return int(value[:12])
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(0, int(wait.total_seconds()))


def _next_hop(target: guard.Target, answer: Answer) -> guard.Target:
    location = answer.headers.get("location", "")
    if not location:
        raise FetchError(f"it redirects ({answer.status}) without saying where: it is tried again later")
    try:
        following = guard.parse(_joined(target.url, _escaped(location)))
    except FetchError as error:
        raise FetchError(f"it redirects to an address that cannot be used: {error}") from error
    if target.scheme == "https" and following.scheme != "https":
        raise FetchError("it redirects from https to http, which is not followed: use an address with https")
    return following


def _escaped(location: str) -> str:
    """Percent-encode what many servers leave raw in a Location: spaces, and letters beyond ASCII."""
    return quote(location.encode("latin-1"), safe=string.punctuation)


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError as error:
        raise FetchError(f"“{location}” cannot be read") from error


def _trust_the_system(curl: pycurl.Curl) -> None:
    """Use the certificates that the rest of the machine trusts: curl's wheel looks elsewhere."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile:
        curl.setopt(pycurl.CAINFO, paths.cafile)
    if paths.capath:
        curl.setopt(pycurl.CAPATH, paths.capath)


def _too_slow(limits: Limits) -> str:
    return f"its answer was not complete after {limits.seconds:g} seconds: it is tried again later"
