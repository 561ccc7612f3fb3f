"""Leave out what Obsidian does not show: text between `%%` and `%%` in Markdown; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"(`+[^`]*`+)")
_COMMENT = re.compile(r"%%[^%]*(?:%(?!%)[^%]*)*%%")
_MARK = "%%"


def without_comments(text: str) -> str:
    """Return Markdown without its comments, but for what is code.

    One that a line begins with may go over many lines; where nothing closes it, it hides all that
    follows, as it does in Obsidian: better too little than what was not meant for anybody.
    """
    return "".join(_shown(text.splitlines(keepends=True))) if _MARK in text else text


def _shown(lines: list[str]) -> Iterator[str]:
    fence, is_hidden = "", False
    for line in lines:
        if is_hidden:
            _, mark, rest = line.partition(_MARK)
            is_hidden = not mark
            yield rest if rest.strip() else ""
        elif fence:
            fence = "" if line.strip().startswith(fence) and not line.strip(" \n" + fence[0]) else fence
            yield line
        elif opening := _FENCE.match(line):
            fence = opening[1]
            yield line
        else:
            is_hidden = line.lstrip().startswith(_MARK) and line.count(_MARK) == 1
            yield "" if is_hidden else _inline(line)


def _inline(line: str) -> str:
    """Return a line without the comments that begin and end in it."""
    if _MARK not in line:
        return line
    parts = _CODE.split(line)
    return "".join(part if place % 2 else _COMMENT.sub("", part) for place, part in enumerate(parts))
