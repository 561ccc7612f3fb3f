"""Speak to a terminal or a pipe: data on standard output, talk on standard error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from feedsvc import config
from feedsvc.config import Complaint, Settings

OK, FAILURE, USAGE, BAD_CONFIG, BAD_CONTENT, BAD_SOURCES, NOT_FOUND, NOT_ALLOWED = range(8)
"""The exit codes that scripts may rely on."""
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Terminal:
    """How this run speaks, and which configuration it was asked to use."""

    config_file: Path | None = None
    verbose: bool = False
    quiet: bool = False

    def settings(self) -> Settings:
        """Return the settings, with the log as talkative as -v or --quiet asks for."""
        settings = config.load(self.config_file, config.environment())
        if not (self.verbose or self.quiet):
            return settings
        log = settings.log.model_copy(update={"level": "debug" if self.verbose else "warning"})
        return settings.model_copy(update={"log": log})

    def tell(self, text: str) -> None:
        """Say something to the person, unless they asked for quiet."""
        if not self.quiet:
            click.echo(text, err=True)

    def show(self, text: str) -> None:
        """Write a line of data."""
        click.echo(text)

    def show_json(self, value: object) -> None:
        """Write data as one JSON document: times in RFC 3339, tuples as arrays."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))

    def show_table(self, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write rows: a table on a terminal, tab-separated lines without headers in a pipe."""
        console = Console()
        if not console.is_terminal:
            for row in rows:
                click.echo("\t".join(_one_line(cell) for cell in row))
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for header in headers:
            table.add_column(header, overflow="fold")
        for row in rows:
            table.add_row(*map(_one_line, row))
        console.print(table, markup=False, highlight=False)

    @contextmanager
    def progress(self, label: str) -> Iterator[Callable[[int, int], None]]:
        """Yield a function of done and total, drawn as a bar where standard error is a terminal."""
        console = Console(stderr=True)
        if self.quiet or not console.is_terminal:
            yield lambda done, total: None
            return
        with Progress(console=console, transient=True) as progress:
            bar = progress.add_task(label, total=None)
            yield lambda done, total: progress.update(bar, completed=done, total=total)


def terminal() -> Terminal:
    """Return the terminal of the command that runs now."""
    context = click.get_current_context()
    return replace(Terminal(), **context.meta.get(__name__, {}))


def remember(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Note one of the options that every command takes; the last one that was given counts."""
    if value:
        context.meta.setdefault(__name__, {})[parameter.name] = value


def caret(complaint: Complaint) -> str:
    """Return a complaint as a person reads it: the sentence, the line, and what is meant in it."""
    if not complaint.line or not complaint.excerpt.strip():
        return str(complaint)
    number = f"{complaint.line:>5} | "
    before = "".join("\t" if letter == "\t" else " " for letter in complaint.excerpt[: complaint.column - 1])
    mark = " " * (len(number) - 2) + "| " + before + "^" * complaint.width
    return f"{complaint}\n{number}{complaint.excerpt}\n{mark}"


def counted(number: int, word: str) -> str:
    """Return a number with its word, as in “1 item” and “2 items”."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def when(moment: datetime | None) -> str:
    """Return a moment as tables show it, in UTC; nothing for None."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
