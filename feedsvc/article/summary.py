"""Write an item's summary: the article's lead in whole sentences, or an author's text cut to length."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from feedsvc.article.sentences import closing, is_unspaced, open_quote, sentences
from feedsvc.article.text import Passage, line, passages

UNSPACED_SHARE = 0.45
"""How many characters of Chinese, Japanese, Thai, … say as much as one of an alphabet."""
_MIN_WORDS = 8
_MIN_UNSPACED = 12
_MAX_LEAD = 12
"""Passages looked at after the lead."""

_STOP = re.compile(r"[.!?…。！？؟۔।॥։።][\"'”’»)\]」』）]*$")
_CLAUSE = re.compile(r"[,;:،؛、，；：](?=\s|[^\x00-\x7f])|\s[–—-]\s|—")
_NOT_A_LEAD = re.compile(
    r"(?:by|von|par|por|di|af|av|door)\s+\S+(?:\s+\S+){0,6}$"
    r"|(?:read (?:more|also|next)|related|see also|more:|also read|lesen sie|mehr zum thema|lire aussi)\b"
    r"|(?:updated?|published|posted|last (?:updated|modified)|correction|editor['’]s note)\b\s*[:—–-]"
    r"|(?:this (?:article|story|post) (?:was|is|has been|contains|may contain|originally|first)"
    r"|we may earn|disclosure\b)"
    r"|(?=.{0,260}\bcommissions?\b)(?=.{0,260}\blinks\b)"
    r"|(?:photo|image|picture|foto|credit)s?\s*[:/©]|©|\(c\)",
    re.IGNORECASE,
)
_AGENCY = re.compile(r"\([A-Za-z]{2,12}(?:/[A-Za-z]{2,12})?\)\s*\.?\s*[—–-]+\s*")
_DATELINE = re.compile(
    r"(?P<place>[^\W\d_][\w.'’/ -]{2,30})(?:[,،]\s[\w.' ]{2,25}){0,2}\s*"
    r"(?P<agency>\([A-Za-z]{2,12}(?:/[A-Za-z]{2,12})?\))?\s*(?:—|–|--|-)\s+"
)


def summarise(html: str, title: str = "", language: str | None = None, max_chars: int = 300) -> str:
    """Return the article's lead as plain text: whole sentences that fit; empty for empty content.

    Headings, captions, tables, code, bylines and the title itself are not part of a lead, and a
    dateline is taken off. Text without spaces between words counts double. A first sentence that is
    too long is cut at a clause, else a word, and ends in “…”.
    """
    texts = _lead(passages(html), title)
    if not texts:
        return ""
    if is_unspaced(" ".join(texts), language):
        max_chars = round(max_chars * UNSPACED_SHARE)
    texts[0] = undated(texts[0])
    return _fitting([text[: _in_view(max_chars)] for text in texts], title, language, max_chars)


def shorten(text: str, max_chars: int, language: str | None = None) -> str:
    """Return a text of its author's on one line, cut to the length where it is longer.

    Cut at the end of a sentence if one fits, else of a clause, else of a word, with “…”. A quotation
    is left out or closed, never left open.
    """
    text = line(text)
    if len(text) <= max_chars:
        return text
    text = text[: _in_view(max_chars)]
    return _whole(sentences(text, language), max_chars) or _cut(text, max_chars)


def same(one: str, other: str) -> bool:
    """Say whether two texts differ only in case, spaces and punctuation."""
    return bool(words(one)) and words(one) == words(other)


def words(text: str) -> list[str]:
    """Return a text's words, folded: for comparing what two texts say."""
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text.replace("\u00ad", "")).casefold())


def _in_view(max_chars: int) -> int:
    """Return how much of a text can matter for its first characters: splitting a book would take long."""
    return 4 * max_chars + 1000


def _lead(found: Sequence[Passage], title: str) -> list[str]:
    """Return the passages from the lead on, on one line each."""
    texts = [line(passage.text) for passage in found if passage.kind == "text"]
    texts = texts or [line(passage.text) for passage in found if passage.kind in ("item", "cell")]
    said = words(title)
    texts = [text for text in texts if not said or words(text) != said]
    for at, text in enumerate(texts):
        if _is_lead(text):
            return [text, *(after for after in texts[at + 1 : at + _MAX_LEAD] if _is_lead(after))]
    return texts[:_MAX_LEAD]


def _is_lead(text: str) -> bool:
    if _NOT_A_LEAD.match(text) or not _STOP.search(text):
        return False
    return len(text.split()) >= _MIN_WORDS or (is_unspaced(text) and len(text) >= _MIN_UNSPACED)


def undated(text: str) -> str:
    """Return a lead without its dateline: a place in capitals, an agency, or both, and a dash."""
    match = _DATELINE.match(text)
    if match and not (match["agency"] or match["place"].isupper()):
        match = None
    match = match or _AGENCY.match(text)
    return text[match.end() :] if match and len(text) - match.end() > 20 else text


def _fitting(texts: list[str], title: str, language: str | None, max_chars: int) -> str:
    summary = ""
    for text in texts:
        parts = [part for part in sentences(text, language) if summary or not same(part, title)]
        joined = f"{summary} " if summary else ""
        more = _whole(parts, max_chars - len(joined))
        summary = joined + more if more else summary
        if len(more) < len("".join(parts).strip()):
            break
    return summary or _cut(texts[0], max_chars)


def _whole(parts: list[str], max_chars: int) -> str:
    text = ""
    for part in parts:
        if len((text + part).rstrip()) > max_chars:
            break
        text += part
    return text.strip()


def _cut(text: str, max_chars: int) -> str:
    """Return the beginning of a text that has no sentence end in reach, with “…”."""
    room = max(max_chars - 2, 1)
    if len(text) <= max_chars:
        return text
    head = text[: _end_of_clause(text, room) or _end_of_word(text, room)].rstrip(" ,;:،؛、，；：–—-")
    start = open_quote(head)
    if start > room // 3:
        return head[:start].rstrip(" ,;:،；：，、–—-") + "…"
    return f"{head}…{closing(head)}"[:max_chars]


def _end_of_clause(text: str, room: int) -> int:
    ends = [match.start() for match in _CLAUSE.finditer(text[:room])]
    ends = [end for end in ends if end >= room // 2 and open_quote(text[:end]) < 0]
    return ends[-1] if ends else 0


def _end_of_word(text: str, room: int) -> int:
    space = text.rfind(" ", 0, room + 1)
    if space >= room // 2:
        return space
    end = room
    while end > 1 and (
        unicodedata.category(text[end]).startswith("M") or text[end] == "\u200d" or text[end - 1] == "\u200d"
    ):
        end -= 1
    return end
