from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.web.newsroom import NOON, Newsroom, make

SOUND = bytes(range(256)) * 8


@pytest.fixture
def filled(newsroom: Newsroom) -> Newsroom:
    items = newsroom.folder / "items"
    (items / "talk").mkdir()
    (items / "talk" / "sound.mp3").write_bytes(SOUND)
    (items / "drawing.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    )
    (items / "page.html").write_text("<script>alert(1)</script>")
    (items / "unlisted.jpg").write_bytes(b"jpeg")
    (newsroom.folder / "secret.jpg").write_bytes(b"secret")
    (items / "out.jpg").symlink_to(newsroom.folder / "secret.jpg")
    newsroom.add(
        make(media=("talk/sound.mp3", "drawing.svg", "page.html", "out.jpg", "../secret.jpg", "gone.jpg"))
    )
    return newsroom


def test_a_file_of_a_visible_item_is_served_with_a_fixed_type(filled: Newsroom) -> None:
    reply = filled.ask("/media/items/talk/sound.mp3")
    assert (reply.status, reply.body) == (200, SOUND)
    assert reply.headers["content-type"] == "audio/mpeg"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["cache-control"] == "max-age=300"
    assert reply.headers["accept-ranges"] == "bytes"


def test_a_file_can_be_asked_for_in_ranges_and_conditionally(filled: Newsroom) -> None:
    whole = filled.ask("/media/items/talk/sound.mp3")
    part = filled.ask("/media/items/talk/sound.mp3", {"Range": "bytes=16-31"})
    assert (part.status, part.body) == (206, SOUND[16:32])
    assert part.headers["content-range"] == f"bytes 16-31/{len(SOUND)}"
    stale = filled.ask("/media/items/talk/sound.mp3", {"Range": "bytes=16-31", "If-Range": '"other"'})
    assert (stale.status, stale.body) == (200, SOUND)
    again = filled.ask("/media/items/talk/sound.mp3", {"If-None-Match": whole.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    beyond = filled.ask("/media/items/talk/sound.mp3", {"Range": "bytes=99999-"})
    assert beyond.status == 416
    head = filled.ask("/media/items/talk/sound.mp3", method="HEAD")
    assert (head.status, head.headers["content-length"], head.body) == (200, str(len(SOUND)), b"")


def test_a_drawing_that_is_opened_by_itself_runs_nothing(filled: Newsroom) -> None:
    headers = filled.ask("/media/items/drawing.svg").headers
    assert headers["content-type"].partition(";")[0] == "image/svg+xml"
    assert headers["content-security-policy"].startswith("default-src 'none';")
    assert headers["content-security-policy"].endswith("; sandbox")


@pytest.mark.parametrize(
    "path",
    [
        "unlisted.jpg",
        "page.html",
        "gone.jpg",
        "out.jpg",
        "../secret.jpg",
        "talk/../drawing.svg",
        "/etc/passwd",
        "talk",
        "talk/sound.mp3/",
        "talk/sound.mp3\0.jpg",
        "nothing.png",
    ],
)
def test_nothing_else_is_served(filled: Newsroom, path: str) -> None:
    assert filled.ask(f"/media/items/{path}").status == 404


def test_a_file_is_hidden_as_long_as_its_item_is(newsroom: Newsroom) -> None:
    Path(newsroom.folder / "items" / "map.png").write_bytes(b"png")
    soon = NOON + timedelta(seconds=40)
    newsroom.add(make("Scheduled", media=("map.png",), published=soon, expires=soon + timedelta(seconds=90)))
    assert newsroom.ask("/media/items/map.png").status == 404
    newsroom.clock.turn(seconds=40)
    reply = newsroom.ask("/media/items/map.png")
    assert (reply.status, reply.headers["cache-control"]) == (200, "max-age=90")
    newsroom.clock.turn(seconds=90)
    assert newsroom.ask("/media/items/map.png").status == 404
