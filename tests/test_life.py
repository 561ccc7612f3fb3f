"""Whatever happens to files, feeds and clocks, items keep their names and every feed is right."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from feedsvc import ingest
from feedsvc import publish as publishing
from feedsvc.model import Arrival, Item
from feedsvc.sources import Refreshed
from feedsvc.store import items, sources
from feedsvc.work import tasks
from tests import postgres
from tests.desk import NOON, Desk
from tests.life_machines import FolderLife, Newsroom, UpstreamLife, WholeLife
from tests.life_model import FOLDER
from tests.life_room import CONFIG, Room

pytestmark = pytest.mark.timeout(600)

EXAMPLES = int(os.environ.get("LIFE_EXAMPLES", "120" if os.environ.get("CI") == "true" else "30"))
"""Of the longest test. For a hunt: `LIFE_EXAMPLES=3000 pytest -n0 --timeout 0 tests/test_life.py`."""


def live(kind: type[Newsroom], open_room: Callable[[], Room], examples: int) -> None:
    told = settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        print_blob=True,
        # A run tells whether the code became worse; a hunt with LIFE_EXAMPLES goes new ways each time.
        derandomize="LIFE_EXAMPLES" not in os.environ,
        database=None,
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


# What lives like these have found once.


@pytest.fixture
def room(template: Path, tmp_path: Path) -> Iterator[Desk]:
    shutil.copytree(template, tmp_path / "data")
    desk = Desk(tmp_path, CONFIG)
    tasks.arrange(desk.service, NOON)
    yield desk
    desk.close()


def settle(room: Desk) -> None:
    room.look()
    room.publish()


def asked(room: Desk, path: str) -> bool:
    service = room.service
    return publishing.document(service.store, service.catalog, path, room.clock()) is not None


def published(room: Desk) -> list[Item]:
    with room.service.store.read() as connection:
        known = items.known(connection, FOLDER).values()
    return [item for item in known if item.state == "published"]


def answer(room: Desk, *arrivals: Arrival) -> None:
    service, told = room.service, Refreshed("ok", arrivals)
    ingest.refresh_upstream(service.store, service.queue, "agency", told, now=room.clock(), next_at=NOON)


def test_a_file_whose_new_id_was_refused_gets_it_once_it_is_free(room: Desk) -> None:
    room.save("a.md", "Storm", id="urn:x:1")
    room.save("b.md", "Market", id="urn:x:2")
    settle(room)
    room.save("a.md", "Storm passes", id="urn:x:2")
    settle(room)
    (room.items / "b.md").unlink()
    settle(room)
    settle(room)
    assert room.titles() == ["Storm passes"]


def test_a_crash_between_two_writes_of_a_look_leaves_no_item_without_its_file(template: Path) -> None:
    room = Room(template)
    try:
        life = FolderLife(lambda: room)
        life.save("a.md", {}, calm=False)
        life.save("e.json", {}, calm=True)
        life.swap(0, 1, calm=False)
        room.crash(1)
        for _ in range(4):
            room.look_once()
            room.desk.monotonic += 0.6
        with room.desk.service.store.read() as connection:
            held = {path: state.guid for path, state in sources.files(connection, FOLDER).items()}
        assert held == {"a.md": "e.json", "e.json": "a.md"}
    finally:
        room.close()


@pytest.mark.parametrize("chunks", [1, 2])
@pytest.mark.parametrize("is_undone", [False, True])
def test_a_crash_while_a_file_takes_another_id_leaves_no_item_without_its_file(
    template: Path, chunks: int, is_undone: bool
) -> None:
    room = Room(template)
    try:
        life = FolderLife(lambda: room)
        life.save("a.md", {"id": "number three"}, calm=True)
        before = room.texts["a.md"]
        life.edit(0, {"id": "https://harbour.example/2"}, rewrite=False, atomic=False, calm=False)
        life.save("b.md", {}, calm=False)
        room.crash(chunks)
        if is_undone:
            life._write("a.md", before)
            room.look_once()
            room.desk.monotonic += 0.6
            room.look_once()
            with room.desk.service.store.read() as connection:
                assert items.known(connection, FOLDER)["number three"].state == "published"
        else:
            life.settle()
    finally:
        room.close()


def test_ids_are_exchanged_in_a_ring_whoever_else_wants_them(template: Path) -> None:
    room = Room(template)
    second, third = "https://harbour.example/2", "number three"
    try:
        life = FolderLife(lambda: room)
        life.save("a.md", {"id": third}, calm=False)
        life.save("2026/i.md", {"id": second}, calm=True)
        for path, id_ in (("storm/f.md", second), ("e.json", third), ("_drafts/h.md", second)):
            life.save(path, {"id": id_}, calm=True)
        life.save("a.md", {"id": second}, calm=True)
        life.restart(is_killed=True)
        life.save("2026/i.md", {"id": third}, calm=True)
        held = {path: known.guid for path, known in room.model.known.items() if known.guid}
        assert held == {"a.md": second, "2026/i.md": third}
    finally:
        room.close()


def test_names_that_move_on_by_one_move_no_item_however_many_they_are(
    room: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.sources.folder.BATCH_FILES", 3)
    for number in range(1, 6):
        room.save(f"{number}.md", f"Item {number}", body=f"Its text is all about {number**20} ships.")
    room.look()
    settle(room)
    before = {item.article.title: item.id for item in published(room)}
    assert len(before) == 5
    for number in range(5, 0, -1):
        (room.items / f"{number}.md").rename(room.items / f"{number + 1}.md")
    room.look()
    settle(room)
    assert {item.article.title: item.id for item in published(room)} == before


def test_what_is_told_of_a_draft_does_not_quote_it(room: Desk) -> None:
    (room.items / "a.md").write_text("---\ndraft: true\n---\n\nThe harbours merge. Not yet.\n")
    settle(room)
    with room.service.store.read() as connection:
        told = sources.problems(connection)
    assert not [problem for problem in told if "merge" in problem.message]
