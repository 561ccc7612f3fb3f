from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from feedsvc.model import Enclosure, Image
from tests.web.newsroom import FEEDS, NOON, SITE, Newsroom, make

CONTENT = """
<h2>What it costs</h2><p>The <a href="https://council.example/">council</a> agreed.</p>
<table><thead><tr><th>What</th><th>How much, in words that are long enough to scroll</th></tr></thead>
<tbody><tr><td>Harbour</td><td>418,000,000,000,000,000,000,000,000,000</td></tr></tbody></table>
<blockquote><p>It is a good budget.</p></blockquote><pre><code>curl https://harbour.example/feeds/all.rss</code></pre>
"""


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    opened = Newsroom(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a newsroom that browsers can go to."""
    server = make_server("127.0.0.1", 0, lambda environ, start: [], threaded=True)
    url = f"http://127.0.0.1:{server.port}"
    newsroom = Newsroom(
        tmp_path_factory.mktemp("site"), replace(SITE, url=url), FEEDS, ended={"olympics": ""}
    )
    (newsroom.folder / "items" / "hall.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 2"><path fill="#369" d="M0 0h3v2H0z"/></svg>'
    )
    image = Image(f"{url}/media/items/hall.svg", "The town hall at night", "Drawing by I. Cole", 600, 400)
    sound = Enclosure(f"{url}/media/items/talk.mp3", "audio/mpeg", 40_000, "The debate", 60)
    newsroom.add(
        make(
            "Budget agreed", content=CONTENT, image=image, enclosures=(sound,), summary_written=True,
            media=("hall.svg",), updated=NOON,
        ),
        make("ميناء جديد", language="ar", content="<p>ميناء جديد في المدينة.</p>", tags=("مرفأ",)),
        make("Taken back", state="withdrawn", withdrawn_at=NOON),
        *(make(f"Item {n}", published=NOON - timedelta(days=n), image=image) for n in range(1, 9)),
    )  # fmt: skip
    newsroom.publish()
    newsroom.front.start()
    server.app = newsroom.front
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield url
    server.shutdown()
    thread.join()
    server.server_close()
    newsroom.close()
