"""Bring the commands together, and turn every deliberate error into an exit code and plain words."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from feedsvc import __version__
from feedsvc.cli import output
from feedsvc.cli.command import LateGroup
from feedsvc.errors import ConfigError, Denied, FeedsvcError, NotFound, SourceError

COMMANDS = {
    "check": ("feedsvc.cli.check:check", "Check configuration, items and feeds."),
    "config": ("feedsvc.cli.configuration:config_commands", "Check and show the configuration."),
    "db": ("feedsvc.cli.database:database_commands", "Look after the database."),
    "export": ("feedsvc.cli.export:export", "Write all that is published into a folder, for nginx or Caddy."),
    "feeds": ("feedsvc.cli.feeds:feed_commands", "Show the published feeds, and what is wrong with them."),
    "healthcheck": ("feedsvc.cli.healthcheck:healthcheck", "Ask the web server whether it is well."),
    "items": ("feedsvc.cli.items:item_commands", "List, show and begin items."),
    "jobs": ("feedsvc.cli.jobs:job_commands", "Look after the background jobs."),
    "refresh": ("feedsvc.cli.refresh:refresh", "Refresh the sources now and publish what changed."),
    "serve": ("feedsvc.cli.running:serve", "Run the whole service."),
    "sources": ("feedsvc.cli.feeds:source_commands", "Show where items come from."),
    "status": ("feedsvc.cli.status:show_status", "Say how the installation is, and what to do."),
    "version": ("feedsvc.cli.version:version", "Say which feedsvc this is."),
    "web": ("feedsvc.cli.web:web", "Run the web server alone."),
    "worker": ("feedsvc.cli.worker:worker", "Run the background worker alone."),
}
"""Where each command is, and its line in the help. It is loaded when it is named: light ones stay light."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@click.group(
    cls=LateGroup,
    late=COMMANDS,
    examples=(
        ("feedsvc serve", "serve the items in items/ as RSS, Atom and JSON Feed"),
        ("feedsvc items new 'Bridge reopens'", "begin a new item"),
        ("feedsvc check", "say what is wrong with the items, before readers see it"),
    ),
    epilog=(
        "Exit codes: 0 all is well, 1 failure, 2 wrong usage, 3 wrong configuration, 4 problems in items, "
        "5 a source failed, 6 no such thing, 7 not allowed, 130 interrupted."
    ),
)
@click.version_option(__version__, prog_name="feedsvc", message="%(prog)s %(version)s")
def feedsvc() -> None:
    """Publish news items as good feeds: the syndication desk of a news organisation."""


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character gets its number, and not a traceback.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; deliberate errors are told without a traceback."""
    try:
        code = feedsvc.main(list(arguments), prog_name="feedsvc", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("interrupted", err=True)
        return output.INTERRUPTED
    except ConfigError as error:
        click.echo(str(error), err=True)
        return output.BAD_CONFIG
    except FeedsvcError as error:
        click.echo(f"feedsvc: {error}", err=True)
        return _code(error)
    except OSError as error:
        if error.filename is None and error.errno not in _FULL:
            raise  # Neither a file that somebody named nor the place that we write to: a bug.
        place = f"{os.fsdecode(error.filename)}: " if error.filename is not None else ""
        click.echo(f"feedsvc: {place}{error.strerror}", err=True)
        return output.FAILURE
    return code if isinstance(code, int) else output.OK


def _code(error: FeedsvcError) -> int:
    for kind, code in (
        (SourceError, output.BAD_SOURCES),
        (NotFound, output.NOT_FOUND),
        (Denied, output.NOT_ALLOWED),
    ):
        if isinstance(error, kind):
            return code
    return output.FAILURE
