"""The version command."""

from __future__ import annotations

import platform
import sqlite3

import click

from feedsvc import __version__
from feedsvc.cli.command import Command, json_option
from feedsvc.cli.output import terminal


@click.command(cls=Command, examples=(("feedsvc version --json", "with what it runs on"),))
@json_option
def version(as_json: bool) -> None:
    """Say which feedsvc this is."""
    if as_json:
        terminal().show_json(
            {
                "feedsvc": __version__,
                "python": platform.python_version(),
                "sqlite": sqlite3.sqlite_version,
                "platform": platform.platform(),
            }
        )
    else:
        terminal().show(f"feedsvc {__version__}")
