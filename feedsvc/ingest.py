"""Take items in: the first story.

    source ─ look | fetch ─▶ arrivals ─ decide ─▶ changes ─ _apply ─▶ items, revisions, sequence, a task

Both ways in end in `_apply`: what a folder's look found and what an upstream feed answered. Their
articles have been cleaned by the source. Everything that a decision changes is written in one
transaction, together with the task that will make it live.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from feedsvc import identity
from feedsvc.decide import Changes, decide
from feedsvc.errors import Gone, SourceError
from feedsvc.model import Arrival, FileState, Item
from feedsvc.queue import Queue
from feedsvc.sources import Folder, Look, Refreshed
from feedsvc.store import Fenced, SourceState, Store, Transaction, items, schedule, sources

CHUNK = 500
"""Items a transaction: the first look at a large folder must not keep other writers waiting."""

PUBLISH = "publish"
"""The task that makes changes live, and the lock that coalesces a burst of them into one run."""

ENTRIES = "entries"
"""Where the problems with an upstream feed's entries are filed: each answer replaces them all."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one refresh of a source did, for the log line and the terminal."""

    source: str
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    problems: int = 0
    held: int = 0
    unsettled: bool = False
    overtaken: bool = False
    """Somebody else asked the source meanwhile: this answer counts for nothing."""
    error: str = ""

    @property
    def did_something(self) -> bool:
        """Say whether there is anything to tell."""
        return bool(self.new or self.changed or self.withdrawn or self.problems)


def refresh_folder(
    store: Store | Fenced,
    queue: Queue,
    folder: Folder,
    *,
    now: datetime,
    monotonic: float,
    confirm_removals: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Look at a folder source and take in what changed; say what was done.

    A large look is written in chunks, each with what is remembered of its files: after a crash in between
    the rest is looked at again. A worker that may not be the only one gives a fenced store.
    """
    key = folder.rules.source
    with store.read() as connection:
        known = sources.files(connection, key)
        state = sources.state(connection, key)
    root, held = (state.etag or "", state.held) if state else ("", 0)
    look = folder.look(
        known, monotonic, now, root=root, held=held, confirm_removals=confirm_removals, progress=progress
    )
    done = list(_take_in(store, queue, key, look, now))
    _remember_look(store, key, look, now)
    return Outcome(
        key,
        new=sum(len(changes.new) for changes in done),
        changed=sum(len(changes.changed) for changes in done),
        withdrawn=sum(len(changes.withdrawn) for changes in done),
        unchanged=look.seen - len(look.arrivals),
        problems=sum(len(problems) for problems in look.problems.values()),
        held=look.held,
        unsettled=look.unsettled,
        error=look.unreadable,
    )


def refresh_upstream(
    store: Store,
    queue: Queue,
    key: str,
    refreshed: Refreshed,
    *,
    now: datetime,
    next_at: datetime,
    since: SourceState | None = None,
) -> Outcome:
    """Take in what an upstream feed answered, and note when to ask again; absence withdraws nothing.

    `since` is the state in which it was asked: where another has asked since, nothing is taken in.
    """
    with store.write() as tx:
        if _is_overtaken(tx, key, since):
            return Outcome(key, overtaken=True)
        known = items.known(tx.connection, key, [arrival.guid for arrival in refreshed.arrivals])
        changes = decide(refreshed.arrivals, known, source=key, now=now)
        if refreshed.status == "ok":
            told = [replace(problem, path=ENTRIES) for problem in refreshed.problems]
            sources.put_problems(tx.connection, key, ENTRIES, told)
        state = sources.state(tx.connection, key)
        if state is not None:
            sources.put_state(tx.connection, _answered(state, refreshed, now, next_at))
        schedule.put_off(tx.connection, schedule.of_source(key), next_at)
        _apply(tx, queue, changes, known)
    return Outcome(key, len(changes.new), len(changes.changed), 0, changes.unchanged, len(refreshed.problems))


def record_failure(
    store: Store,
    key: str,
    error: SourceError,
    *,
    now: datetime,
    next_at: datetime,
    since: SourceState | None = None,
) -> Outcome:
    """Note that a source failed and when to try again; its items stay published.

    One that is gone for good is paused. Where another has asked after `since`, nothing is noted.
    """
    with store.write() as tx:
        if _is_overtaken(tx, key, since):
            return Outcome(key, overtaken=True)
        state = sources.state(tx.connection, key)
        if state is not None:
            failed = replace(
                state,
                failures=state.failures + 1,
                error=str(error),
                last_try=now,
                next_at=next_at,
                paused=state.paused or isinstance(error, Gone),
            )
            sources.put_state(tx.connection, failed)
        schedule.put_off(tx.connection, schedule.of_source(key), next_at)
    return Outcome(key, error=str(error))


def _is_overtaken(tx: Transaction, key: str, since: SourceState | None) -> bool:
    state = sources.state(tx.connection, key)
    return since is not None and state is not None and state.last_try != since.last_try


def defer_publish(queue: Queue, tx: Transaction) -> None:
    """Enqueue the publishing, in the caller's transaction; one that waits already will do."""
    queue.defer(tx.raw, PUBLISH, queueing_lock=PUBLISH, lock=PUBLISH)


def _take_in(store: Store | Fenced, queue: Queue, key: str, look: Look, now: datetime) -> Iterator[Changes]:
    """Write a look in one transaction; a large one chunk by chunk, and what has no item with the last."""
    if not (look.arrivals or look.files or look.forgotten or look.gone or look.problems):
        return
    *chunks, last = [*_chunks(look.arrivals)] or [[]]
    states = {state.path: state for state in look.files}
    paths = {state.guid: state.path for state in look.files if state.guid}
    if chunks:
        yield _prepare(store, queue, key, look, now)
    for chunk in chunks:
        with store.write() as tx:
            _put_files(tx, key, look, [states.pop(paths[arrival.guid]) for arrival in chunk])
            changes = _change(tx, queue, key, chunk, (), now)
        yield changes
    with store.write() as tx:
        _put_files(tx, key, look, [*states.values()], look.forgotten)
        for path in look.problems.keys() - {state.path for state in look.files} - set(look.forgotten):
            sources.put_problems(tx.connection, key, path, look.problems[path])
        changes = _change(tx, queue, key, last, look.gone, now)
    yield changes


def _prepare(store: Store | Fenced, queue: Queue, key: str, look: Look, now: datetime) -> Changes:
    """Write first what a crash between chunks would lose: new names of files, and items without a file.

    The files are remembered without a hash, so that they are read again should their chunk not be written.
    """
    new = {path for _, path in look.renamed}
    with store.write() as tx:
        files = sources.files(tx.connection, key)
        unsure = {path: state for path, state in files.items() if state.guid in look.gone}
        unsure |= {state.path: state for state in look.files if state.path in new}
        bare = [replace(state, hash="") for path, state in unsure.items() if path not in look.forgotten]
        sources.put_files(tx.connection, key, bare, {old for old, _ in look.renamed} - new)
        return _change(tx, queue, key, (), look.gone, now)


def _change(
    tx: Transaction, queue: Queue, key: str, arrivals: Sequence[Arrival], gone: Sequence[str], now: datetime
) -> Changes:
    known = items.known(tx.connection, key, [*(arrival.guid for arrival in arrivals), *gone])
    changes = decide(arrivals, known, source=key, gone=gone, now=now)
    _apply(tx, queue, changes, known)
    return changes


def _put_files(
    tx: Transaction, key: str, look: Look, states: Sequence[FileState], forgotten: Sequence[str] = ()
) -> None:
    sources.put_files(tx.connection, key, states, forgotten)
    for path in (*(state.path for state in states), *forgotten):
        sources.put_problems(tx.connection, key, path, look.problems.get(path, ()))


def _remember_look(store: Store | Fenced, key: str, look: Look, now: datetime) -> None:
    """Note how the look went, where that is news: a look a second must not be a write a second."""
    with store.read() as connection:
        state = sources.state(connection, key)
    if state is None:
        return
    # Of a folder, the tag says which one it was: another one in its place may be an empty one.
    news = (look.unreadable, look.held, look.root or state.etag)
    if state.last_success and (state.error, state.held, state.etag) == news:
        return
    told = replace(
        state,
        last_try=now,
        last_success=state.last_success if look.unreadable else now,
        error=look.unreadable,
        held=look.held,
        etag=look.root or state.etag,
        failures=state.failures + 1 if look.unreadable else 0,
    )
    with store.write() as tx:
        sources.put_state(tx.connection, told)


def _answered(state: SourceState, refreshed: Refreshed, now: datetime, next_at: datetime) -> SourceState:
    asked = replace(
        state, last_try=now, last_success=now, next_at=next_at, failures=0, error="", paused=False
    )
    if refreshed.status == "unchanged":
        return asked
    return replace(
        asked,
        title=state.title or refreshed.title,
        etag=refreshed.etag,
        last_modified=refreshed.last_modified,
    )


def _apply(tx: Transaction, queue: Queue, changes: Changes, known: Mapping[str, Item]) -> None:
    """Write the changes and enqueue the publishing, in the caller's transaction."""
    if not changes:
        return
    slugs: set[str] = set()
    changed = [_with_free_slug(tx, item, known[item.guid].slug, slugs) for item in changes.changed]
    new = _with_free_names(tx, changes.new, slugs)
    seq = tx.seq()
    items.insert(tx.connection, new, seq)
    items.update(tx.connection, [*changed, *changes.withdrawn], seq)
    defer_publish(queue, tx)


def _with_free_names(tx: Transaction, wishes: Sequence[Item], slugs: set[str]) -> list[Item]:
    """Give new items ids and slugs that nobody holds, nor takes in this transaction (`slugs`)."""
    ids = set(items.taken_ids(tx.connection, [item.id for item in wishes]))
    named: list[Item] = []
    for item in wishes:
        id_ = item.id if item.id not in ids else identity.minted(item.source, item.guid)
        slug = identity.free_slug(item.slug, items.taken_slugs(tx.connection, item.slug) | slugs)
        ids.add(id_)
        slugs.add(slug)
        named.append(replace(item, id=id_, slug=slug))
    return named


def _with_free_slug(tx: Transaction, item: Item, before: str, slugs: set[str]) -> Item:
    """Give a changed item the slug that it wishes for, if free; one that it had to take stays its own."""
    slug = item.slug
    if slug != before:
        had_to = before.rpartition("-")[0] == slug and before.rpartition("-")[2].isdecimal()
        taken = items.taken_slugs(tx.connection, slug) | slugs
        holder = items.by_slug(tx.connection, slug)
        is_ours = slug not in slugs and holder is not None and holder.pk == item.pk
        if slug in taken and not is_ours:
            slug = before if had_to else identity.free_slug(slug, taken)
    slugs.add(slug)
    return replace(item, slug=slug)


def _chunks(arrivals: Sequence[Arrival]) -> Iterator[list[Arrival]]:
    rest = iter(arrivals)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
