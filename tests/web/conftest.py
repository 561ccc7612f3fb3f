from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.newsroom import Newsroom


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    opened = Newsroom(tmp_path)
    yield opened
    opened.close()
