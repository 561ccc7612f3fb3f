"""Tell the language of a text."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import lru_cache

_MIN_LETTERS = 40
_MIN_UNSPACED = 12
_SAMPLE = 2_000
"""Characters that are looked at: more does not make the guess better."""
_SURE = 0.8


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
