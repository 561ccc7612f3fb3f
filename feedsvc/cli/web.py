"""The web command: granian with its web processes, alone or below `serve`."""

from __future__ import annotations

import click
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from feedsvc import config, logs
from feedsvc.cli.command import Command
from feedsvc.cli.configured import configured
from feedsvc.process import end_with_parent, require_free_port

PATIENCE = 3.0
"""Seconds to wait for a port: the workers of a killed tree need a moment to let go of it."""


@click.command(cls=Command, examples=(("feedsvc web", "answer requests; a worker runs elsewhere"),))
def web() -> None:
    """Run the web server alone."""
    end_with_parent()
    settings = configured()
    logs.configure(settings.log.level, settings.log.format)
    server = settings.server
    require_free_port(server.host, server.port, PATIENCE)
    config.export(settings)
    Granian(
        "feedsvc.wsgi:app",
        address=server.host,
        port=server.port,
        interface=Interfaces.WSGI,
        workers=server.workers,
        blocking_threads=server.threads,
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=5,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=15000),
        log_level=LogLevels.warning,
        log_dictconfig={"formatters": {}, "handlers": {}, "loggers": {"_granian": {"propagate": True}}},
    ).serve()
