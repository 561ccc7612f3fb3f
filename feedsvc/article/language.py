"""Tell the language of a text, and write its tag."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from functools import lru_cache

_MIN_LETTERS = 40
_MIN_UNSPACED = 12
_SAMPLE = 1_000
"""Characters that are looked at: more does not make the guess better."""
_SURE = 0.8
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")


def language(text: str) -> str | None:
    """Return the BCP 47 code of the language that a plain text is written in, or None where unsure."""
    sample = " ".join(text[:_SAMPLE].split())
    letters = [char for char in sample if char.isalpha()]
    enough = _MIN_UNSPACED if sum(char > "\u0e00" for char in letters) * 2 > len(letters) else _MIN_LETTERS
    if len(letters) < enough:
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
    # Loaded by the first text only: numpy and the model cost 60 MB in each process that has them, and
    # web processes never ask.
    langid = importlib.import_module("py3langid.langid")
    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)

    def classify(sample: str) -> tuple[str, float]:
        code, probability = identifier.classify(sample)
        return str(code), float(probability)

    return classify
