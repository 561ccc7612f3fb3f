"""The status command: how the installation is, what is due, what failed, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from feedsvc import config, status
from feedsvc.cli import output
from feedsvc.cli.command import Command, json_option
from feedsvc.cli.configured import configured
from feedsvc.cli.drawing import one_line
from feedsvc.cli.output import counted, terminal, when
from feedsvc.cli.readers import asked, audience_rows, size
from feedsvc.errors import StoreError
from feedsvc.service import open_service, utc_now
from feedsvc.status import Content, Disk, Need, Source, Status, Work, spoken

KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
COLOURS = {"ok": "green", "failing": "red", "held": "red", "paused": "yellow"}


@click.command(
    "status",
    cls=Command,
    examples=(
        ("feedsvc status", "what is due, what failed, and what to do"),
        ("feedsvc status --json", "the same for programs"),
        ("feedsvc status --quiet", "nothing unless a person is needed, for cron"),
    ),
)
@json_option
def show_status(as_json: bool) -> int:
    """Say how the installation is, and what to do; exit code 1 if a person is needed.

    Asks the database, so that it needs no running service.
    """
    speaker, settings = terminal(), configured()
    found = look(settings)
    wanted = status.needs(found)
    if as_json:
        told = {**asdict(replace(found, audience={})), "audience": audience_rows(found.audience)}
        speaker.show_json({**told, "needs": [asdict(each) for each in wanted]})
        return output.FAILURE if wanted else output.OK
    facts, origins = ([], ()) if speaker.quiet else (list(_facts(found)), found.sources)
    console = Console(highlight=False)
    if console.is_terminal:
        title = f"feedsvc {found.version}, {settings.site.title}, {when(found.at)} UTC"
        _draw(console, title, wanted, facts, [_row(each, found.at) for each in origins])
    else:
        for row in _plain(wanted, facts, [_row(each, found.at) for each in origins]):
            click.echo("\t".join(one_line(cell) for cell in row))
    return output.FAILURE if wanted else output.OK


def look(settings: config.Settings) -> Status:
    """Return the status of the configured installation, whatever state its database is in."""
    now, path = utc_now(), settings.database_path
    if path is not None and not path.exists():
        missing = StoreError(f"there is no database at {path}")
        return status.without_database(settings, missing, now)
    try:
        service = open_service(settings)
    except StoreError as error:
        return status.without_database(settings, error, now)
    try:
        return status.read(service, now)
    finally:
        service.close()


def _draw(
    console: Console,
    title: str,
    wanted: Sequence[Need],
    facts: Sequence[tuple[str, str]],
    origins: Sequence[Sequence[str]],
) -> None:
    console.print(Text(title, style="bold"))
    console.print()
    for need in wanted:
        console.print(_hanging("✗", "bold red", need.wrong))
        console.print(_hanging("→", "cyan", need.remedy))
    if not wanted:
        console.print(_hanging("✓", "bold green", "All is well."))
    console.print()
    grid = Table.grid(padding=(0, 2))
    for label, told in facts:
        grid.add_row(Text(label, style="bold"), Text(one_line(told)))
    console.print(Padding(grid, (0, 0, 1, 2)))
    if origins:
        console.print(Padding(_table(origins), (0, 0, 0, 2)))
    told = "".join(need.wrong for need in wanted)
    for key, *_, problem in origins:
        if problem and problem not in told:
            console.print(Padding(Text(one_line(f"{key}: {problem}"), style="dim"), (1, 0, 0, 2)))


def _table(origins: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for header in ("source", "state", "last success", "next"):
        table.add_column(header, overflow="fold")
    for row in origins:
        cells = [Text(one_line(cell)) for cell in row[:-1]]
        cells[1].stylize(COLOURS.get(row[1], "dim"))
        table.add_row(*cells)
    return table


def _hanging(mark: str, style: str, text: str) -> Table:
    """Return a line with a mark before it; where it wraps it stays beside the mark."""
    grid = Table.grid(padding=(0, 1))
    grid.add_row(Text(mark, style=style), Text(one_line(text)))
    return grid


def _plain(
    wanted: Sequence[Need], facts: Sequence[tuple[str, str]], origins: Sequence[Sequence[str]]
) -> Iterator[Sequence[str]]:
    """Yield the lines of a pipe: what each is about, then its cells."""
    yield from (("need", need.wrong, need.remedy) for need in wanted)
    yield from facts
    yield from (("source", *row) for row in origins)


def _facts(found: Status) -> Iterator[tuple[str, str]]:
    """Yield what is known, each with what it is about."""
    database = found.database
    room = "" if database.bytes is None else f", {size(database.bytes)}"
    state = "answers" if database.answers else "cannot be used" if database.exists else "is not there"
    yield "database", f"{KINDS[database.kind]}{room}, {state}"
    if found.disk is not None:
        yield "disk", _room(found.disk)
    if found.work is not None:
        yield "workers", _workers(found.work)
    if found.jobs is not None:
        counts = found.jobs.counts
        told = f"{counts['todo']} waiting, {counts['doing']} running, {counts['failed']} failed"
        late = found.work and found.work.is_late and f"; overdue for {spoken(found.work.overdue)}"
        yield "jobs", f"{told}{late or ''}"
    if found.work is not None and found.work.scheduled_at is not None:
        what = status.planned(found.work.scheduled)
        yield "next", f"{what} {_relative(found.work.scheduled_at, found.at)}"
    if found.content is not None:
        yield from _content(found.content, found.at)
        yield "readers", f"today {asked(found.today)}"


def _content(content: Content, now: datetime) -> Iterator[tuple[str, str]]:
    counts = content.items
    drafts = counted(counts["draft"], "draft")
    yield "items", f"{counts['published']} published, {drafts}, {counts['withdrawn']} withdrawn"
    if content.last_published is not None:
        yield "last item", f"{_relative(content.last_published, now)} ({when(content.last_published)})"
    if content.next_moment is not None:
        until = f"{_relative(content.next_moment, now)} ({when(content.next_moment)})"
        yield "embargo", f"one ends, or an item expires, {until}"
    yield "feeds", str(content.feeds)
    yield "folder", f"{counted(content.errors, 'error')}, {counted(content.warnings, 'warning')}"


def _row(source: Source, now: datetime) -> tuple[str, str, str, str, str]:
    """Return a source as a row; the folder is looked at all the time, so that it has no times."""
    if source.kind == "folder":
        told = f"{source.held} removals wait for a word" if source.held else source.error
        return (source.key, source.condition, "", "watched", told)
    succeeded = _relative(source.last_success, now) if source.last_success else "never"
    due = _relative(source.next_due, now) if source.next_due else ""
    return (source.key, source.condition, succeeded, due, source.error)


def _workers(work: Work) -> str:
    if work.silent is None:
        return "none"
    alive = f"{work.alive} alive" if work.alive else "none alive"
    return f"{alive}, heard of {spoken(work.silent)} ago"


def _room(disk: Disk) -> str:
    return f"{size(disk.free_bytes)} free of {size(disk.total_bytes)}"


def _relative(moment: datetime, now: datetime) -> str:
    if moment <= now:
        return f"{spoken(now - moment)} ago" if now - moment >= timedelta(seconds=2) else "now"
    return f"in {spoken(moment - now)}"
