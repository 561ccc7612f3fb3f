"""The page for a frame on other people's pages: it fits itself, by the rules of WordPress and of Mastodon."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page

from tests.embed.hosts import SHIFT, World, watch, world
from tests.embed.pages import until
from tests.serving import eventually, item

ROOT = "document.querySelector('feed-headlines').shadowRoot"
HEIGHT = "Math.ceil(document.documentElement.getBoundingClientRect().height)"
SECRET = "q7Rt0ZbXw2"
"""Ten letters and digits, as WordPress draws them."""
EVERYTHING = "show=date,summary,image,source,tags,author"
FRAMES = (
    f"/embed/all/?{EVERYTHING}",
    f"/embed/all/?layout=cards&{EVERYTHING}",
    "/embed/all/?layout=compact&theme=auto",
    f"/embed/arabic/?{EVERYTHING}&theme=auto",
    "/embed/wide/?count=10",
    "/embed/items/harbour-budget-agreed-after-a-night-of-talks/",
)
WORDPRESS = """<script>
window.heights = []; window.links = [];
addEventListener('message', ({data, source}) => {
  if (!data || !(data.secret || data.message || data.value) || /[^a-z0-9]/i.test(data.secret)) return;
  for (const frame of document.querySelectorAll(`iframe[data-secret="${data.secret}"]`)) {
    if (frame.contentWindow !== source) continue;
    frame.removeAttribute('style');
    if (data.message === 'height') {
      heights.push(data.value);
      frame.height = Math.max(200, Math.min(1000, parseInt(data.value, 10)));
    }
    if (data.message === 'link') {
      links.push(data.value);
      const [to, of] = [new URL(data.value), new URL(frame.src)];
      if (/^https?:$/.test(to.protocol) && to.host === of.host && document.activeElement === frame)
        top.location.href = data.value;
    }
  }
});
addEventListener('DOMContentLoaded', () => {
  for (const frame of document.querySelectorAll('iframe.wp-embedded-content'))
    frame.contentWindow.postMessage({message: 'ready', secret: frame.dataset.secret}, '*');
});
</script>"""
MASTODON = """<script>
window.heights = [];
addEventListener('message', ({data, source}) => {
  if (data?.type !== 'setHeight') return;
  document.querySelectorAll('iframe').forEach((frame, id) => {
    if (frame.contentWindow !== source || data.id !== id) return;
    heights.push(data.height);
    frame.height = data.height;
  });
});
addEventListener('load', () => document.querySelectorAll('iframe').forEach((frame, id) =>
  frame.contentWindow.postMessage({type: 'setHeight', id}, '*')));
</script>"""
KEPT = {
    "a": {"href"},
    "blockquote": set(),
    "iframe": {
        "src",
        "width",
        "height",
        "frameborder",
        "marginwidth",
        "marginheight",
        "scrolling",
        "title",
    },
}
"""What WordPress leaves of an answer whose author it does not know."""

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("frames")) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", viewport={"width": 700, "height": 900})
    opened = context.new_page()
    yield opened
    context.close()


class _Kses(HTMLParser):
    """Leaves only the elements and attributes that are kept, as WordPress does."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out = ""

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in KEPT:
            told = "".join(f' {name}="{escape(value or "")}"' for name, value in attrs if name in KEPT[tag])
            self.out += f"<{tag}{told}>"

    def handle_endtag(self, tag: str) -> None:
        self.out += f"</{tag}>" if tag in KEPT else ""

    def handle_data(self, data: str) -> None:
        self.out += escape(data, quote=False)


def wordpress(html: str) -> str:
    """Return what WordPress puts into a page for an oEmbed answer; empty where it refuses it."""
    kses = _Kses()
    kses.feed(html)
    found = re.search(r"(<blockquote>.*?</blockquote>)?.*(<iframe.*?></iframe>)", kses.out, re.DOTALL)
    if found is None:
        return ""
    quote, frame = found[1] or "", found[2]
    frame = re.sub(r' src="(.*?)"', rf' src="\1#?secret={SECRET}" data-secret="{SECRET}"', frame)
    attributes = 'class="wp-embedded-content" sandbox="allow-scripts" security="restricted"'
    if quote:
        attributes += ' style="position: absolute; visibility: hidden;"'
        quote = quote.replace(
            "<blockquote", f'<blockquote class="wp-embedded-content" data-secret="{SECRET}"'
        )
    return quote + frame.replace("<iframe", f"<iframe {attributes}")


def test_the_host_of_these_tests_refuses_what_wordpress_refuses() -> None:
    assert wordpress("<script>alert(1)</script><a href=/x>x</a>") == ""
    assert "onload" not in wordpress('<iframe src="/x" onload="alert(1)" allow="camera"></iframe>')
    assert "allow=" not in wordpress('<iframe src="/x" allow="camera"></iframe>')


def sandboxed(address: str) -> str:
    """Return a frame as WordPress writes it."""
    attributes = f'class="wp-embedded-content" data-secret="{SECRET}" sandbox="allow-scripts" width="500"'
    return f'<iframe {attributes} src="{address}#?secret={SECRET}"></iframe>'


def inner(page: Page) -> Frame:
    """Return the frame in the page, whole."""
    eventually(lambda: len(page.frames) == 2, 20, "there is a frame")
    page.frames[1].wait_for_selector("main")
    return page.frames[1]


def told(around: World, address: str) -> dict[str, Any]:
    """Return what the discovered oEmbed address of a page answers."""
    html = around.news.get(address.removeprefix(around.address)).text
    found = re.search(r'<link [^>]*application/json\+oembed[^>]*href="([^"]+)"', html)
    assert found, "the page does not tell how to embed it"
    endpoint = found[1].replace("&amp;", "&").removeprefix(around.address)
    answer: dict[str, Any] = json.loads(around.news.get(f"{endpoint}&maxwidth=500").body)
    return answer


@pytest.mark.parametrize("path", ["/feeds/all/", "/items/harbour-budget-agreed-after-a-night-of-talks"])
def test_wordpress_finds_takes_and_fits_it(around: World, page: Page, path: str) -> None:
    said = watch(page)
    html = wordpress(told(around, around.address + path)["html"])
    assert html.startswith("<blockquote")
    page.goto(around.page("post", f"<h1>A post</h1>{html}", WORDPRESS))
    frame = inner(page)
    until(page, "heights.length > 0")
    whole = frame.evaluate(HEIGHT)
    until(page, f"document.querySelector('iframe').offsetHeight >= {whole}")
    assert page.evaluate("document.querySelector('iframe').offsetHeight") == max(200, whole)
    assert page.locator("iframe").is_visible()
    assert frame.evaluate("[innerHeight >= document.documentElement.scrollHeight, origin]") == [True, "null"]
    assert said == []


def test_a_link_leads_the_whole_page_to_our_own_under_wordpress(around: World, page: Page) -> None:
    html = wordpress(told(around, f"{around.address}/feeds/all/")["html"])
    for name, end in (
        ("Storm closes the northern ferry line until Thursday", "/items/"),
        ("More headlines", "/"),
    ):
        page.goto(around.page("post", html, WORDPRESS))
        until(page, "heights.length > 0")
        inner(page).get_by_role("link", name=name).click()
        page.wait_for_url(re.compile(f"^{around.address}{end}"))


def test_every_link_is_one_that_wordpress_follows(around: World, page: Page) -> None:
    around.news.write(
        "elsewhere.md",
        item("Taken from elsewhere", link="https://other.example/a", date="2026-06-01", tags="[away]"),
    )
    there = lambda: "elsewhere" in around.news.get("/embed/all/?tags=away").text  # noqa: E731
    eventually(there, 30, "the item is there")
    for path in (*FRAMES, "/embed/all/?tags=away"):
        page.goto(around.address + path)
        links = page.evaluate(f"[...{ROOT}.querySelectorAll('a')].map(each => each.href)")
        assert links
        assert all(link.startswith(f"{around.address}/") for link in links), links
    assert "https://other.example/a" in around.news.get("/embed/all.json?tags=away").text


def test_what_is_too_low_or_too_high_is_left_to_wordpress(around: World, page: Page) -> None:
    for path, kept in (("/embed/all/?tags=nothing", 200), (f"/embed/all/?count=50&{EVERYTHING}", 1000)):
        page.goto(around.page("post", sandboxed(around.address + path), WORDPRESS))
        until(page, "heights.length > 0")
        until(page, f"document.querySelector('iframe').height == {kept}")
        # A frame of the page's own height ends the talk: it does not grow by itself.
        count = page.evaluate("heights.length")
        page.wait_for_timeout(300)
        assert page.evaluate("heights.length") == count


def test_mastodon_asks_by_a_number_and_is_answered_with_it(around: World, page: Page) -> None:
    frames = "".join(f'<iframe width=400 src="{around.address}{path}"></iframe>' for path in FRAMES[:2])
    page.goto(around.page("toots", frames, MASTODON))
    until(page, "new Set(heights).size >= 2")
    for at, frame in enumerate(page.frames[1:]):
        whole = frame.evaluate(HEIGHT)
        until(page, f"document.querySelectorAll('iframe')[{at}].height == {whole}")


def test_it_grows_and_shrinks_with_its_width(around: World, page: Page) -> None:
    sized = WORDPRESS + "<style>iframe{width:100%;border:0}</style>"
    page.goto(around.page("post", sandboxed(f"{around.address}/embed/all/?{EVERYTHING}"), sized))
    until(page, "heights.length > 0")
    frame = inner(page)
    heights = []
    for width in (700, 320, 700):
        page.set_viewport_size({"width": width, "height": 900})
        eventually(lambda: told_height(page, frame), 20, f"its height at {width} pixels is told")
        heights.append(frame.evaluate(HEIGHT))
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert heights[0] == heights[2] < heights[1]


def told_height(page: Page, frame: Frame) -> bool:
    """Say whether the frame has the width of its host, and has told the height that it has with it."""
    width = page.evaluate("document.querySelector('iframe').clientWidth == innerWidth - 16")
    return bool(width) and frame.evaluate(HEIGHT) == page.evaluate("heights.at(-1)")


def test_without_a_sandbox_links_open_in_the_whole_window(around: World, page: Page) -> None:
    page.goto(
        around.page("plain", f'<iframe width=500 height=600 src="{around.address}/embed/all/"></iframe>')
    )
    inner(page).get_by_role("link", name="School choir").or_(
        inner(page).get_by_role("link", name="Harbour budget")
    ).first.click()
    page.wait_for_url(f"{around.address}/items/**")


def test_nobody_but_its_host_is_listened_to_and_a_wrong_secret_is_none(around: World, page: Page) -> None:
    src = f"{around.address}/embed/all/#?secret={SECRET}"
    page.goto(around.page("post", f'<iframe data-secret={SECRET} src="{src}"></iframe>', WORDPRESS))
    until(page, "heights.length > 0")
    count = page.evaluate("heights.length")
    for odd in (
        "{message: 'ready', secret: 'another000'}",
        "null",
        "7",
        "'ready'",
        "{}",
        "{type: 'setHeight'}",
    ):
        page.evaluate(f"document.querySelector('iframe').contentWindow.postMessage({odd}, '*')")
    page.wait_for_timeout(300)
    # Asked without a number, it tells its height once more and nothing worse.
    assert page.evaluate("heights.length") <= count + 1


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (700, "light")])
def test_axe_finds_no_fault_nothing_is_reported_and_nothing_moves(
    around: World, browser: Browser, width: int, scheme: Any
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    context.add_init_script(SHIFT)
    page = context.new_page()
    said = watch(page)
    for path in FRAMES:
        page.goto(around.address + path, wait_until="networkidle")
        found = Axe().run(page, options={"rules": {"region": {"enabled": True}}})
        # A page for a frame has no heading of the first level: that is its host's.
        faults = [each["id"] for each in found.response["violations"]]
        assert [each for each in faults if each != "page-has-heading-one"] == [], (
            path,
            found.generate_report(),
        )
        assert page.evaluate("shifted") == 0, path
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        assert page.evaluate("getComputedStyle(document.documentElement).direction") == (
            "rtl" if "arabic" in path else "ltr"
        )
        assert page.evaluate(f"getComputedStyle({ROOT}.querySelector('img, ul')).display") != "block", path
    assert said == []
    context.close()


def test_one_item_fills_its_frame(around: World, page: Page) -> None:
    page.set_viewport_size({"width": 600, "height": 900})
    page.goto(around.address + FRAMES[-1])
    wide = f"{ROOT}.querySelector('img').getBoundingClientRect().width"
    assert page.evaluate(wide) == 600 - 32


def test_an_item_before_its_time_has_no_frame(around: World) -> None:
    assert around.news.get("/embed/items/sealed-until-2040/").status == 404
    address = f"{around.address}/items/sealed-until-2040"
    assert around.news.get(f"/oembed?url={address}").status == 404


def test_only_the_sites_that_a_feed_names_may_frame_it(around: World, page: Page) -> None:
    frame = f'<iframe src="{around.address}/embed/closed/"></iframe>'
    address = around.page("friend", frame)
    page.goto(address)
    assert inner(page).get_by_role("heading", name="Only for friends").is_visible()
    # The same page by another name is another site.
    said = watch(page)
    page.goto(address.replace("127.0.0.1", "localhost"))
    eventually(lambda: any("frame-ancestors" in each for each in said), 20, "the browser refuses the frame")
    assert page.frames[1].locator("main").count() == 0


def test_only_the_sites_that_a_feed_names_may_read_it(around: World, page: Page) -> None:
    address = around.page("friend", around.embed("eager", feed="closed"), around.script)
    page.goto(address)
    until(page, "document.querySelector('feed-headlines').items?.length == 5")
    page.add_init_script("addEventListener('feed-error', () => { window.failed = true })")
    page.goto(address.replace("127.0.0.1", "localhost"))
    until(page, "window.failed")
    assert page.get_by_role("link", name="Headlines from Harbour News").is_visible()
