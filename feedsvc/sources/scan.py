"""See what is in a folder: the names that count and their stat, without opening a file."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from feedsvc.errors import SourceError
from feedsvc.sources import files

MAX_IGNORE_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as its directory entry and its stat show it."""

    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int
    device: int


@dataclass(slots=True)
class Scan:
    """Everything that one walk through the folder found; paths are relative, with slashes."""

    files: dict[str, Seen] = field(default_factory=dict)
    """The files that count."""
    real: dict[str, str] = field(default_factory=dict)
    """Where a file that is a symbolic link really lies."""
    conflicts: dict[str, Seen] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)
    """Symbolic links that leave the folder, or lead nowhere."""
    special: set[str] = field(default_factory=set)
    """Pipes, sockets and devices that are called like items."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """Folders that could not be read (with a slash at the end), and why."""
    unnamed: set[str] = field(default_factory=set)
    """Names that are not UTF-8, with the bad bytes replaced."""
    root: str = ""
    """What the folder is known by on its file system: another one in its place is not it."""
    error: str = ""
    """Why the folder itself could not be read."""

    def hides(self, path: str) -> bool:
        """Say whether a path lies where this walk could not see."""
        return any(path.startswith(folder) for folder in self.unreadable)


def scan(root: Path) -> Scan:
    """Walk through a folder once; what cannot be read is noted and never raised.

    A symbolic link is followed if it stays inside the folder, and only if what it leads to was not
    found under its own name: nothing is an item twice.
    """
    return _Walk(root).run()


class _Walk:
    """One walk: real folders first, then the links that were met on the way."""

    def __init__(self, root: Path) -> None:
        self._root = os.path.realpath(root)
        self._found = Scan()
        self._links: list[tuple[str, str]] = []
        self._ignore = files.Ignore()
        self._folders: set[tuple[int, int]] = set()

    def run(self) -> Scan:
        try:
            os.scandir(self._root).close()
            self._found.root = str(Path(self._root).stat().st_ino)
            self._ignore = files.Ignore(_lines(os.path.join(self._root, files.IGNORE_FILE)))  # noqa: PTH118
            self._walk(self._root, "")
        except OSError as error:
            place = error.filename or self._root
            told = f"{place} cannot be read ({error.strerror or error}): nothing changes until it can"
            return Scan(error=told)
        known = {(seen.device, seen.inode) for seen in self._found.files.values()}
        while self._links:
            links, self._links = sorted(self._links), []
            for path, place in links:
                self._follow(path, place, known)
        return self._found

    def _walk(self, place: str, prefix: str) -> None:
        todo = [(place, prefix)]
        while todo:
            place, prefix = todo.pop()
            try:
                about = Path(place).stat()
                self._folders.add((about.st_dev, about.st_ino))
                with os.scandir(place) as entries:
                    todo += self._sort(entries, prefix)
            except OSError as error:
                if not prefix:
                    raise
                if not isinstance(error, FileNotFoundError):
                    self._found.unreadable[prefix] = error.strerror or str(error)

    def _sort(self, entries: os._ScandirIterator[str], prefix: str) -> list[tuple[str, str]]:
        """Note the files of one folder; return the folders in it."""
        deeper = []
        for entry in entries:
            path = prefix + entry.name
            if entry.is_symlink():
                self._links.append((path, entry.path))
            elif entry.is_dir(follow_symlinks=False):
                if files.is_open(entry.name) and not self._ignore.folder(path):
                    deeper.append((entry.path, path + "/"))
            elif files.is_item(entry.name) and not self._ignore.file(path):
                self._note(path, entry)
        return deeper

    def _note(self, path: str, entry: os.DirEntry[str]) -> None:
        if not _is_utf8(path):
            self._found.unnamed.add(os.fsencode(path).decode("utf-8", "replace"))
            return
        try:
            about = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return
        if not stat.S_ISREG(about.st_mode):
            self._found.special.add(path)
            return
        found = self._found.conflicts if files.is_conflict(entry.name) else self._found.files
        found[path] = _seen(about)

    def _follow(self, path: str, place: str, known: set[tuple[int, int]]) -> None:
        name = path.rpartition("/")[2]
        real = os.path.realpath(place)
        try:
            about = Path(real).stat()
        except OSError:
            about = None
        is_folder = about is not None and stat.S_ISDIR(about.st_mode)
        wanted = files.is_open(name) if is_folder else files.is_item(name)
        if not wanted or not _is_utf8(path) or self._ignore.file(path) or self._ignore.folder(path):
            return
        if about is None or not f"{real}{os.sep}".startswith(self._root + os.sep):
            self._found.outside.add(path)
        elif is_folder and (about.st_dev, about.st_ino) not in self._folders:
            before = set(self._found.files)
            self._walk(real, path + "/")
            self._forget_twins(set(self._found.files) - before, known)
        elif not (is_folder or stat.S_ISREG(about.st_mode)):
            self._found.special.add(path)
        elif stat.S_ISREG(about.st_mode) and (about.st_dev, about.st_ino) not in known:
            known.add((about.st_dev, about.st_ino))
            self._found.files[path] = _seen(about)
            self._found.real[path] = real

    def _forget_twins(self, paths: set[str], known: set[tuple[int, int]]) -> None:
        for path in sorted(paths):
            seen = self._found.files[path]
            if (seen.device, seen.inode) in known:
                del self._found.files[path]
            known.add((seen.device, seen.inode))


def _seen(about: os.stat_result) -> Seen:
    return Seen(about.st_size, about.st_mtime_ns, about.st_ino, about.st_ctime_ns, about.st_dev)


def _is_utf8(path: str) -> bool:
    return path.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in path)


def _lines(path: str) -> list[str]:
    try:
        with open_file(path) as file:
            return file.read(MAX_IGNORE_BYTES).decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []


class Torn(SourceError):
    """The file changed while it was read: it is still being written."""


def open_file(path: str | Path) -> BinaryIO:
    """Open a regular file for reading; OSError for anything else.

    The last part of the path is never followed as a link, and a pipe is never waited for.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no file", str(path))
    return os.fdopen(descriptor, "rb")


def read(root: Path, path: str, seen: Seen, real: str | None, max_bytes: int) -> bytes:
    """Return the bytes of a file that is still the one that was seen; raises Torn, or OSError.

    One byte more than `max_bytes` is returned at most.
    """
    with open_file(real or root / path) as file:
        if _seen(os.fstat(file.fileno())) != seen:
            raise Torn
        data = file.read(max_bytes + 1)
        if _seen(os.fstat(file.fileno())) != seen or len(data) != min(seen.size, max_bytes + 1):
            raise Torn
    return data
