"""Write ids into the files of items that have none, and leave every other byte as it is."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

_ID = re.compile(r"""^["']?(?:id|guid|uid)["']?\s*[:=]""", re.IGNORECASE | re.MULTILINE)
_HEADER = re.compile(r"[A-Za-z][\w -]*:\s")
_MARKED = (".md", ".markdown", ".txt", ".html", ".htm")


def plan(root: Path, ids: Mapping[str, str]) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the new bytes of each file that lacks its id, and why others cannot have it, both by path."""
    mended: dict[str, bytes] = {}
    left: dict[str, str] = {}
    for path, id_ in sorted(ids.items()):
        try:
            old = (root / path).read_bytes()
            text = old.decode("utf-8")
        except (OSError, UnicodeDecodeError):
            left[path] = "it cannot be read as UTF-8"
            continue
        new = with_id(text, id_, Path(path).suffix.lower())
        if new is None:
            left[path] = f"write it in by hand: {id_}"
        elif new != text:
            mended[path] = new.encode("utf-8")
    return mended, left


def write(root: Path, mended: Mapping[str, bytes]) -> None:
    """Replace the files, each at once, so that nobody reads half of one."""
    for path, body in mended.items():
        target = root / path
        put(target, body, target.stat().st_mode & 0o777)


def put(target: Path, body: bytes, mode: int | None = None) -> None:
    """Write a file that is there whole or not at all, also after a loss of power; OSError if it cannot be."""
    draft = target.with_name(f".{target.name}.tmp")
    try:
        with draft.open("wb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def with_id(text: str, id_: str, suffix: str) -> str | None:
    """Return a file's text with its id in the front matter; the same text if it names one already.

    None where the id has no place of which we are sure: JSON, whole HTML pages, and files that begin
    with bare headers.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(mark)
    end = "\r\n" if "\r\n" in body else "\n"
    first, _, rest = body.partition(end)
    fence = first.rstrip()
    if fence in ("---", "+++"):
        front = re.split(rf"^{re.escape(fence)}[ \t]*\r?$", rest, maxsplit=1, flags=re.MULTILINE)
        if len(front) == 1:
            return None
        if _ID.search(front[0]):
            return text
        line = f"id: {id_}" if fence == "---" else f'id = "{id_}"'
        return f"{mark}{first}{end}{line}{end}{rest}"
    if suffix in (".yaml", ".toml"):
        line = f"id: {id_}" if suffix == ".yaml" else f'id = "{id_}"'
        return text if _ID.search(body) else f"{mark}{line}{end}{body}"
    if suffix not in _MARKED or _HEADER.match(first) or first.lstrip().startswith("<"):
        return None
    return f"{mark}---{end}id: {id_}{end}---{end}{body}"
