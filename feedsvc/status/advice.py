"""Say what a person should see to, in plain words; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from feedsvc.status.facts import FULL_FILES, Content, Database, Disk, Jobs, Source, Status, Work

PATIENCE = 3
"""Failures in a row after which a source needs a person: the first ones mend themselves."""

UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a person should see to: what is wrong in one plain sentence, and what to do."""

    wrong: str
    remedy: str


def needs(status: Status) -> list[Need]:
    """Return what a person should see to, the gravest first; [] where all is well."""
    found = [*_database(status.database), *_disk(status.disk)]
    if status.work is not None:
        found += _work(status.work)
    if status.jobs is not None:
        found += _jobs(status.jobs)
    for source in status.sources:
        found += _source(source)
    if status.content is not None:
        found += _content(status.content)
    return found


def spoken(duration: timedelta) -> str:
    """Say a duration as people do: “45 seconds”, “12 minutes”, “3 days”; never less than it says."""
    seconds = int(duration.total_seconds())
    for unit, length in UNITS:
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}s"
    return "1 second" if seconds == 1 else "0 seconds"


def planned(name: str) -> str:
    """Say in words what a name in the schedule stands for."""
    if name.startswith("source:"):
        return f"refreshing “{name.removeprefix('source:')}”"
    return {"moment": "comparing feeds with items", "sweep": "clearing up"}.get(name, name)


def _database(database: Database) -> Iterator[Need]:
    if not database.exists:
        yield Need(
            _sentence(database.problem),
            "Start `feedsvc serve`, which makes it. If there was one, see what `database.url` names now.",
        )
    elif not database.answers:
        yield Need(
            _sentence(f"the database cannot be used: {database.problem}"),
            "What was live last is served meanwhile; once this is mended everything goes on by itself.",
        )
    elif database.problem:
        wrong, _, remedy = database.problem.rpartition(": ")
        yield Need(_sentence(wrong), _sentence(remedy))


def _disk(disk: Disk | None) -> Iterator[Need]:
    if disk is None:
        return
    where = f"The disk with the database ({disk.place})" if disk.place else "The disk with the database"
    if disk.read_only:
        yield Need(
            f"{where} is read-only: nothing new is published, what is live is served.",
            "See the system's log for why, mend the disk, and mount it for writing again; do not restart "
            "feedsvc before.",
        )
    elif disk.is_full:
        yield Need(
            f"{where} is full: {_free(disk)}. Nothing new is published, what is live is served.",
            "Make room on it; then everything goes on by itself.",
        )
    elif disk.is_low:
        yield Need(f"{where} is nearly full: {_free(disk)}.", "Make room on it before it is.")


def _free(disk: Disk) -> str:
    few = disk.free_files is not None and disk.free_files < FULL_FILES
    files = f", and {disk.free_files} files can be made" if few else ""
    return f"{disk.free_bytes // 1_000_000} MB are free{files}"


def _work(work: Work) -> Iterator[Need]:
    if not work.alive:
        heard = "" if work.silent is None else f" (the last one was heard of {spoken(work.silent)} ago)"
        yield Need(
            f"No background worker runs{heard}: nothing is fetched and nothing new is published.",
            "Start `feedsvc serve`, or `feedsvc worker` in a cluster; its log says why it ended.",
        )
    elif work.is_late:
        yield Need(
            f"Work is overdue: {_overdue(work)} should have begun {spoken(work.overdue)} ago.",
            "See the worker's log; if it does not move, start it again: no work is lost by that.",
        )


def _overdue(work: Work) -> str:
    if work.job is not None and work.job.late == work.overdue:
        return f"{work.job.task} (job {work.job.id})"
    return f"{planned(work.scheduled)} (in the schedule)"


def _jobs(jobs: Jobs) -> Iterator[Need]:
    if jobs.failed:
        last = jobs.failed[0]
        number = jobs.counts.get("failed", len(jobs.failed))
        count = "A job has" if number == 1 else f"{number} jobs have"
        yield Need(
            f"{count} failed for good, last {last.task} (job {last.id}) at {last.at:%Y-%m-%d %H:%M} UTC.",
            f"The worker's log of that time says why; then `feedsvc jobs retry {last.id}` tries it again.",
        )


def _source(source: Source) -> Iterator[Need]:
    if source.held:
        yield Need(
            f"{source.held} files vanished from the items folder at once; their items stay published.",
            "If they are gone on purpose, `feedsvc items confirm-removals`; else put them back.",
        )
    if source.condition == "paused":
        yield Need(
            _sentence(f"the source “{source.key}” is switched off: {source.error or 'somebody paused it'}"),
            "Take it out of the configuration, or write its new address there.",
        )
    elif source.condition == "failing" and source.kind == "folder":
        yield Need(
            _sentence(f"the items folder cannot be read: {source.error}"),
            "Check that it is there, mounted and readable; nothing is withdrawn meanwhile.",
        )
    elif source.condition == "failing" and (source.failures >= PATIENCE or source.last_success is None):
        times = "has failed" if source.failures < 2 else f"has failed {source.failures} times in a row"
        yield Need(
            _sentence(f"the source “{source.key}” {times}: {source.error}"),
            f"Check its address in the configuration, then `feedsvc refresh {source.key}`.",
        )


def _content(content: Content) -> Iterator[Need]:
    if content.errors:
        number = "An error" if content.errors == 1 else f"{content.errors} errors"
        yield Need(
            f"{number} in the items folder: what was saved there is not published as it is now.",
            "`feedsvc check` says in which file and line, and what to write instead.",
        )
    if content.left_out:
        cases = "a feed" if content.left_out == 1 else f"feeds, in {content.left_out} cases"
        yield Need(
            f"An item is left out of {cases}, which cannot carry it.",
            "`feedsvc check` says which item and why; change it and it comes back by itself.",
        )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
