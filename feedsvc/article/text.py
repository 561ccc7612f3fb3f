"""Turn HTML into plain text and plain text into HTML; name things in URLs."""

from __future__ import annotations

import html as entities
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from feedsvc.article import tree
from feedsvc.article.inline import escaped, is_empty, quoted
from feedsvc.article.policy import BLOCKS, HEADINGS, names
from feedsvc.article.tree import sendable

Kind = Literal["text", "item", "heading", "caption", "cell", "code"]
MAX_SLUG = 80
MAX_PARAGRAPH = 10_000
"""Characters of one paragraph of plain text."""

_KINDS: dict[str, Kind] = {
    **dict.fromkeys(HEADINGS, "heading"),
    **dict.fromkeys(("caption", "figcaption", "summary"), "caption"),
    **dict.fromkeys(("td", "th"), "cell"),
    **dict.fromkeys(("li", "dd", "dt"), "item"),
    "pre": "code",
}
_MARKUP = re.compile(r"<!--|<(/?)([a-zA-Z][^\s/<>]*)[^<>]*>|<[!?][^<>]*>")
_SILENT = names("script style template textarea title select svg math noscript")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_ADDRESS = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\f\r]+")
_SPACES = re.compile(r" {2,}")
_SPACES_AROUND = re.compile(r" *([\n\t]) *")
_TOKEN = re.compile(r"<(/?)([a-z][^\s>]*)(?:\s[^\s=>]+=\"[^\"]*\")*>|([^<]+)")
"""A tag or a text, in HTML as nh3 writes it."""
_UNSEEN = re.compile("[\u202d\u202e\u00ad]")
_TURNS = re.compile("[\u202a\u202b\u2066-\u2068]")
_TURNS_BACK = re.compile("[\u202c\u2069]")
_ANY_TURN = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ASIDE = names("rt rp")
"""How a word is read aloud, beside it: not part of the sentence."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The text of one block, on lines where it has breaks, and what kind of block it is."""

    kind: Kind
    text: str


def to_text(html: str) -> str:
    """Return the plain text of HTML, clean or not: blocks are separated by an empty line."""
    return "\n\n".join(passage.text for passage in passages(html))


# An article's text and its summary are asked for one after the other.
@lru_cache(maxsize=2)
def passages(html: str) -> tuple[Passage, ...]:
    """Return the blocks of HTML that hold text, in order; table rows are one passage each."""
    balanced = tree.admitted(html)
    if balanced is None:
        return tuple(Passage("text", text) for text in stripped(html))
    reading = _Reading()
    for end, name, text in _TOKEN.findall(balanced):
        if not name:
            reading.say(entities.unescape(text))
        elif end:
            reading.leave()
        else:
            reading.enter(name)
    reading.end()
    return tuple(reading.passages)


class _Reading:
    """One walk through balanced HTML: gathers text until a block ends."""

    def __init__(self) -> None:
        self.passages: list[Passage] = []
        self._kind: Kind = "text"
        self._parts: list[str] = []
        self._open: list[tuple[Kind, bool]] = [("text", False)]
        """Of each open element: the kind of the text in it, and whether its end ends a passage."""
        self._silent = 0

    def say(self, text: str) -> None:
        """Take the text between two tags."""
        if not self._silent:
            self._kind = self._open[-1][0]
            self._parts.append(text if self._kind == "code" else _SPACE.sub(" ", text))

    def enter(self, name: str) -> None:
        """Take a start tag."""
        kind = self._open[-1][0]
        if name == "br":
            self._parts.append("\n")
        elif name in tree.VOID:
            if name in BLOCKS:
                self.end()
        elif self._silent or name in _ASIDE:
            self._silent += 1
        elif name in ("td", "th"):
            self._parts += "\t" if self._parts else ""
            self._open.append(("cell", False))
        elif name in BLOCKS:
            self._enter_block(name, kind)
        else:
            self._open.append((kind, False))

    def leave(self) -> None:
        """Take an end tag."""
        if self._silent:
            self._silent -= 1
        elif self._open.pop()[1]:
            self.end()

    def end(self) -> None:
        """End the passage."""
        text = "".join(self._parts)
        if self._kind == "code":
            text = text.strip("\n").rstrip()
        else:
            text = _SPACES_AROUND.sub(r"\1", _SPACES.sub(" ", text)).strip("\n\t ")
        if not is_empty(text):
            self.passages.append(Passage(self._kind, text))
        self._parts = []

    def _enter_block(self, name: str, kind: Kind) -> None:
        # A row is one passage, so that blocks within its cells do not end it.
        is_apart = kind != "cell" or name in ("tr", "table")
        if is_apart:
            self.end()
        elif self._parts:
            self._parts.append(" ")
        inner: Kind = kind if kind in ("cell", "caption", "code") else _KINDS.get(name, kind)
        self._open.append((inner, is_apart))


def stripped(html: str) -> list[str]:
    """Return the text between tags, by block, without parsing: linear for any input, and less exact."""
    parts: list[str] = []
    at = 0
    silent_until = 0
    absent: set[str] = set()
    for match in _MARKUP.finditer(html):
        if match.start() < max(at, silent_until):
            continue
        parts.append(html[at : match.start()])
        at = match.end()
        name = (match[2] or "").lower()
        end = "-->" if match[0] == "<!--" else f"</{name}" if name in _SILENT and not match[1] else ""
        if end and end not in absent:
            found = html.find(end, at)
            if found < 0:
                absent.add(end)
            else:
                at = silent_until = found + (len(end) if end == "-->" else 0)
        if name in BLOCKS or name == "br":
            parts.append("\x00")
    parts.append(html[at:])
    texts = (" ".join(sendable(entities.unescape(part)).split()) for part in "".join(parts).split("\x00"))
    return [text for text in texts if not is_empty(text)]


def paragraphs(texts: list[str]) -> str:
    """Return the texts as HTML paragraphs; one that is as long as a chapter becomes several."""
    parts = (part for text in texts for part in _portions(text) if not is_empty(part))
    return "\n".join(f"<p>{escaped(part)}</p>" for part in parts)


def _portions(text: str) -> Iterator[str]:
    # nh3 takes quadratic time over a single text with very many ampersands.
    while len(text) > MAX_PARAGRAPH:
        end = text.rfind(" ", 1, MAX_PARAGRAPH) + 1 or MAX_PARAGRAPH
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    if text:
        yield text


def plain(text: str) -> str:
    """Return plain text as HTML: empty lines part paragraphs, line ends are breaks, URLs are linked."""
    text = sendable(text.replace("\r\n", "\n").replace("\r", "\n"))
    blocks = (block.strip() for block in _BLANK_LINE.split(text))
    return "\n".join(f"<p>{_linked(block)}</p>" for block in blocks if block)


def _linked(block: str) -> str:
    return "<br>".join("".join(_link_or_text(line)) for line in block.split("\n"))


def _link_or_text(line: str) -> Iterator[str]:
    at = 0
    for match in _ADDRESS.finditer(line):
        url = match[0].rstrip(".,;:!?'’…*_")
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(".,;:!?")
        yield escaped(line[at : match.start()])
        yield f'<a href="{quoted(url)}">{escaped(url)}</a>'
        at = match.start() + len(url)
    yield escaped(line[at:])


def line(text: str) -> str:
    """Return text on one line, without marks that would turn the direction of what is written after it.

    Overrides always go, and soft hyphens; embeddings and isolates go where one of them is not closed.
    """
    text = _UNSEEN.sub("", " ".join(sendable(text).split()))
    return text if len(_TURNS.findall(text)) == len(_TURNS_BACK.findall(text)) else _ANY_TURN.sub("", text)


def slug(title: str) -> str:
    """Return the title as it stands in a URL: letters of every script kept, lower case, words joined by “-”.

    Empty if the title holds no letter or digit.
    """
    text = unicodedata.normalize("NFKC", title).lower()
    text = re.sub(r"['’ʼ`]", "", text)
    words = "".join(char if unicodedata.category(char)[0] in "LNM" else " " for char in text).split()
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word[:MAX_SLUG]
        if len(longer) > MAX_SLUG:
            break
        name = longer
    return name
