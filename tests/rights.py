"""Do what a user does to whom permissions apply."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from feedsvc import article

NOBODY = 65534
SAMPLE = "The harbour master said on Tuesday that the sea wall had held."


@contextmanager
def nobody() -> Iterator[None]:
    """Do something as a user to whom permissions apply; root may read everything."""
    if os.geteuid() != 0:
        yield
        return
    # What Python loads when it is first needed may lie where only root may read, and it would not ask again.
    article.language(SAMPLE)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
