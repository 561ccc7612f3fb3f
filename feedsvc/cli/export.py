"""The export command: write all that is published into a folder, once."""

from __future__ import annotations

from pathlib import Path

import click

from feedsvc import logs
from feedsvc.cli import output
from feedsvc.cli.command import Command, json_option
from feedsvc.cli.opened import opened
from feedsvc.cli.output import counted, terminal
from feedsvc.work import export_now


@click.command(
    cls=Command,
    examples=(
        ("feedsvc export /srv/news", "write every feed into /srv/news, with what nginx and Caddy need"),
        ("feedsvc export", "bring the folder of `export.path` up to date"),
    ),
)
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@json_option
def export(folder: Path | None, as_json: bool) -> int:
    """Write all that is published into a folder, for nginx or Caddy; remove from it what no longer is.

    Files that feedsvc did not write stay as they are: where one is in the way the exit code is 1. A
    running service does this by itself, at each change, where `export.path` is configured.
    """
    speaker = terminal()
    with opened() as service:
        logs.configure("error", service.settings.log.format)
        root = folder or service.settings.export_path
        if root is None:
            raise click.UsageError("say which folder, or write one as export.path into the configuration")
        written, removed = 0, 0
        while True:
            done = export_now(service, root)
            written, removed = written + len(done.written), removed + len(done.removed)
            if not done.left:
                break
            speaker.tell(f"{root}: {counted(done.left, 'document')} left to make")
    if as_json:
        speaker.show_json({"written": written, "removed": removed, "foreign": done.foreign})
    else:
        speaker.tell(f"{root}: {counted(written, 'file')} written, {removed} removed")
        for name in done.foreign:
            speaker.tell(f"{root / name}: is not ours, and stays; move it away")
    return output.FAILURE if done.foreign else output.OK
