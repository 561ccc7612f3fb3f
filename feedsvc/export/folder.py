"""Bring a folder in line with what should be in it, and touch nothing in it that is somebody else's.

A manifest says which files are ours. It is written before they are, so that after a loss of power at
any moment the next run knows them. Each file is there whole, old or new, never in between.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from feedsvc.errors import Conflict, ExportError

MANIFEST = "manifest.json"
LOCK = ".lock"
PART = ".feedsvc-part"
VERSION = 1
UNKNOWN = ""
"""What a file holds that is being written."""

Known = dict[str, str]


@dataclass(frozen=True, slots=True)
class File:
    """A file that should be there: where, what it holds, and how to read that."""

    name: str
    """Below the folder, with slashes."""
    mark: str
    """Equal marks mean equal bytes."""
    read: Callable[[], Iterable[bytes]]
    modified: datetime | None = None
    """The time that the file gets; None: that of its writing."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What was done: the files that were written and removed, and those that stand in the way of ours."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    left: int = 0
    """How many documents the next run should make and write."""


def bring(root: Path, files: Iterable[File]) -> Brought:
    """Make the folder hold these files of ours and no others; idempotent.

    What goes is removed before anything is written: a withdrawn item is not there a moment longer. A
    file that is not ours stays, and ours is left out. Conflict while another process does the same;
    ExportError where the folder cannot be written.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        root = root.resolve()
        with _alone(root):
            return _bring(root, {file.name: file for file in files})
    except OSError as error:
        name = error.filename or root
        raise ExportError(f"{os.fsdecode(name)}: cannot be written: {error.strerror}") from error


def _bring(root: Path, wanted: Mapping[str, File]) -> Brought:
    known = _read_manifest(root)
    _clear_up(root, known)
    foreign = {name for name in wanted if _is_taken(root, name, name in known)}
    own = {name: file for name, file in wanted.items() if name not in foreign}
    gone = [name for name in known if name not in own]
    changed = [file for name, file in own.items() if not _is_there(root, file, known.get(name))]
    if gone or changed:
        # Both what was and what will be: whatever happens now, all of it is ours.
        _write_manifest(root, {**known, **{file.name: UNKNOWN for file in changed}})
        _remove(root, gone)
        _write(root, changed)
        _write_manifest(root, {name: file.mark for name, file in own.items()})
    return Brought(tuple(file.name for file in changed), tuple(gone), tuple(sorted(foreign)))


def _is_there(root: Path, file: File, mark: str | None) -> bool:
    if mark != file.mark:
        return False
    try:
        found = (root / file.name).stat(follow_symlinks=False)
    except OSError:
        return False
    # Somebody who changes one of our files changes its time.
    return file.modified is None or found.st_mtime_ns == _ns(file.modified)


def _is_taken(root: Path, name: str, is_ours: bool) -> bool:
    """Say whether somebody else's file is where ours should be, or a link leads out of the folder there."""
    path = root / name
    if os.path.lexists(path) and (not is_ours or path.is_dir()):
        return True
    above = next(each for each in path.parents if os.path.lexists(each))
    return not above.is_dir() or above.resolve() != above


def _clear_up(root: Path, known: Known) -> None:
    """Remove what a run left behind that was killed in the middle of a file."""
    for name, mark in known.items():
        if mark == UNKNOWN and (root / name).parent.is_dir():
            _part(root / name).unlink(missing_ok=True)


def _part(path: Path) -> Path:
    """Return the name under which a file is written; no longer than a name may be."""
    return path.with_name(f".{sha256(os.fsencode(path.name)).hexdigest()[:16]}{PART}")


def _remove(root: Path, names: Sequence[str]) -> None:
    parents = set()
    for name in names:
        path = root / name
        if path.parent.resolve() == path.parent:
            with suppress(FileNotFoundError, IsADirectoryError, NotADirectoryError):
                path.unlink()
            parents.add(path.parent)
    for parent in sorted(parents, reverse=True):
        _remove_empty(root, parent)


def _remove_empty(root: Path, folder: Path) -> None:
    while folder != root:
        try:
            folder.rmdir()
        except OSError:
            if folder.is_dir():
                _sync(folder)
            return
        folder = folder.parent


def _write(root: Path, files: Sequence[File]) -> None:
    parents: set[Path] = set()
    for file in files:
        path = root / file.name
        _make_folder(root, path.parent, parents)
        part = _part(path)
        try:
            _write_part(part, file)
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)
        parents.add(path.parent)
    for parent in parents:
        _sync(parent)


def _make_folder(root: Path, folder: Path, made: set[Path]) -> None:
    """Make a folder for all to read, and note whose entries must be on disk."""
    missing = []
    while folder != root and not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir()
        each.chmod(0o755)
        made.add(each.parent)


def _write_part(part: Path, file: File) -> None:
    with part.open("wb") as out:
        for data in file.read():
            out.write(data)
        out.flush()
        os.fchmod(out.fileno(), 0o644)
        if file.modified is not None:
            os.utime(out.fileno(), ns=(_ns(file.modified), _ns(file.modified)))
        os.fsync(out.fileno())


def _read_manifest(root: Path) -> Known:
    path = root / MANIFEST
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ExportError(f"{path}: is not what feedsvc wrote; name an empty folder, or remove it") from error
    listed = read.get("files") if isinstance(read, dict) and read.get("version") == VERSION else None
    if not isinstance(listed, dict):
        raise ExportError(f"{path}: was written by another version; name an empty folder")
    return {str(name): str(mark) for name, mark in listed.items() if _is_inside(str(name))}


def _write_manifest(root: Path, known: Known) -> None:
    text = json.dumps({"version": VERSION, "files": known}, ensure_ascii=False, indent=0, sort_keys=True)
    part = _part(root / MANIFEST)
    _write_part(part, File(MANIFEST, "", lambda: [text.encode("utf-8", "surrogatepass")]))
    part.rename(root / MANIFEST)
    _sync(root)


def _is_inside(name: str) -> bool:
    return not name.startswith("/") and ".." not in name.split("/")


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _ns(moment: datetime) -> int:
    """Return a moment as the whole second that Last-Modified can say."""
    return int(moment.timestamp()) * 1_000_000_000


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    with (root / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(f"{root}: another process exports to it at this moment") from None
        yield
