"""Split text into sentences in any language, and never in the middle of a quotation."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sentencex

_WORD_LIKE = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"
)
_UNSPACED = frozenset({"zh", "ja", "yue", "th", "km", "lo", "my"})

_SHORTENED = re.compile(
    r"(?:^|[\s(“„\"«‘])(?:Mr|Mrs|Ms|M|Mme|Mlle|MM|Me|St|Ste|Sr|Sra|Srta|Dr|Dra|Prof|Hr|Fr|Gov|Lt|Sgt|Cpl|Col|Gen|Maj"
    r"|Capt|Cmdr|Adm|Rep|Sen|Rev|Hon|Msgr|No|Nr|Nos|Mio|Mrd|Tsd|Jan|Feb|Aug|Sept|Oct|Nov|Dec|vs|ca|bzw|art|Art|Abs"
    r"|z\.B|d\.h|u\.a|г|ул|им|т|стр|डॉ|श्री|[A-Z])\.\s*$"
)
_NOON = re.compile(r"\b[ap]\.m\.\s*$", re.IGNORECASE)
_AFTER_NOON = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September|October"
    r"|November|December|Eastern|Pacific|Central|Mountain|E[DS]?T|P[DS]?T|C[DS]?T|M[DS]?T|GMT|UTC|BST|CEST|CET)\b"
)
_ORDINAL = re.compile(r"(?:^|\s)\d{1,2}\.\s*$")
_ORDINAL_LANGUAGES = frozenset(
    {"de", "da", "nb", "nn", "no", "fi", "is", "cs", "sk", "hu", "sl", "hr", "et", "lv"}
)
_CJK_QUOTED = re.compile(r"[。！？][”」』]\s*$")
_CJK_ATTRIBUTION = re.compile(r"[とっ]|[^。！？“「『]{0,12}?(?:[说說道称稱问問言曰]|表示|写道|寫道)")
_CLOSING = tuple(",;，、)]）】”」』»›’")
_OPENERS = {
    "“": "”",
    "«": "»",
    "「": "」",
    "『": "』",
    "（": "）",
    "(": ")",
    "《": "》",
    "【": "】",
    "„": "“",
}
_CLOSERS = frozenset(_OPENERS.values())


def sentences(text: str, language: str | None = None) -> list[str]:
    """Return the sentences of a text on one line; joined, they are the text again.

    A quotation is not split: where one never ends, its sentences stand for themselves.
    """
    code = (language or "en").partition("-")[0].lower()
    return list(_whole_quotations(list(_mended(sentencex.segment(code, text), code))))


def is_unspaced(text: str, language: str | None = None) -> bool:
    """Say whether words are written without spaces: the length is then that of the characters."""
    if language and language.partition("-")[0].lower() in _UNSPACED:
        return True
    return len(_WORD_LIKE.findall(text)) * 10 > len(text) * 3


def open_quote(text: str) -> int:
    """Return where the outermost quotation or bracket that a text leaves open begins, or -1."""
    stack: list[tuple[str, int]] = []
    for at, char in enumerate(text):
        if stack and char == stack[-1][0]:
            stack.pop()
        elif char == '"':
            stack.append(('"', at))
        elif char in _OPENERS and not (char == "“" and any(close == "“" for close, _ in stack)):
            stack.append((_OPENERS[char], at))
        elif char in _CLOSERS:
            _close(stack, char)
    return stack[0][1] if stack else -1


def closing(text: str) -> str:
    """Return the mark that closes the innermost quotation that a text leaves open, or nothing."""
    at = open_quote(text)
    if at < 0:
        return ""
    return text[at] if text[at] == '"' else _OPENERS[text[at]]


def _close(stack: list[tuple[str, int]], char: str) -> None:
    for index in range(len(stack) - 1, -1, -1):
        # A German quotation „…“ is often closed with ” by English keyboards.
        if stack[index][0] == char or (stack[index][0] == "“" and char == "”"):
            del stack[index:]
            return


def _mended(segments: list[str], language: str) -> Iterator[str]:
    current = ""
    for segment in segments:
        if current and not _is_boundary(current, segment, language):
            current += segment
            continue
        if current:
            yield current
        current = segment
    if current:
        yield current


def _is_boundary(before: str, after: str, language: str) -> bool:
    start = after.lstrip()
    if not start or start.startswith(_CLOSING):
        return False
    if start[0].islower() or _SHORTENED.search(before):
        return False
    if _NOON.search(before) and _AFTER_NOON.match(start):
        return False
    if _CJK_QUOTED.search(before) and _CJK_ATTRIBUTION.match(start):
        return False
    return not (_ORDINAL.search(before) and language in _ORDINAL_LANGUAGES)


def _whole_quotations(segments: list[str]) -> Iterator[str]:
    at = 0
    while at < len(segments):
        end = at + 1
        joined = segments[at]
        while open_quote(joined) >= 0 and end < min(len(segments), at + 8):
            joined += segments[end]
            end += 1
        if open_quote(joined) >= 0:
            joined, end = segments[at], at + 1
        yield joined
        at = end
