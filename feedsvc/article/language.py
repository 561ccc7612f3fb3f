"""Tell the language of a text, and write its tag."""

from __future__ import annotations

import importlib
import re
from array import array
from collections.abc import Callable
from functools import lru_cache

_MIN_LETTERS = 40
_MIN_UNSPACED = 12
_SAMPLE = 1_000
"""Characters that are looked at: more does not make the guess better."""
_SURE = 0.8
_BLOCK = 16
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")


class Table:
    """A long table of numbers, read only, that keeps blocks which repeat themselves once.

    The model's table has 39 MB, and all but a tenth of it repeats itself.
    """

    __slots__ = ("_blocks", "_places")

    def __init__(self, table: array[int]) -> None:
        data, size = memoryview(table).cast("B"), _BLOCK * table.itemsize
        known: dict[bytes, int] = {}
        blocks = (bytes(data[start : start + size]) for start in range(0, len(data), size))
        self._places = array("I", (known.setdefault(block, len(known)) for block in blocks))
        self._blocks = array(table.typecode, b"".join(known))

    def __getitem__(self, at: int) -> int:
        return self._blocks[self._places[at // _BLOCK] * _BLOCK + at % _BLOCK]


def language(text: str) -> str | None:
    """Return the BCP 47 code of the language that a plain text is written in, or None where unsure."""
    sample = " ".join(text[:_SAMPLE].split())
    letters = "".join(filter(str.isalpha, sample))
    unspaced = 0 if letters.isascii() else sum(char > "\u0e00" for char in letters)
    if len(letters) < (_MIN_UNSPACED if unspaced * 2 > len(letters) else _MIN_LETTERS):
        return None
    code, probability = _classifier()(sample)
    # “zxx” is the code for what is no language at all.
    return code if probability >= _SURE and code != "zxx" else None


def language_tag(text: str) -> str | None:
    """Return a language as BCP 47 writes it (`de-AT`, `zh-Hant`), or None where the text is no tag."""
    tag = text.strip().replace("_", "-")
    if not _TAG.fullmatch(tag):
        return None
    first, *rest = tag.lower().split("-")
    return "-".join([first, *(_cased(part) for part in rest)])


def _cased(part: str) -> str:
    if len(part) == 2:
        return part.upper()
    return part.title() if len(part) == 4 and part.isalpha() else part


@lru_cache(maxsize=1)
def _classifier() -> Callable[[str], tuple[str, float]]:
    # Loaded by the first text only: numpy and the model cost 50 MB in each process that has them, and
    # web processes never ask.
    langid = importlib.import_module("py3langid.langid")
    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    identifier.tk_nextmove = Table(identifier.tk_nextmove)

    def classify(sample: str) -> tuple[str, float]:
        code, probability = identifier.classify(sample)
        return str(code), float(probability)

    return classify
