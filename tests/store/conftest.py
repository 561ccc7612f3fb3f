"""Stores to test on: of either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedsvc.store import Store

from .samples import NOW


@pytest.fixture
def url(database_url: str, tmp_path: Path) -> str:
    return database_url or f"sqlite:///{tmp_path}/data/feedsvc.db"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(url, clock=lambda: NOW)
    opened.upgrade()
    yield opened
    opened.close()
