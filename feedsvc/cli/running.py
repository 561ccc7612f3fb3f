"""The serve command: the whole service in one process tree."""

from __future__ import annotations

import click

from feedsvc.cli import serve as processes
from feedsvc.cli.command import Command
from feedsvc.cli.configured import configured


@click.command(
    cls=Command,
    examples=(
        ("feedsvc serve", "serve on the configured address, http://127.0.0.1:8484/ by default"),
        ("FEEDSVC_SERVER__PORT=9000 feedsvc serve", "serve on another port"),
    ),
)
def serve() -> int:
    """Run the whole service: web server, worker and schedule, until Ctrl-C."""
    return processes.serve(configured())
