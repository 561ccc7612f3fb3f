"""Refresh by hand: what `feedsvc refresh` does, with or without a running service beside it."""

from __future__ import annotations

import random
from collections.abc import Iterator

from feedsvc import config
from feedsvc.ingest import Outcome
from feedsvc.service import Service, client
from feedsvc.work import refresh, tasks


def refresh_now(service: Service, key: str | None = None) -> Iterator[Outcome]:
    """Refresh one source, or all of them, and publish; yield each outcome as soon as it is known.

    NotFound where there is no such source. One that fails does not keep the others from going on.
    """
    settings = service.settings
    tasks.arrange(service, service.clock())
    door = client(settings)
    enabled = [name for name, source in settings.sources.items() if source.enabled]
    for name in [key] if key is not None else [config.FOLDER, *enabled]:
        if name == config.FOLDER:
            yield refresh.refresh_folder(service)
        else:
            # Jitter spreads load; nobody must be unable to guess it.
            yield refresh.refresh_source(service, door, name, random.random())  # noqa: S311
    while tasks.publish_now(service).more:
        pass
