"""Fetch somebody's page through the outbound door, seldom and one at a time, and say what is wrong there."""

from __future__ import annotations

import logging
import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from feedsvc import __version__, hostcheck
from feedsvc.config import LimitSettings
from feedsvc.errors import FetchError
from feedsvc.hostcheck import HostPage, Ours, Report
from feedsvc.model import Site
from feedsvc.net import Client, Limits, absolute
from feedsvc.web.bucket import Buckets
from feedsvc.web.caching import Environ
from feedsvc.web.clients import Proxies

MOST, SPAN = 10, timedelta(minutes=1)
"""How many pages one client may have looked at, and in which time."""
SECONDS = 10.0
MAX_BYTES = hostcheck.MAX_CHARS
ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
BUSY = timedelta(seconds=5)

# One text for all that is out of reach: who asks must not learn what is on the networks around us.
OUT_OF_REACH = (
    "We could not get this page. It must be on the public internet, at one of the usual ports, answer within "
    f"{SECONDS:g} seconds, and have at most {MAX_BYTES // 2**20} MB."
)

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of looking at a page: a report, or why there is none."""

    url: str
    """The page's address as it was understood or, with a report, where it is after all redirects."""
    report: Report | None = None
    problem: str = ""
    is_wrong: bool = False
    """Whether the problem is the address itself."""
    wait: timedelta = timedelta(0)
    """How long to wait before asking again, where too much was asked for."""


class Checker:
    """Looks at pages for this process."""

    def __init__(self, limits: LimitSettings, site: Site, proxies: Proxies) -> None:
        self._client = Client(
            Limits(
                seconds=min(SECONDS, limits.fetch_seconds),
                max_bytes=MAX_BYTES,
                redirects=limits.redirects,
                connect_seconds=SECONDS / 2,
                # Not those of the sources: whoever reads the site can ask for a page.
                allow_networks=limits.check_networks,
            ),
            user_agent=f"feedsvc/{__version__} (+{site.url})",
        )
        self._proxies = proxies
        self._buckets = Buckets(MOST, SPAN)
        self._busy = threading.Lock()

    def check(self, text: str, ours: Ours, environ: Environ, now: datetime) -> Outcome:
        """Look at the page whose address somebody has typed; its content is shown to nobody."""
        url, problem = read_address(text)
        if problem:
            return Outcome(url, problem=problem, is_wrong=True)
        if not self._busy.acquire(blocking=False):
            return Outcome(url, problem="Another page is being looked at just now.", wait=BUSY)
        try:
            # Whom nobody can tell apart share one bucket.
            client = self._proxies.household(str(environ.get("REMOTE_ADDR", "")), environ)
            wait = self._buckets.wait(client, now)
            if wait:
                return Outcome(url, problem=f"{MOST} pages within a minute are the most.", wait=wait)
            return self._look(url, ours)
        finally:
            self._busy.release()

    def _look(self, url: str, ours: Ours) -> Outcome:
        try:
            got = self._client.fetch(url, accept=ACCEPT)
        except FetchError as error:
            log.info("check status=failed reason=%s", error)
            return Outcome(url, problem=_told(error))
        text = hostcheck.decode(got.body, got.headers.get("content-type", ""))
        report = hostcheck.check(HostPage(got.url, got.headers, text), ours)
        log.info("check status=ok good=%s findings=%d", report.is_good, len(report.findings))
        return Outcome(got.url, report)


def read_address(text: str) -> tuple[str, str]:
    """Return the address that somebody typed, whole, and what is wrong with it, if anything is."""
    typed = text.strip()
    if not typed:
        return "", "Give the address of the page."
    url = typed if _SCHEME.match(typed) else f"https://{typed.removeprefix('//')}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return typed, "This address cannot be read: check it for typing errors."
    if parts.scheme.lower() not in ("http", "https"):
        return (
            typed,
            "Only pages of the web can be looked at: the address must begin with https:// or http://.",
        )
    if "@" in parts.netloc:
        return typed, "The address holds a user name or a password: give one that needs none."
    known = absolute(url, None)
    if known is None or any(letter.isspace() for letter in url):
        return typed, "This address cannot be read: check it for typing errors."
    return known, ""


def _told(error: FetchError) -> str:
    """Say of a page that could not be had what whoever asks may know."""
    status = error.status
    if status == 404:
        return "There is no page at this address (404)."
    if status in (401, 402, 403, 407):
        return f"The page does not let us in ({status}): it may ask for a password, or keep out programs."
    return f"The page answered with status {status}." if status else OUT_OF_REACH
