"""What a person meets in a real browser: nothing that axe objects to, and a page at the end of every feed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from feedsvc.model import Enclosure, Image
from tests.web.newsroom import FEEDS, NOON, SITE, Newsroom, make

CHROMIUM = Path("/usr/bin/chromium")
PAGES = (
    "/",
    "/items/budget-agreed",
    "/items/ميناء-جديد",
    "/tags/",
    "/tags/storm",
    "/authors/Anna Berg",
    "/feeds/",
    "/feeds/all/",
    "/nowhere",
)
CONTENT = """
<h2>What it costs</h2><p>The <a href="https://council.example/">council</a> agreed.</p>
<table><thead><tr><th>What</th><th>How much, in words that are long enough to scroll</th></tr></thead>
<tbody><tr><td>Harbour</td><td>418,000,000,000,000,000,000,000,000,000</td></tr></tbody></table>
<blockquote><p>It is a good budget.</p></blockquote><pre><code>curl https://harbour.example/feeds/all.rss</code></pre>
"""

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, lambda environ, start: [], threaded=True)
    url = f"http://127.0.0.1:{server.port}"
    newsroom = Newsroom(tmp_path_factory.mktemp("site"), replace(SITE, url=url), FEEDS)
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_fault_that_axe_finds_or_scrolls_sideways(
    address: str, browser: Browser, scheme: str, width: int
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
    page = context.new_page()
    refused: list[str] = []
    page.on(
        "console",
        lambda message: refused.append(message.text) if "Content Security" in message.text else None,
    )
    for path in PAGES:
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert refused == []
    context.close()


@pytest.mark.parametrize(
    ("path", "end"),
    [
        ("/feeds/all.rss", "/feeds/all/"),
        ("/feeds/storms.atom", "/feeds/storms/"),
        ("/feeds/all.json", "/feeds/all/"),
        ("/tags/storm.rss", "/tags/storm"),
        ("/feed", "/feeds/all/"),
    ],
)
def test_going_to_a_feed_ends_on_its_page(address: str, browser: Browser, path: str, end: str) -> None:
    page = browser.new_page()
    page.goto(address + path)
    page.wait_for_url(address + end)
    page.close()


def test_the_source_of_a_feed_can_be_looked_at(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{address}/feeds/all.rss?view=source")
    page.wait_for_timeout(300)
    assert page.url.endswith("view=source")
    assert "Budget agreed" in page.content()
    page.close()


def test_the_address_of_a_feed_is_copied_with_one_button_and_said_to_be(
    address: str, browser: Browser
) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}/feeds/all/")
    for name, suffix in (("RSS", ".rss"), ("Atom", ".atom"), ("JSON Feed", ".json")):
        page.get_by_role("button", name=f"Copy the {name} address").click()
        page.get_by_text("Address copied.").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == f"{address}/feeds/all{suffix}"
    context.close()


def test_a_topics_addresses_open_with_one_press(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{address}/tags/storm")
    page.get_by_text("Follow this topic").click()
    assert page.get_by_label("RSS address").input_value() == f"{address}/tags/storm.rss"
    assert page.get_by_role("button", name="Copy the RSS address").is_visible()
    page.close()


@pytest.mark.parametrize("path", ["/nowhere", "/tags/", "/"])
def test_the_foot_of_a_page_is_at_the_foot_of_the_window_or_below(
    address: str, browser: Browser, path: str
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    page.goto(address + path)
    foot = page.locator("footer.foot").bounding_box()
    assert foot is not None
    assert foot["y"] + foot["height"] >= 1400
    page.close()


def test_the_keyboard_reaches_the_content_first(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(address)
    page.keyboard.press("Tab")
    assert _focused(page) == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    page.close()


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))
