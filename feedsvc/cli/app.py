"""Bring the commands together, and turn every deliberate error into an exit code and plain words."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from feedsvc import __version__
from feedsvc.cli import output
from feedsvc.cli.check import check
from feedsvc.cli.command import Group
from feedsvc.cli.configuration import config_commands
from feedsvc.cli.database import database_commands
from feedsvc.cli.feeds import feed_commands, source_commands
from feedsvc.cli.items import item_commands
from feedsvc.cli.running import refresh, serve, version, web, worker
from feedsvc.config import Misconfigured
from feedsvc.errors import ConfigError, Denied, FeedsvcError, NotFound, SourceError


@click.group(
    cls=Group,
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


for _command in (serve, web, worker, check, refresh, version):
    feedsvc.add_command(_command)
for _group in (item_commands, feed_commands, source_commands, database_commands, config_commands):
    feedsvc.add_command(_group)


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; deliberate errors are told without a traceback."""
    try:
        code = feedsvc.main(list(arguments), prog_name="feedsvc", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return output.INTERRUPTED
    except Misconfigured as error:
        click.echo("\n".join(map(output.caret, error.complaints)), err=True)
        return output.BAD_CONFIG
    except FeedsvcError as error:
        click.echo(f"feedsvc: {error}", err=True)
        return _code(error)
    return code if isinstance(code, int) else output.OK


def _code(error: FeedsvcError) -> int:
    for kind, code in (
        (ConfigError, output.BAD_CONFIG),
        (SourceError, output.BAD_SOURCES),
        (NotFound, output.NOT_FOUND),
        (Denied, output.NOT_ALLOWED),
    ):
        if isinstance(error, kind):
            return code
    return output.FAILURE
