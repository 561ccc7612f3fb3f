"""Find in a page what embeds headlines: the elements, the scripts, the frames and the policies. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin

from feedsvc.hostcheck.finding import HostPage
from feedsvc.hostcheck.markup import Token, line_of, tokens
from feedsvc.hostcheck.policy import Policy
from feedsvc.hostcheck.policy import read as read_policy

ELEMENT: Final = "feed-headlines"
MANY: Final = 50
"""Of each kind as many are looked at as a page could sensibly have."""

SCRIPT_PATH = re.compile(r"/embed/v\d+(?:\.\d+\.[0-9a-f]{10})?\.js(?=$|[?#])")
FRAME_PATH = re.compile(r"/embed/([^/?#]+)/?(?=$|[?#])")
_INERT: Final = ("template", "noscript")
_ESCAPED = re.compile(r"&lt;/?feed-headlines", re.IGNORECASE)


@dataclass(slots=True)
class Element:
    """One `<feed-headlines>`: its attributes, its line, and what is special about its place."""

    attributes: Mapping[str, str]
    line: int
    inside: str = ""
    """`template` or `noscript`, where browsers leave it alone."""
    is_slashed: bool = False
    is_closed: bool = False
    has_link: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A script or a frame: its attributes, its absolute address, and its line."""

    attributes: Mapping[str, str]
    url: str
    line: int


@dataclass(slots=True)
class Facts:
    """What is in a page that matters here."""

    elements: list[Element] = field(default_factory=list)
    scripts: list[Source] = field(default_factory=list)
    frames: list[Source] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)
    hidden: list[tuple[str, int]] = field(default_factory=list)
    """Where the element stands as text: `comment`, `textarea`, `escaped` and so on, with the line."""
    is_loaded: bool = False
    """Whether another script of the page names ours: it will probably load it."""
    ids: Counter[str] = field(default_factory=Counter)


def facts(page: HostPage) -> Facts:
    """Return what a page holds, however broken it is."""
    reader = _Reader(page)
    for token in tokens(page.text):
        reader.take(token)
    escaped = _ESCAPED.search(page.text)
    if escaped and not reader.found.elements:
        reader.hide("escaped", escaped.start())
    return reader.found


class _Reader:
    """Takes the tokens of a page one by one, and knows what is open."""

    def __init__(self, page: HostPage) -> None:
        self._page = page
        self._base = page.url
        self._open: Counter[str] = Counter()
        self.found = Facts(policies=read_policy(page.headers.get("content-security-policy", "")))

    def take(self, token: Token) -> None:
        if token.name in ("#comment", "#text"):
            self._take_text(token)
        elif token.name in _INERT:
            self._open[token.name] = max(0, self._open[token.name] + (-1 if token.closes else 1))
        elif token.name == ELEMENT:
            self._take_element(token)
        elif not token.closes:
            self._take_start(token)

    def hide(self, place: str, at: int) -> None:
        if len(self.found.hidden) < MANY:
            self.found.hidden.append((place, line_of(self._page.text, at)))

    def _take_text(self, token: Token) -> None:
        place = token.attributes.get("in", "comment")
        if place == "script":
            self.found.is_loaded |= bool(re.search(r"/embed/v\d+[.\w]*\.js", token.text.replace("\\/", "/")))
        elif f"<{ELEMENT}" in token.text.lower():
            self.hide(place, token.at)

    def _take_element(self, token: Token) -> None:
        elements = self.found.elements
        if token.closes:
            if elements:
                elements[-1].is_closed = True
            return
        identity = token.attributes.get("id", "")
        if identity:
            self.found.ids[identity] += 1
        if len(elements) < MANY:
            inside = next((name for name in _INERT if self._open[name]), "")
            line = line_of(self._page.text, token.at)
            elements.append(Element(token.attributes, line, inside, token.is_slashed))

    def _take_start(self, token: Token) -> None:
        given = token.attributes
        if token.name == "script":
            self._add(self.found.scripts, token, SCRIPT_PATH)
        elif token.name == "iframe":
            self._add(self.found.frames, token, FRAME_PATH)
        elif token.name == "base" and given.get("href") and self._base == self._page.url:
            self._base = self._absolute(given["href"])
        elif token.name == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            if len(self.found.policies) < MANY:
                self.found.policies += read_policy(given.get("content", ""), is_meta=True)
        elif token.name == "a" and self.found.elements and not self.found.elements[-1].is_closed:
            self.found.elements[-1].has_link = True

    def _add(self, to: list[Source], token: Token, wanted: re.Pattern[str]) -> None:
        # Consent and speed plugins put the address aside.
        given = token.attributes
        address = given.get("src") or given.get("data-src") or given.get("data-lazy-src") or ""
        if len(to) < MANY and wanted.search(address) and not self._open["template"]:
            line = line_of(self._page.text, token.at)
            to.append(Source(given, self._absolute(address), line))

    def _absolute(self, address: str) -> str:
        try:
            return urljoin(self._base, address.strip())
        except ValueError:
            return ""
