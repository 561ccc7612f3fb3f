"""A running feedsvc with items of every kind, and the pages of others that embed its headlines."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page

from tests.embed.pages import PICTURE, SUMMARY, TITLES, Site, serving
from tests.serving import Tree, eventually, free_port, item, start

CHROMIUM = Path("/usr/bin/chromium")
CONFIG = """
[site]
title = "Harbour News"

[feeds.arabic]
title = "أخبار الميناء"
language = "ar"
languages = ["ar"]

[feeds.far]
title = "東京の港から"
language = "ja"
languages = ["ja", "ko", "zh"]

[feeds.wide]
title = "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"
tags = ["wide"]

[feeds.closed]
title = "Only for friends"
tags = ["harbour"]
embed_origins = ["{friend}"]
"""
ARABIC = (
    "ميناء جديد للصيد يفتح أبوابه في الربيع",
    "العاصفة توقف العبارات حتى صباح الخميس, والمدارس مغلقة",
    "مجلس المدينة يسأل السكان: أين الجسر؟",
)
FAR = (
    ("ja", "港の新しい灯台、来春から点灯へ 市議会が予算案を可決し工事は来月始まる見通しとなった"),
    ("ko", "항구에 새 등대가 들어선다"),
    ("zh", "渔业合作社报告十年来最好的鲱鱼季"),
)
WIDE = (
    "M" * 90,
    "WILL THE HARBOUR MASTER'S MAMMOTH MACHINERY MOVE MANY MORE MEGAWATTS THAN MOST?",
    "👩‍👩‍👧‍👦 Families 🇳🇴🇸🇪🇩🇰 meet at the quay 🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢🚢",
    "ﷺ﷽﷽﷽﷽﷽﷽﷽﷽﷽ and ꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅꧅",
    "ប្រជាជន កំពង់ផែ ថ្មី នឹង បើក នៅ រដូវ ផ្ការីក ឆ្នាំ ក្រោយ បន្ទាប់ ពី ការ ប្រជុំ ដ៏ វែង",
    "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii",
)


@dataclass
class World:
    """A newsroom and a site of somebody else's, each on a port of its own."""

    news: Tree
    host: Site

    @property
    def address(self) -> str:
        """Where the newsroom is."""
        return f"http://127.0.0.1:{self.news.port}"

    def embed(self, attributes: str = "", feed: str = "all") -> str:
        """Return the markup that the newsroom gives away."""
        inside = f'<a href="{self.address}/feeds/{feed}/">Headlines from Harbour News</a>'
        return f'<feed-headlines feed="{feed}" {attributes}>{inside}</feed-headlines>'

    @property
    def script(self) -> str:
        return f'<script async src="{self.address}/embed/v1.js"></script>'

    def page(
        self, name: str, body: str, head: str = "", attributes: str = "lang=en", policy: str = ""
    ) -> str:
        """Put up a page of the host's; `{origin}` in its policy is the newsroom."""
        self.host.policies.pop(f"/{name}", None)
        return self.host.page(name, body, head, attributes, policy.replace("{origin}", self.address))


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Run a newsroom with items, and a host, until the end of the block."""
    with serving() as host:
        (folder / "items").mkdir()
        write_items(folder / "items")
        with newsroom(folder, CONFIG.replace("{friend}", host.address)) as news:
            yield World(news, host)


@contextmanager
def newsroom(folder: Path, config: str) -> Iterator[Tree]:
    """Run the service at the address that its configuration has too."""
    port = free_port()
    tree = start(folder, port, config, FEEDSVC_SITE__URL=f"http://127.0.0.1:{port}")
    try:
        eventually(tree.ready, 90, "the service is ready")
        yield tree
    finally:
        tree.process.terminate()
        try:
            tree.process.wait(15)
        except subprocess.TimeoutExpired:
            tree.process.kill()
            tree.process.wait()


def write_items(folder: Path) -> None:
    """Write items in several languages and directions; of some nobody is to know yet."""
    (folder / "quay.svg").write_bytes(PICTURE)
    for number, title in enumerate(TITLES):
        fields: dict[str, str] = {"author": "Anna Berg", "tags": "[harbour, budget]", "lang": "en"}
        if number % 3 != 2:
            fields["image"] = "quay.svg"
        date = f"2026-10-{20 - number:02} 09:30"
        (folder / f"en-{number}.md").write_text(item(title, SUMMARY, date=date, **fields))
    for number, title in enumerate(ARABIC):
        (folder / f"ar-{number}.md").write_text(
            item(title, "نص قصير عن الميناء.", lang="ar", date=f"2026-09-0{number + 1}")
        )
    for number, (language, title) in enumerate(FAR):
        (folder / f"far-{number}.md").write_text(
            item(title, "短い。", lang=language, date=f"2026-08-0{number + 1}")
        )
    for number, title in enumerate(WIDE):
        (folder / f"wide-{number}.md").write_text(
            item(f'"{title}"', "A text.", lang="en", tags="[wide]", date=f"2026-07-0{number + 1}")
        )
    (folder / "embargo.md").write_text(
        item("Sealed until 2040", "Not a word of the sealed.", date="2040-01-01")
    )
    (folder / "draft.md").write_text(item("Sketch of a story", "Not a word.", draft="true"))


def watch(page: Page) -> list[str]:
    """Return what the page's console, its policies and its errors say, as they say it."""
    said: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # Chromium asks for every host's.
        if not message.location["url"].endswith("/favicon.ico"):
            said.append(f"{message.type}: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    return said


SHIFT = (
    "window.shifted = 0; new PerformanceObserver(list => { for (const each of list.getEntries())"
    " window.shifted += each.value }).observe({type: 'layout-shift', buffered: true})"
)


def asked(page: Page) -> list[str]:
    """Return the addresses that the page and its frames ask for, as they do."""
    made: list[str] = []
    page.on("request", lambda request: made.append(request.url))
    return made
