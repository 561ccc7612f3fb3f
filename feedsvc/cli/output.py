"""Speak to a terminal or a pipe: data on standard output, talk on standard error."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import click

OK, FAILURE, USAGE, BAD_CONFIG, BAD_CONTENT, BAD_SOURCES, NOT_FOUND, NOT_ALLOWED = range(8)
"""The exit codes that scripts may rely on."""
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Terminal:
    """How this run speaks, and which configuration it was asked to use."""

    config_file: Path | None = None
    verbose: bool = False
    quiet: bool = False

    def tell(self, text: str) -> None:
        """Say something to the person, unless they asked for quiet."""
        if not self.quiet:
            click.echo(text, err=True)

    def show(self, text: str) -> None:
        """Write a line of data."""
        click.echo(text)

    def show_json(self, value: object) -> None:
        """Write data as one JSON document: times in RFC 3339, durations in seconds, tuples as arrays."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def terminal() -> Terminal:
    """Return the terminal of the command that runs now."""
    context = click.get_current_context()
    return replace(Terminal(), **context.meta.get(__name__, {}))


def remember(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Note one of the options that every command takes; the last one that was given counts."""
    if value:
        context.meta.setdefault(__name__, {})[parameter.name] = value


def counted(number: int, word: str) -> str:
    """Return a number with its word, as in “1 item” and “2 items”."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def when(moment: datetime | None) -> str:
    """Return a moment as tables show it, in UTC; nothing for None."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value)
