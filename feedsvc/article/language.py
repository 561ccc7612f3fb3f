"""Tell the language of a text, and write its tag."""

from __future__ import annotations

import importlib
import io
import lzma
import re
import shutil
import tempfile
from array import array
from collections.abc import Callable
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

_MIN_LETTERS = 40
_MIN_UNSPACED = 12
_SAMPLE = 1_000
"""Characters that are looked at: more does not make the guess better."""
_SURE = 0.8
_BLOCK = 16
_ROWS = 4096
_PIECE = 1 << 20
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")


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
    # Loaded by the first text only: numpy and the model cost 30 MB in each process that has them, and
    # web processes never ask.
    langid, numpy = importlib.import_module("py3langid.langid"), importlib.import_module("numpy")
    # The library's own loader holds its largest table three times for a moment: 100 MB.
    with _unpacked(langid.MODEL_DIR / langid.MODEL_FILE) as file, numpy.load(file) as model:
        identifier = langid.LanguageIdentifier(
            tk_nextmove=Moves(model["nextmove"]),
            nb_ptc=Weights(model["ptc"]),
            nb_pc=model["pc"],
            nb_classes=model["classes"].tolist(),
            tk_output=array("i", model["out_feat"].tolist()),
            tk_row=array("I", model["nextmove_row"].tolist()),
            norm_probs=True,
        )

    def classify(sample: str) -> tuple[str, float]:
        code, probability = identifier.classify(sample)
        return str(code), float(probability)

    return classify


def _unpacked(packed: Path) -> BinaryIO:
    """Open the model's file unpacked: in a file without a name, in memory where there is no room for one."""
    with lzma.open(packed) as source, ExitStack() as opened:
        try:
            file = opened.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(source, file, _PIECE)
        except OSError:
            return io.BytesIO(lzma.decompress(packed.read_bytes()))
        opened.pop_all()
    file.seek(0)
    return file


class Moves:
    """The model's moves from state to state, with each block of them that repeats itself kept once.

    All but a tenth does: 6 MB say what takes the model 39.
    """

    __slots__ = ("_blocks", "_places")

    def __init__(self, moves: Any) -> None:  # Any: an array of numpy, which is only loaded with the model.
        data, size = memoryview(moves).cast("B"), _BLOCK * moves.itemsize
        known: dict[bytes, int] = {}
        blocks = (bytes(data[start : start + size]) for start in range(0, len(data), size))
        self._places = array("I", (known.setdefault(block, len(known)) for block in blocks))
        self._blocks = array("I", b"".join(known))

    def __getitem__(self, at: int) -> int:
        return self._blocks[self._places[at // _BLOCK] * _BLOCK + at % _BLOCK]


class Weights:
    """The weight of each feature in each language, kept where it is not the language's least.

    Four fifths are the least: 9 MB say what takes the model 28. The rows that are asked for are whole.
    """

    __slots__ = ("_columns", "_counts", "_ends", "_least", "_numpy", "_values")

    def __init__(self, table: Any) -> None:  # Any: as above.
        self._numpy = numpy = importlib.import_module("numpy")
        self._least = table.min(axis=0)
        parts = [table[start : start + _ROWS] for start in range(0, len(table), _ROWS)]
        apart = [part != self._least for part in parts]
        self._values = numpy.concatenate(
            [part[is_apart] for part, is_apart in zip(parts, apart, strict=True)]
        )
        self._columns = numpy.concatenate([is_apart.nonzero()[1].astype("uint8") for is_apart in apart])
        self._counts = numpy.concatenate([is_apart.sum(axis=1) for is_apart in apart]).astype("int32")
        self._ends = self._counts.cumsum(dtype="int32")

    def __getitem__(self, rows: Any) -> Any:  # Any: as above.
        numpy, counts = self._numpy, self._counts[rows]
        whole = numpy.tile(self._least, (len(rows), 1))
        at = numpy.arange(counts.sum()) + (self._ends[rows] - counts.cumsum()).repeat(counts)
        whole[numpy.arange(len(rows)).repeat(counts), self._columns[at]] = self._values[at]
        return whole
