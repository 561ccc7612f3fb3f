"""Know which names in a folder are items, and read what their bytes say."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from fnmatch import translate

from feedsvc.errors import ParseError

SUFFIXES = frozenset((".md", ".markdown", ".txt", ".html", ".htm", ".json", ".yaml", ".yml", ".toml"))
IGNORE_FILE = ".feedsvcignore"

_OFFICE = (".*", "~*", "*~", "#*#", "4913", "Thumbs.db", "_index.*")
_UNFINISHED = ("*.swp", "*.swx", "*.tmp", "*.part", "*.partial", "*.crdownload", "*.icloud")
_IGNORED = re.compile("|".join(translate(pattern.lower()) for pattern in (*_OFFICE, *_UNFINISHED)))
_CONFLICT = re.compile(r".*(\.sync-conflict-|conflicted copy).*", re.IGNORECASE)
_FOLDERS = frozenset(("_posts", "_drafts"))
_LAYOUT = frozenset(("_posts", "_drafts", "content", "posts"))
_DATED = re.compile(r"(?P<date>\d{4}-\d{2}-\d{2})-(?P<rest>.+)")
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class NotText(ParseError):
    """Bytes that are no text; the message says why."""


def suffix(name: str) -> str:
    """Return the part of a file's name that says what it is, in lower case."""
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""


def is_item(name: str) -> bool:
    """Say whether a file of this name is an item, and not an editor's or a synchroniser's business."""
    return suffix(name) in SUFFIXES and not _IGNORED.match(name.lower())


def is_conflict(name: str) -> bool:
    """Say whether a synchroniser made this copy because two people wrote at once."""
    return bool(_CONFLICT.match(name))


def is_open(folder: str) -> bool:
    """Say whether to look for items in a folder of this name."""
    if folder.startswith((".", "~")) or folder == "node_modules":
        return False
    return not folder.startswith("_") or folder in _FOLDERS


def is_drafts(path: str) -> bool:
    """Say whether a file lies in a folder of drafts."""
    return "_drafts" in path.split("/")[:-1]


def folder_tags(path: str) -> tuple[str, ...]:
    """Return the folders that say what an item is about: not years, not layouts, not a bundle's own."""
    folders = path.split("/")[:-1]
    if is_bundle(path):
        folders = folders[:-1]
    return tuple(name for name in folders if name not in _LAYOUT and not name.isdecimal())


def is_bundle(path: str) -> bool:
    """Say whether a file is the item of the folder that it lies in, with its pictures beside it."""
    *folders, name = path.split("/")
    return bool(folders) and name.lower().startswith("index.")


def dated_name(path: str) -> tuple[str, str]:
    """Return the date in a file's name ("" if there is none) and the rest of the name, without suffix."""
    *folders, name = path.split("/")
    stem = folders[-1] if is_bundle(path) else name[: name.rfind(".")]
    match = _DATED.fullmatch(stem)
    return (match["date"], match["rest"]) if match else ("", stem)


class Ignore:
    """The patterns of a `.feedsvcignore`: one a line, `#` for comments, `folder/` for folders only."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        patterns = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
        self._files = _any_of(pattern for pattern in patterns if not pattern.endswith("/"))
        self._folders = _any_of(pattern.rstrip("/") for pattern in patterns)

    def file(self, path: str) -> bool:
        """Say whether to leave out the file at this path."""
        return _matches(self._files, path)

    def folder(self, path: str) -> bool:
        """Say whether to leave out everything below this path."""
        return _matches(self._folders, path)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    joined = "|".join(translate(pattern.removeprefix("/")) for pattern in patterns)
    return re.compile(joined) if joined else None


def _matches(patterns: re.Pattern[str] | None, path: str) -> bool:
    return patterns is not None and bool(patterns.match(path) or patterns.match(path.rpartition("/")[2]))


def decode(data: bytes) -> tuple[str, str]:
    """Return the text in a file's bytes, and the name of its encoding where that was not UTF-8.

    Lines end in a line feed, whatever the file had. Raises NotText for what is binary or damaged:
    UTF-8 with a few bad bytes is a torn file, not Windows-1252.
    """
    text, encoding = _decoded(data)
    if _BINARY.search(text):
        raise NotText("this is no text: it holds control characters")
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _as(data, encoding).removeprefix("\ufeff"), ""
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        return _legacy(data, error)


def _legacy(data: bytes, error: UnicodeDecodeError) -> tuple[str, str]:
    """Decode what is not UTF-8: as its page declares, else as Windows-1252 if it can be that."""
    declared = _CHARSET.search(data[:2048])
    name = declared[1].decode("ascii") if declared else ""
    if name and name.lower().replace("-", "") != "utf8":
        return _as(data, name), name
    sound = sum(ord(letter) > 127 for letter in data.decode("utf-8", "ignore"))
    broken = data.decode("utf-8", "replace").count("\ufffd")
    if sound > broken:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotText(f"this is not sound UTF-8: the first bad byte is in line {line}. Save it as UTF-8")
    return _as(data, "windows-1252"), "Windows-1252"


def _as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError, ValueError) as error:
        raise NotText(f"this is not readable as {encoding}. Save it as UTF-8") from error
