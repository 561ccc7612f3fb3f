"""Open the installation for a command that reads it, and close it again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from feedsvc.cli.configured import configured
from feedsvc.config import Settings
from feedsvc.errors import StoreError
from feedsvc.service import Service, open_service


def existing() -> Settings:
    """Return the settings of an installation that has a database; StoreError, with what to do, if not."""
    settings = configured()
    path = settings.database_path
    if path is not None and not path.exists():
        raise StoreError(f"there is no database at {path} yet; `feedsvc serve` or `feedsvc refresh` makes it")
    return settings


@contextmanager
def opened() -> Iterator[Service]:
    """Yield the configured installation, open; StoreError, with what to do, where it has no database yet."""
    service = open_service(existing())
    try:
        yield service
    finally:
        service.close()
