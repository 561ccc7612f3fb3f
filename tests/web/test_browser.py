"""What a person meets in a real browser: nothing that axe objects to, and a page at the end of every feed."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from feedsvc.web.qr import qr

PAGES = (
    "/",
    "/items/budget-agreed",
    "/items/item-1",
    "/items/ميناء-جديد",
    "/items/taken-back",
    "/tags/",
    "/tags/storm",
    "/authors/",
    "/authors/Anna Berg",
    "/languages/",
    "/languages/ar",
    "/search",
    "/search/budget",
    "/search/nothing has this",
    "/feeds/",
    "/feeds/all/",
    "/feeds/quiet/",
    "/feeds/olympics/",
    "/feeds/all/follow?reader=miniflux&host=reader.example",
    "/feeds/all/follow?reader=miniflux&host=nothing+like+it",
    "/nowhere",
)
pytestmark = pytest.mark.system


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
        ("/feeds/all/archive/1.rss", "/feeds/all/"),
        ("/feeds/storms/archive/1.atom", "/feeds/storms/"),
        ("/feeds/all/archive/1.json", "/feeds/all/"),
        ("/tags/storm.rss", "/tags/storm"),
        ("/languages/ar.atom", "/languages/ar"),
        ("/search/budget.rss", "/search/budget"),
        ("/feed", "/feeds/all/"),
    ],
)
def test_going_to_a_feed_ends_on_its_page(address: str, browser: Browser, path: str, end: str) -> None:
    page = browser.new_page()
    page.goto(address + path)
    page.wait_for_url(address + end)
    page.close()


def test_the_way_back_from_a_feeds_page_does_not_lead_into_the_feed(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{address}/tags/")
    page.evaluate("location.href = '/feeds/all/archive/1.rss'")
    page.wait_for_url(f"{address}/feeds/all/")
    page.go_back()
    page.wait_for_url(f"{address}/tags/")
    page.close()


@pytest.mark.parametrize("path", ["/feeds/all.rss", "/feeds/all/archive/1.rss"])
def test_a_script_that_fetches_a_feed_gets_the_feed(address: str, browser: Browser, path: str) -> None:
    # Our own pages let no script fetch anything.
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(address)
    told = page.evaluate(
        "path => fetch(path).then(async answer =>"
        " [answer.headers.get('refresh'), answer.headers.get('content-type'), await answer.text()])",
        path,
    )
    assert told[:2] == [None, "application/rss+xml; charset=utf-8"]
    assert "<title>Budget agreed</title>" in told[2]
    context.close()


@pytest.mark.parametrize("path", ["/feeds/all.rss", "/feeds/all.atom", "/feeds/all/archive/1.atom"])
def test_a_feed_can_be_read_where_a_browser_does_not_go_on(address: str, browser: Browser, path: str) -> None:
    page = browser.new_page()

    def stay(route: Route) -> None:
        answer = route.fetch()
        headers = {name: value for name, value in answer.headers.items() if name != "refresh"}
        route.fulfill(response=answer, headers=headers)

    page.route(f"**{path}", stay)
    page.goto(address + path)
    shown = page.evaluate("document.documentElement.innerText ?? getSelection().toString()")
    look = "([name, part]) => getComputedStyle(document.querySelector(name), part)"
    root, entry = ("rss", "item") if path.endswith("rss") else ("feed", "entry")
    assert "This is a web feed." in page.evaluate(f"({look})(['{root}', '::before']).content"), shown
    assert page.evaluate(f"({look})(['{entry} > title']).display") == "block"
    assert page.evaluate(f"({look})(['{entry} > link']).display") == "none"
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


def test_a_feed_is_followed_by_keyboard_alone(address: str, browser: Browser) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}/feeds/all/")
    for _ in range(20):
        page.keyboard.press("Tab")
        if _focused(page).startswith("Copy"):
            break
    page.keyboard.press("Enter")
    page.get_by_text("Address copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}/feeds/all.rss"
    context.close()


def test_a_search_is_made_and_changed_by_keyboard_alone(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{address}/search")
    page.get_by_label("Words that an item must hold").press_sequentially("budget & more")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/search/budget%20&%20more")
    field = page.get_by_label("Words that an item must hold")
    assert field.input_value() == "budget & more"
    field.fill("budget")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/search/budget")
    assert page.get_by_role("link", name="Budget agreed").is_visible()
    page.close()


def test_a_camera_reads_the_address_of_a_feeds_page(address: str, browser: Browser) -> None:
    """The code is that of the page's own address, whole, dark on light in either scheme."""
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{address}/feeds/all/")
    drawn = page.get_by_role("img", name="QR code of this page’s address")
    assert drawn.is_visible()
    assert drawn.inner_html() == str(qr(f"{address}/feeds/all/")).replace("/>", "></path>")
    context.close()


def test_an_item_is_shared_by_what_the_browser_offers(address: str, browser: Browser) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.add_init_script("navigator.share = async (told) => { window.told = told; }")
    page = context.new_page()
    page.goto(f"{address}/items/budget-agreed")
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Link copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}/items/budget-agreed"
    page.get_by_role("button", name="Share on this device").click()
    assert page.evaluate("window.told") == {"title": "Budget agreed", "url": f"{address}/items/budget-agreed"}
    context.close()


def test_what_a_browser_does_not_offer_is_not_shown_and_what_fails_is_said(
    address: str, browser: Browser
) -> None:
    context = browser.new_context()
    context.add_init_script(
        "delete Navigator.prototype.share;"
        "navigator.clipboard.writeText = async () => { throw new DOMException('no', 'NotAllowedError'); };"
    )
    page = context.new_page()
    page.goto(f"{address}/items/budget-agreed")
    assert not page.get_by_role("button", name="Share on this device").is_visible()
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("That did not work here").wait_for()
    context.close()


def test_without_a_script_an_item_is_shared_by_links_alone(address: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/items/budget-agreed")
    assert page.get_by_role("link", name="Bluesky").is_visible()
    assert page.locator(".share button:visible").count() == 0
    context.close()


@pytest.mark.parametrize("path", ["/", "/items/budget-agreed", "/items/ميناء-جديد", "/feeds/all/"])
def test_a_page_asks_no_other_host_for_anything(address: str, browser: Browser, path: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + path)
    page.wait_for_load_state("networkidle")
    assert asked
    assert not [url for url in asked if not url.startswith((address, "data:"))]
    page.close()


def test_a_feed_is_followed_in_a_reader_of_ones_own(address: str, browser: Browser) -> None:
    """The page's policy lets the form go, and the link that it leads to goes to the reader alone."""
    page = browser.new_page()
    page.goto(f"{address}/feeds/all/")
    page.get_by_label("Which reader it is").select_option("FreshRSS")
    page.get_by_label("Or in a reader of your own").fill("localhost:9/rss")
    page.get_by_role("button", name="Follow").click()
    link = page.get_by_role("link", name="Follow in FreshRSS at localhost:9")
    feed = quote(f"{address}/feeds/all.rss", safe="")
    assert link.get_attribute("href") == f"https://localhost:9/rss/i/?c=feed&a=add&url_rss={feed}"
    assert page.context.cookies() == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_item_on_paper_is_black_on_white_without_navigation_and_says_its_addresses(
    address: str, browser: Browser, scheme: str
) -> None:
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.emulate_media(media="print", color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{address}/items/budget-agreed")
    look = "([name, part, what]) => getComputedStyle(document.querySelector(name), part)[what]"
    assert page.evaluate(look, [".prose", None, "color"]) == "rgb(0, 0, 0)"
    assert page.evaluate(look, ["body", None, "backgroundColor"]) in (
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    )
    assert page.evaluate(look, [".prose a", "::after", "content"]) == '" (" attr(href) ")"' or (
        "https://council.example/" in page.evaluate(look, [".prose a", "::after", "content"])
    )
    for hidden in ("nav", ".share", ".more", "footer.foot", "audio"):
        assert page.locator(f"{hidden}:visible").count() == 0, hidden
    assert page.locator(".on-paper").inner_text() == f"{address}/items/budget-agreed"
    assert page.get_by_role("heading", name="Budget agreed").is_visible()
    page.emulate_media(media="screen")
    assert not page.locator(".on-paper").is_visible()
    context.close()


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))
