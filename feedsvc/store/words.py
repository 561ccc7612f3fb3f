"""The words of a text, as searching and the `text` part of a rule understand them; pure.

Upper and lower case and accents do not count ("Zürich" is found by "ZURICH"). Scripts that put no
spaces between words give their single characters and overlapping pairs instead. The same words go
into the search index of either database, so that both give the same answers.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from feedsvc.model import Article

MAX_WORD_CHARS = 64
"""Longer words are cut, on both sides of a comparison: nobody types them, and an index has limits."""

# Combining accents of Latin, Greek and Cyrillic, Hebrew points, Arabic vowel marks.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]")
# Thai, Lao, Myanmar, Khmer, kana, Han, Hangul syllables, and the Han of the higher planes.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff"
)
# Vowel signs of the Indic scripts are marks, which \w leaves out although they are inside words.
_INDIC = "\u0900-\u0963\u0966-\u0dff"
_RUN = re.compile(rf"[\w{_INDIC}{_UNSPACED}]+")
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_PART = re.compile(rf"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_ASCII_GAPS = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "_")}
_TAG = re.compile(r"<[^>]*>")


def words(text: str) -> frozenset[str]:
    """Return the distinct words of a plain text, folded; empty where it holds none."""
    folded = _folded(text)
    # Every item that is written or changed comes through here: the common scripts take short ways.
    if folded.isascii():
        return frozenset({run[:MAX_WORD_CHARS] for run in folded.translate(_ASCII_GAPS).split()})
    runs = _RUN.findall(folded)
    if not _HAS_UNSPACED.search(folded):
        return frozenset({run[:MAX_WORD_CHARS] for run in runs})
    return frozenset(word for run in set(runs) for part in _PART.findall(run) for word in _words_in(part))


def words_of(article: Article) -> frozenset[str]:
    """Return the words that an article can be found by: of title, summary, content, tags and authors.

    A text matches where `words(text) <= words_of(article)`.
    """
    content = html.unescape(_TAG.sub(" ", article.content))
    names = (person.name for person in article.authors)
    return words("\n".join((article.title, article.summary, content, *article.tags, *names)))


def _words_in(part: str) -> Iterator[str]:
    """Yield what a stretch of one kind of script gives: itself, or its characters and pairs."""
    if not _HAS_UNSPACED.match(part):
        yield part[:MAX_WORD_CHARS]
        return
    yield from part
    yield from (part[at : at + 2] for at in range(len(part) - 1))


def _folded(text: str) -> str:
    if text.isascii():
        return text.casefold()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFKC", bare.casefold())
