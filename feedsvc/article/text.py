"""Turn HTML into plain text and plain text into HTML; name things in URLs."""

from __future__ import annotations

import html as entities
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bs4 import Tag

from feedsvc.article import tree
from feedsvc.article.inline import escaped, is_empty, quoted
from feedsvc.article.policy import BLOCKS, HEADINGS, names
from feedsvc.article.tree import is_text, sendable

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


@dataclass(frozen=True, slots=True)
class Passage:
    """The text of one block, on lines where it has breaks, and what kind of block it is."""

    kind: Kind
    text: str


def to_text(html: str) -> str:
    """Return the plain text of HTML, clean or not: blocks are separated by an empty line."""
    return "\n\n".join(passage.text for passage in passages(html))


def passages(html: str) -> list[Passage]:
    """Return the blocks of HTML that hold text, in order; table rows are one passage each."""
    root = tree.parse(html)
    if root is None:
        return [Passage("text", text) for text in stripped(html)]
    reading = _Reading()
    reading.read(root, "text")
    reading.end()
    return reading.passages


class _Reading:
    """One walk over a tree: gathers text until a block ends."""

    def __init__(self) -> None:
        self.passages: list[Passage] = []
        self._kind: Kind = "text"
        self._parts: list[str] = []

    def read(self, node: Tag, kind: Kind) -> None:
        for child in node.children:
            if isinstance(child, Tag):
                self._read_element(child, kind)
            elif is_text(child):
                self._kind = kind
                self._parts.append(str(child) if kind == "code" else _SPACE.sub(" ", str(child)))

    def end(self) -> None:
        text = "".join(self._parts)
        if self._kind != "code":
            text = "\n".join(" ".join(part.split(" ")) for part in text.split("\n"))
            text = re.sub(r" {2,}", " ", re.sub(r" *([\n\t]) *", r"\1", text))
        text = text.strip("\n\t ") if self._kind != "code" else text.strip("\n").rstrip()
        if not is_empty(text):
            self.passages.append(Passage(self._kind, text))
        self._parts = []

    def _read_element(self, node: Tag, kind: Kind) -> None:
        name = node.name
        if name == "br":
            self._parts.append("\n")
        elif name in ("td", "th"):
            if self._parts:
                self._parts.append("\t")
            self.read(node, "cell")
        elif name in ("rt", "rp"):
            # How a word is read aloud beside it is not part of the sentence.
            return
        elif name not in BLOCKS:
            self.read(node, kind)
        else:
            self._read_block(node, kind)

    def _read_block(self, node: Tag, kind: Kind) -> None:
        # A row is one passage, so that blocks within its cells do not end it.
        is_apart = not (kind == "cell" and node.name not in ("tr", "table"))
        if is_apart:
            self.end()
        elif self._parts:
            self._parts.append(" ")
        inner: Kind = kind if kind in ("cell", "caption", "code") else _KINDS.get(node.name, kind)
        self.read(node, inner)
        if is_apart:
            self.end()


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
