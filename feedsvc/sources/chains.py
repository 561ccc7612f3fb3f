"""Find the files that passed their names on: `a.md` became `b.md`, and `b.md` became `c.md`. Pure.

Whose item each of them holds can only be said of all of them together: read one by one, each would
be taken for a new text under an old name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from feedsvc.model import FileState
from feedsvc.sources.scan import Seen


def chains(
    news: Collection[str], found: Mapping[str, Seen], known: Mapping[str, FileState]
) -> dict[str, frozenset[str]]:
    """Return by path, for each of the news whose name was passed on or taken over, all that it hangs on.

    A file is taken for the one that lay elsewhere if neither its inode number, size nor time differ.
    """
    beside: dict[str, list[str]] = {}
    for path, home in _moves(news, found, known):
        beside.setdefault(path, []).append(home)
        beside.setdefault(home, []).append(path)
    joined: dict[str, frozenset[str]] = {}
    for path in beside:
        if path not in joined:
            whole = frozenset(_reached(path, beside))
            joined |= dict.fromkeys(whole, whole)
    return joined


def _moves(
    news: Collection[str], found: Mapping[str, Seen], known: Mapping[str, FileState]
) -> Iterator[tuple[str, str]]:
    """Yield (path, home): the file at `path` lay at `home` before, where another file lies now."""
    homes = {
        (known[path].inode, known[path].size, known[path].mtime_ns): path
        for path in news
        if path in known and known[path].inode != found[path].inode
    }
    for path in news if homes else ():
        seen = found[path]
        home = homes.get((seen.inode, seen.size, seen.mtime_ns), path)
        if home != path:
            yield path, home


def _reached(start: str, beside: Mapping[str, list[str]]) -> set[str]:
    reached, todo = {start}, [start]
    while todo:
        for path in beside[todo.pop()]:
            if path not in reached:
                reached.add(path)
                todo.append(path)
    return reached
