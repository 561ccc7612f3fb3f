"""Whatever happens to files, feeds and clocks, items keep their names and every feed is right."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests import postgres
from tests.desk import Desk
from tests.life_machines import FolderLife, Newsroom, UpstreamLife, WholeLife
from tests.life_room import CONFIG, Room

EXAMPLES = int(os.environ.get("LIFE_EXAMPLES", "30"))
"""Of the longest test. For a hunt: `LIFE_EXAMPLES=3000 pytest -n0 --timeout 0 tests/test_life.py`."""


def live(kind: type[Newsroom], open_room: Callable[[], Room], examples: int) -> None:
    told = settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: kind(open_room), settings=told)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a new installation, to be copied: migrations take longer than most lives."""
    place = tmp_path_factory.mktemp("template")
    Desk(place, CONFIG).close()
    return place / "data"


@pytest.fixture(scope="module")
def cluster(
    postgresql: postgres.Server, template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Room]]:
    """What opens a room on a PostgreSQL database of its own."""
    prepared = postgresql.database()
    Desk(tmp_path_factory.mktemp("cluster"), CONFIG, prepared).close()
    name = prepared.rpartition("/")[2]
    yield lambda: Room(template, postgresql.database(name), postgresql.drop)
    postgresql.drop(prepared)


def test_whatever_happens_to_files_items_keep_their_names_and_feeds_are_right(template: Path) -> None:
    live(FolderLife, lambda: Room(template), EXAMPLES)


def test_whatever_an_upstream_feed_says_items_keep_their_names_and_feeds_are_right(template: Path) -> None:
    live(UpstreamLife, lambda: Room(template), EXAMPLES // 2)


def test_all_of_it_holds_on_postgresql(cluster: Callable[[], Room]) -> None:
    live(WholeLife, cluster, EXAMPLES // 5)
