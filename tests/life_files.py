"""The files of the life tests: what authors write, in every kind of file, and what may be wrong with it."""

from __future__ import annotations

import json
import random
import string
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Literal

from hypothesis import strategies as st

from feedsvc.sources.compose import Composed

PATHS = (
    "a.md",
    "b.md",
    "c.html",
    "d.txt",
    "e.json",
    "storm/f.md",
    "storm/g.json",
    "_drafts/h.md",
    "2026/i.md",
)
IDS = ("tag:harbour.example,2026:1", "https://harbour.example/2", "number three")
TAGS = ("storm", "Storm", "tide", "café & quay")
NAMES = ("Anna Berg", "Ben O’Hara")
SLUGS = ("calm", "low-tide")
PICTURE = "picture.png"

Fault = Literal["", "empty", "open", "date"]
"""What is wrong with a file: nothing, no text at all, fields without an end, a date that is none."""


@dataclass(frozen=True)
class Text:
    """What stands in a file. `word` occurs in its title and text, and in no other version of any file."""

    word: str
    seed: int
    """Of its long text: two versions with the same one are alike, any two others are not."""
    head: str | None = ""
    """What the title has beside the word; "=" for the same title as others have, None for no title."""
    id: str = ""
    date: datetime | None = None
    updated: datetime | None = None
    expires: datetime | None = None
    draft: bool = False
    tags: tuple[str, ...] = ()
    slug: str = ""
    author: str = ""
    picture: bool = False
    page: bool = False
    """Whether an HTML file is a whole page."""
    fault: Fault = ""
    suffix: str = ".md"

    @property
    def title(self) -> str | None:
        """What the item is to be called."""
        if self.head is None:
            return None
        return "Storm" if self.head == "=" else f"{self.head}{self.word}"

    def bytes(self) -> bytes:
        """Return the file: JSON where its name says so, else fields and a text."""
        if self.fault == "empty":
            return b""
        written = _json(self) if self.suffix == ".json" else _text(self)
        return written.encode()

    def check(self, made: Composed) -> None:
        """Check that the article is what was written."""
        article = made.article
        assert (article is None) == bool(self.fault)
        if article is None:
            return
        title = self.title or f"{self.word} was seen at the quay."
        assert article.title == title
        assert self.word in article.content
        assert (made.guid or "", made.slug or "") == (self.id, self.slug)
        assert (article.published, article.updated, article.expires) == (
            self.date,
            self.updated,
            self.expires,
        )
        assert {tag.casefold() for tag in self.tags} <= {tag.casefold() for tag in article.tags}


def _fields(text: Text) -> dict[str, object]:
    fields: dict[str, object] = {
        "title": text.title,
        "id": text.id,
        "date": "24/13/2026" if text.fault == "date" else text.date and _moment(text.date),
        "updated": text.updated and _moment(text.updated),
        "expires": text.expires and _moment(text.expires),
        "draft": text.draft,
        "tags": list(text.tags),
        "slug": text.slug,
        "author": text.author,
        "image": f"/{PICTURE}" if text.picture else "",
    }
    return {name: value for name, value in fields.items() if value}


def _json(text: Text) -> str:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in _paragraphs(text))
    whole = json.dumps({**_fields(text), "content_html": paragraphs}, ensure_ascii=False)
    return whole[:-1] if text.fault == "open" else whole


def _text(text: Text) -> str:
    fields = _fields(text)
    paragraphs = _paragraphs(text)
    if text.suffix == ".html":
        body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        if text.page:
            heading = escape(str(fields.pop("title", "")))
            body = f"<nav><a href='/'>Home</a></nav><article><h1>{heading}</h1>\n{body}</article>"
            body = f"<!doctype html><html><body>{body}</body></html>"
    else:
        body = "\n\n".join(paragraphs)
    head = "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())
    if text.fault == "open":
        return f"---\n{head}\n{body}\n"
    return f"---\n{head}---\n\n{body}\n" if head else f"{body}\n"


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _paragraphs(text: Text) -> list[str]:
    chance = random.Random(text.seed)  # noqa: S311
    words = ["".join(chance.choices(string.ascii_lowercase, k=8)) for _ in range(90)]
    return [f"{text.word} was seen at the quay.", " ".join(words).capitalize() + "."]


HEADS = st.sampled_from(["", "", "Gale: ", "<b>Fog</b> & ", "=", None])
TAGGED = st.lists(st.sampled_from(TAGS), max_size=2, unique=True).map(tuple)
FAULTS: st.SearchStrategy[Fault] = st.sampled_from(["empty", "open", "date"])
