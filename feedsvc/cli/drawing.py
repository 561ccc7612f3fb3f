"""Draw on a terminal: tables and progress bars; in a pipe, plain lines and nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from feedsvc.cli.output import terminal


def show_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write rows: a table on a terminal, tab-separated lines without headers in a pipe."""
    console = Console()
    if not console.is_terminal:
        for row in rows:
            click.echo("\t".join(one_line(cell) for cell in row))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*map(one_line, row))
    console.print(table, markup=False, highlight=False)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function of done and total, drawn as a bar where standard error is a terminal."""
    console = Console(stderr=True)
    if terminal().quiet or not console.is_terminal:
        yield lambda done, total: None
        return
    with Progress(console=console, transient=True) as bars:
        bar = bars.add_task(label, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def one_line(text: str) -> str:
    """Return a text that neither breaks a line nor steers the terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
