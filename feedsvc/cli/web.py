"""The web command: granian with its web processes, alone or below `serve`."""

from __future__ import annotations

import gc
import logging
import os
from functools import partial

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

import feedsvc.web  # noqa: F401  # the web processes are forked from this one: loaded once, shared, ready at once
from feedsvc import config, logs
from feedsvc.cli.command import Command
from feedsvc.cli.configured import configured
from feedsvc.cli.door import heed_the_first, spawn
from feedsvc.errors import Misfit, StoreError
from feedsvc.process import give_memory_back, heed_signals, require_free_port
from feedsvc.service import open_service
from feedsvc.web.door import is_possible

PATIENCE = 3.0
"""Seconds to wait for a port: the workers of a killed tree need a moment to let go of it."""

log = logging.getLogger(__name__)


@click.command(cls=Command, examples=(("feedsvc web", "answer requests; a worker runs elsewhere"),))
def web() -> None:
    """Run the web server alone."""
    give_memory_back(arenas=1)
    settings = configured()
    logs.configure(settings.log.level, settings.log.format)
    _verify(settings)
    server = settings.server
    require_free_port(server.host, server.port, PATIENCE)
    config.export(settings)
    heed_the_first()
    os.register_at_fork(after_in_child=heed_signals)
    gc.freeze()  # What is loaded stays shared: no web process's collector writes to it.
    granian = Granian(
        "feedsvc.wsgi:app",
        address=server.host,
        port=server.port,
        interface=Interfaces.WSGI,
        workers=server.workers,
        blocking_threads=server.threads,
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=5,
        # No proxy needs HTTP/2 without TLS, and granian never cuts off a client that is slow at it.
        http=HTTPModes.http1,
        websockets=False,
        process_name="feedsvc web",
        http1_settings=HTTP1Settings(header_read_timeout=15000),
        log_level=LogLevels.warning,
        log_dictconfig={"formatters": {}, "handlers": {}, "loggers": {"_granian": {"propagate": True}}},
    )
    granian.serve(partial(spawn, settings) if server.door and is_possible() else None)


def _verify(settings: config.Settings) -> None:
    """Raise Misfit where the database is of another version; one that does not answer is waited for."""
    try:
        open_service(settings).close()
    except Misfit:
        raise
    except StoreError as error:
        log.warning('web status=waiting error="%s"', error)
