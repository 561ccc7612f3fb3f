"""What is exported is what is published: every document, list and media file, and nothing that is not."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import brotli
import pytest

from feedsvc import compress, paging
from feedsvc.export import Brought, contents
from feedsvc.export.contents import place
from feedsvc.publish import document
from feedsvc.store import rendered
from feedsvc.work import export_now, tasks
from tests.desk import CONFIG, NOON, Desk, desk

ENDED = '\n[feeds.old]\ngone = true\n[feeds.moved]\nredirect_to = "storms"\n'


class Exported:
    """A newsroom and the folder that it exports to."""

    def __init__(self, room: Desk, root: Path) -> None:
        self.room = room
        self.root = root

    def export(self) -> Brought:
        self.room.look()
        self.room.publish()
        return export_now(self.room.service, self.root)

    def read(self, name: str) -> bytes:
        return (self.root / "public" / name).read_bytes()

    def public(self) -> set[str]:
        return {
            path.relative_to(self.root / "public").as_posix()
            for path in (self.root / "public").rglob("*")
            if path.is_file()
        }


@pytest.fixture
def exported(tmp_path: Path, database_url: str) -> Iterator[Exported]:
    with desk(tmp_path, CONFIG + ENDED, database_url) as room:
        room.save("storm.md", "Storm closes the road", date="2026-11-25 09:00", tags="storm")
        room.save("calm.md", "Calm returns", "![](calm.jpg)", date="2026-11-25 10:00")
        (room.items / "calm.jpg").write_bytes(b"\xff\xd8 a picture")
        (room.items / "nobodys.jpg").write_bytes(b"\xff\xd8 of no item")
        yield Exported(room, tmp_path / "out")


def test_every_document_is_there_in_every_encoding_with_its_time(
    exported: Exported, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compress, "SMALL", 0)
    exported.export()
    service = exported.room.service
    compress.compress(service.store)
    export_now(service, exported.root)
    with service.store.read() as connection:
        paths = [path for path in rendered.paths(connection) if not path.startswith("/embed/")]
        documents = [rendered.find(connection, path) for path in paths]
    # Two feeds and a page of the archive of each, in three formats.
    assert len(documents) == 12
    for each in documents:
        assert each is not None
        name = each.path[1:]
        assert exported.read(name) == each.body
        assert gzip.decompress(exported.read(f"{name}.gz")) == each.body
        assert brotli.decompress(exported.read(f"{name}.br")) == each.body
        assert exported.read(f"{name}.gz") == each.gzip
        for suffix in ("", ".gz", ".br"):
            found = (exported.root / "public" / (name + suffix)).stat()
            assert found.st_mtime == int(each.modified.timestamp())


def test_lists_and_media_of_visible_items_are_there_and_no_other_files(exported: Exported) -> None:
    exported.room.save("later.md", "Later", "![](later.jpg)", date="2026-11-26 10:00")
    (exported.room.items / "later.jpg").write_bytes(b"\xff\xd8 embargoed")
    exported.export()
    others = {name for name in exported.public() if not name.startswith("feeds/")}
    assert {name for name in others if not name.endswith(".gz")} == {
        "feeds.opml", "news-sitemap.xml", "robots.txt", "sitemap.xml", "media/items/calm.jpg",
    }  # fmt: skip
    assert exported.read("media/items/calm.jpg") == b"\xff\xd8 a picture"
    assert gzip.decompress(exported.read("sitemap.xml.gz")) == exported.read("sitemap.xml")
    exported.room.clock.turn(days=1)
    exported.export()
    assert exported.read("media/items/later.jpg") == b"\xff\xd8 embargoed"
    assert b"Later" in exported.read("feeds/all.atom")


def test_with_nothing_changed_nothing_is_written(exported: Exported) -> None:
    exported.export()
    again = exported.export()
    assert (again.written, again.removed) == ((), ())


def test_what_is_withdrawn_is_nowhere_in_the_folder(exported: Exported) -> None:
    exported.export()
    assert b"Calm returns" in exported.read("feeds/all/archive/1.rss")
    (exported.room.items / "calm.md").unlink()
    exported.room.clock.turn(minutes=5)
    done = exported.export()
    assert "public/media/items/calm.jpg" in done.removed
    for name in exported.public():
        body = exported.read(name)
        assert b"Calm returns" not in (gzip.decompress(body) if name.endswith(".gz") else body), name
    assert 'location = "/items/calm-returns" {\n    set $feedsvc_is_gone 1;' in configuration(exported)


def test_an_encoding_that_is_not_made_yet_is_never_an_old_one(
    exported: Exported, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compress, "SMALL", 0)
    exported.export()
    compress.compress(exported.room.service.store)
    export_now(exported.room.service, exported.root)
    assert "feeds/all.rss.br" in exported.public()
    exported.room.save("new.md", "New", date="2026-11-25 11:00")
    exported.export()
    assert b"New" in exported.read("feeds/all.rss")
    assert "feeds/all.rss.br" not in exported.public()
    assert "feeds/storms.rss.br" in exported.public()


def test_a_feed_that_time_will_change_is_marked_so_that_no_cache_keeps_it(exported: Exported) -> None:
    exported.room.save("soon.md", "Soon", date="2026-11-25 13:00")
    exported.export()
    mark = exported.root / "moments" / "feeds" / "all.rss"
    assert mark.exists()
    assert not (exported.root / "moments" / "feeds" / "storms.rss").exists()
    exported.room.clock.turn(hours=1)
    exported.export()
    assert b"Soon" in exported.read("feeds/all.rss")
    assert not mark.exists()


def test_what_is_over_is_not_exported_although_nobody_has_published_since(exported: Exported) -> None:
    exported.room.save("tonight.md", "Tonight only", date="2026-11-25 11:00", expires="2026-11-25 13:00")
    exported.export()
    assert b"Tonight only" in exported.read("feeds/all.rss")
    exported.room.clock.turn(hours=2)
    export_now(exported.room.service, exported.root)
    assert b"Tonight only" not in exported.read("feeds/all.rss")


def test_feeds_that_somebody_has_asked_for_are_exported_too(exported: Exported) -> None:
    exported.export()
    assert "tags/storm.rss" not in exported.public()
    request(exported, "/tags/storm.rss")
    exported.export()
    assert b"Storm closes" in exported.read("tags/storm.rss")


def test_news_do_not_wait_for_a_long_archive(exported: Exported, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE_ITEMS", 1)
    monkeypatch.setattr(contents, "AT_ONCE", 3)
    for number in range(4):
        exported.room.save(f"n{number}.md", f"News {number}", date=f"2026-11-25 08:0{number}")
    first = exported.export()
    assert first.left > 0
    assert b"News 3" in exported.read("feeds/all.rss")
    newest, oldest = "feeds/all/archive/6.rss", "feeds/all/archive/1.rss"
    assert (newest in exported.public(), oldest in exported.public()) == (True, False)
    left = [first.left]
    while left[-1]:
        left.append(export_now(exported.room.service, exported.root).left)
    assert left == sorted(left, reverse=True)
    assert oldest in exported.public()


def test_what_cannot_be_made_is_not_tried_without_end(
    exported: Exported, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "AT_ONCE", 1)
    service = exported.room.service
    exported.room.look()
    exported.room.publish()
    documents, left = contents.documents(service.store, service.catalog, lambda path: None, NOON)
    assert (len(documents), left) == (6, 0)


def test_feeds_that_have_ended_or_moved_say_so(exported: Exported) -> None:
    exported.export()
    text = configuration(exported)
    assert 'location = "/feeds/old.rss" {\n    set $feedsvc_is_gone 1;' in text
    assert 'location = "/feeds/moved.atom" { return 301 "/feeds/storms.atom"; }' in text
    assert not any("old" in name or "moved" in name for name in exported.public())


def test_a_folder_that_is_configured_is_kept_up_to_date_by_the_worker(tmp_path: Path) -> None:
    with desk(tmp_path, CONFIG + '\n[export]\npath = "out"\n') as room:
        assert room.service.settings.export_path == tmp_path / "out"
        tasks.publish_now(room.service)
        tasks.publish_now(room.service)
        waiting = [job for job in room.service.queue.jobs() if job.task_name == tasks.EXPORT]
        assert len(waiting) == 1


def test_without_a_folder_nothing_is_exported(tmp_path: Path) -> None:
    with desk(tmp_path) as room:
        tasks.publish_now(room.service)
        assert not [job for job in room.service.queue.jobs() if job.task_name == tasks.EXPORT]


@pytest.mark.parametrize(
    ("path", "placed"),
    [
        ("/feeds/all.rss", "feeds/all.rss"),
        ("/tags/港湾 & fish.atom", "tags/港湾 & fish.atom"),
        ("/tags/a/b.rss", "tags/a/b.rss"),
        ("/tags/../../etc/passwd.rss", ""),
        ("/tags/./x.rss", ""),
        ("/tags/.hidden.rss", ""),
        ("/tags//x.rss", ""),
        ("/tags/a$b.rss", ""),
        ('/tags/a"b.rss', ""),
        ("/tags/a\nb.rss", ""),
        ("/tags/" + "x" * 250 + ".rss", ""),
    ],
)
def test_an_address_that_is_no_path_of_ours_is_left_out(path: str, placed: str) -> None:
    assert place(path) == placed


def configuration(exported: Exported) -> str:
    return (exported.root / "nginx" / "feedsvc.conf").read_text(encoding="utf-8")


def request(exported: Exported, path: str) -> None:
    """Ask for a document, as a request does."""
    service = exported.room.service
    assert document(service.store, service.catalog, path, NOON + timedelta(seconds=1)) is not None
