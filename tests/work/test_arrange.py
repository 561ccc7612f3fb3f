"""Bringing the database in line with the configuration, however many sources there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, event

from feedsvc.store import schedule, sources
from feedsvc.work import tasks
from tests.desk import CONFIG, NOON, desk


@contextmanager
def statements() -> Iterator[list[str]]:
    """Note every statement of Core that is executed in the block."""
    noted: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        noted.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_arranging_many_sources_takes_no_more_statements_than_a_few(tmp_path: Path) -> None:
    taken = []
    for count in (3, 300):
        text = "".join(f'[sources.s{n}]\nurl = "https://{n}.example/feed"\n' for n in range(count))
        place = tmp_path / str(count)
        place.mkdir()
        with desk(place, CONFIG + text) as room, statements() as noted:
            tasks.arrange(room.service, NOON)
            with room.service.store.read() as c:
                assert len(sources.all(c)) == count + 1
                assert len(schedule.names(c)) == count + 2
        taken.append(len(noted))
    assert taken[0] == taken[1]
