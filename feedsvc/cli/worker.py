"""The worker command: the background worker, alone or below `serve`."""

from __future__ import annotations

import click

from feedsvc import logs, work
from feedsvc.cli.command import Command
from feedsvc.cli.configured import configured
from feedsvc.process import give_memory_back
from feedsvc.service import wait_for_service


@click.command(cls=Command, examples=(("feedsvc worker", "fetch, publish and watch; serve nothing"),))
def worker() -> None:
    """Run the background worker alone."""
    give_memory_back()
    settings = configured()
    logs.configure(settings.log.level, settings.log.format)
    service = wait_for_service(settings)
    try:
        work.run(service)
    finally:
        service.close()
