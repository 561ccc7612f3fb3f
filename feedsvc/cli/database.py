"""The commands about the database: its schema, its health, and copies of it."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TextIO

import click

from feedsvc import moving
from feedsvc.cli import output
from feedsvc.cli.command import group, json_option
from feedsvc.cli.configured import configured
from feedsvc.cli.drawing import progress
from feedsvc.cli.opened import existing
from feedsvc.cli.output import terminal
from feedsvc.config import FOLDER, Settings
from feedsvc.errors import Conflict
from feedsvc.service import open_database, open_service, prepare, utc_now
from feedsvc.store import meta, sources


@group("db", examples=(("feedsvc db backup /backups/today.db", "copy the database while it runs"),))
def database_commands() -> None:
    """Look after the database."""


@database_commands.command(examples=(("feedsvc db upgrade", "after an update; `serve` does it by itself"),))
@click.option("--afresh", is_flag=True, hidden=True, help="Readiness is for the start that follows to earn.")
def upgrade(afresh: bool) -> None:
    """Bring the database to this version's schema; makes it if it is not there."""
    settings = configured()
    prepare(settings)
    if afresh:
        _begin(settings)
    terminal().tell("the database is up to date")


def _begin(settings: Settings) -> None:
    """Forget that an earlier start was ready, and make the folder of items where there never was one."""
    with closing(open_service(settings)) as service, service.store.write() as tx:
        for fact in (meta.LOOKED, meta.SCANNED):
            meta.put(tx.connection, fact, "0")
        is_new = not sources.files(tx.connection, FOLDER)
    # Where there were files before, a folder that is not there is a disk that is not mounted.
    if is_new:
        settings.items_path.mkdir(parents=True, exist_ok=True)


@database_commands.command(examples=(("feedsvc db check", "is the database whole?"),))
@json_option
def check(as_json: bool) -> int:
    """Check the database: schema and integrity; exit code 1 if something is wrong."""
    settings = existing()
    store, queue = open_database(settings)
    with closing(store), closing(queue):
        problems = store.check()
    if as_json:
        terminal().show_json({"ok": not problems, "problems": problems})
    elif problems:
        terminal().show("\n".join(problems))
    else:
        terminal().tell("the database is whole and up to date")
    return output.FAILURE if problems else output.OK


@database_commands.command(
    examples=(("feedsvc db backup /backups/today.db", "a whole copy; the service may run meanwhile"),)
)
@click.argument("target", type=click.Path(path_type=Path))
def backup(target: Path) -> None:
    """Copy the database into a new file, which `feedsvc db restore` takes.

    The file is an SQLite database, also where the service runs on PostgreSQL.
    """
    if target.exists():
        raise Conflict(f"{target} is there already; name a new file")
    with progress("copying") as told:
        moving.back_up(existing(), target, lambda table, done, total: told(done, total))
    terminal().tell(f"the database is copied to {target}")


@database_commands.command(
    examples=(
        ("feedsvc db restore /backups/today.db", "go back to a backup; stop the service before"),
        ("feedsvc db restore --force data/backups/feedsvc-20261125T120000-0001.db", "without a question"),
    )
)
@click.argument("backup", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the database that is there without a question.")
def restore(backup: Path, force: bool) -> None:
    """Put a backup in the place of the database, SQLite or PostgreSQL.

    The backup is checked first and brought to this version. What is replaced is kept: a file beside the
    database, or a schema of its own in PostgreSQL.
    """
    settings = configured()
    if not force and moving.is_there(settings):
        _ask_to_replace()
    kept = moving.restore(settings, backup, utc_now())
    terminal().tell(f"the database is restored from {backup}")
    if kept:
        terminal().tell(f"what it replaced is kept: {kept}")


def _ask_to_replace() -> None:
    if not sys.stdin.isatty():
        raise Conflict(
            "there is a database already: add --force to replace it (it is kept under another name)"
        )
    click.confirm("Replace the database that is there? It is kept under another name", abort=True, err=True)


@database_commands.command(
    examples=(
        ("feedsvc db copy --to-file /run/secrets/url", "move to PostgreSQL; stop the service before"),
        ("feedsvc db copy --to sqlite:////srv/new.db", "move to another SQLite file"),
    )
)
@click.option("--to", "url", help="The URL of the other database.")
@click.option("--to-file", "file", type=click.File(errors="replace"), help="A file that holds that URL.")
def copy(url: str | None, file: TextIO | None) -> None:
    """Copy everything into another, empty database, which can serve at once."""
    target = file.read().strip() if file and url is None else url if url and file is None else ""
    if not target:
        raise click.UsageError("Give one of --to and --to-file.")
    with progress("copying") as told:
        moving.copy(existing(), target, lambda table, done, total: told(done, total))
    terminal().tell("copied; now set database.url to the new database and start the service")
