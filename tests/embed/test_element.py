"""What `<feed-headlines>` does on other people's pages, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.embed.pages import SCRIPT, STRICT, Site, embed, feed, item, serving, until
from tests.serving import eventually

LAYOUTS = ("list", "cards", "compact", "ticker")
EVERYTHING = 'show="date summary image source tags author" target=_blank eager'
ROOT = "document.querySelector('feed-headlines').shadowRoot"
DRAWN = f"!!{ROOT}?.querySelector('[part=list]')"
HOSTILE_STYLE = (
    "<style>* { all: unset !important } li, a, div, p { color: red; display: inline !important }</style>"
)

pytestmark = pytest.mark.system


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB")
    opened = context.new_page()
    yield opened
    context.close()


def drawn(page: Page, address: str) -> Page:
    page.goto(address)
    until(page, DRAWN)
    return page


def titles(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        f"[...{ROOT}.querySelectorAll('[part=title]')].map(each => each.textContent)"
    )
    return found


def told(page: Page) -> None:
    """Keep what the element tells, from before there is a script."""
    page.add_init_script(
        "window.told = []; for (const name of ['feed-load', 'feed-error'])"
        " addEventListener(name, event => told.push([name, String(event.detail.error ?? ''), event.detail]))"
    )


def test_headlines_are_drawn_with_one_request_beside_the_script(site: Site, page: Page) -> None:
    told(page)
    drawn(page, site.page("host", embed(), SCRIPT))
    assert len(titles(page)) == 5
    assert [path for path in site.asked if path not in ("/host", "/favicon.ico")] == [
        "/embed/v1.js",
        "/embed/news.json?lang=en",
    ]
    [[name, _, detail]] = page.evaluate("told")
    assert (name, detail["count"], detail["stale"]) == ("feed-load", 5, False)
    assert detail["updated"] == page.evaluate(
        "document.querySelector('feed-headlines').items[0].date_published"
    )
    assert "Cookie" not in site.headers[-1]
    assert page.evaluate("document.cookie.length + localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize(
    ("attributes", "query"),
    [
        ("count=12 q='high tide, low'", "count=12&lang=en&q=high%20tide,%20low"),
        ("count=5 summary-length=80", "lang=en"),
        ("count=500 show='date summary' summary-length=80", "count=50&lang=en&summary=80"),
        ("show=summary summary-length=160", "lang=en"),
        ("tags='storm, ferry,a&b' exclude-tags='z,b'", "exclude=b,z&lang=en&tags=a%26b,ferry,storm"),
        ("source=desk lang=de-CH count=none", "lang=de-CH&source=desk"),
        ("lang=pt_BR", "lang=pt-BR"),
    ],
)
def test_a_query_has_what_differs_from_the_defaults_in_one_spelling(
    site: Site, page: Page, attributes: str, query: str
) -> None:
    drawn(page, site.page("host", embed(attributes), SCRIPT))
    assert site.asked_for("/embed/news.json") == [f"/embed/news.json?{query}"]


@pytest.mark.parametrize("policy", ["", STRICT])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_hostile_page_changes_nothing_and_its_policy_is_kept(
    site: Site, page: Page, layout: str, policy: str
) -> None:
    page.add_init_script(
        "addEventListener('securitypolicyviolation', event => { window.violated = event.violatedDirective })"
    )
    attributes = f"layout={layout} {EVERYTHING}"
    friendly = drawn(page, site.page("friendly", embed(attributes), SCRIPT))
    parts = f"[...{ROOT}.querySelectorAll('ul, li, a, [part=body]')]"
    look = f"{parts}.map(each => getComputedStyle(each).display).join()"
    expected = friendly.evaluate(look)
    # A page with this policy can have no style of its own: its sheet is for the other one.
    style = "" if policy else HOSTILE_STYLE
    hostile = drawn(page, site.page("hostile", embed(attributes), style + SCRIPT, policy=policy))
    assert hostile.evaluate(look) == expected
    assert hostile.evaluate(f"{ROOT}.querySelector('[part=container]').offsetWidth") > 300
    assert hostile.evaluate(f"{ROOT}.querySelectorAll('[style]').length") == 0
    assert page.evaluate("window.violated ?? null") is None
    assert site.reports == []


def test_pictures_that_are_not_shown_are_none_to_the_page_and_its_policy(site: Site, page: Page) -> None:
    policy = STRICT.replace("img-src {origin}", "img-src 'none'")
    drawn(page, site.page("host", embed("show='date summary'"), SCRIPT, policy=policy))
    assert len(titles(page)) == 5
    assert site.reports == []


@pytest.mark.parametrize(
    ("theme", "scheme"),
    [("", "light"), ("theme=auto", "dark"), ("theme=dark", "light"), ("theme=light", "dark")],
)
def test_axe_finds_no_fault_and_nothing_scrolls_sideways(
    site: Site, browser: Browser, theme: str, scheme: Any
) -> None:
    body = "<h1>A host</h1>" + "".join(embed(f"layout={layout} {EVERYTHING} {theme}") for layout in LAYOUTS)
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": 320, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    for attributes in ("lang=en", "lang=ar dir=rtl"):
        drawn(page, site.page("host", body, SCRIPT, attributes))
        until(page, "[...document.querySelectorAll('feed-headlines')].every(each => each.items.length)")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") == 320
    context.close()


@pytest.mark.parametrize("attributes", ["lang=en", "lang=ar dir=rtl"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_moves_where_the_height_is_reserved(
    site: Site, page: Page, layout: str, attributes: str
) -> None:
    page.add_init_script(
        "window.shifted = 0; new PerformanceObserver(list => { for (const each of list.getEntries())"
        " window.shifted += each.value }).observe({type: 'layout-shift', buffered: true})"
    )
    reserved = f'layout={layout} show="date image source" style="display:block;min-height:60rem"'
    drawn(page, site.page("host", embed(reserved) + "<p>What comes after", SCRIPT, attributes))
    page.wait_for_timeout(500)
    assert page.evaluate("shifted") == 0


@pytest.mark.parametrize("answer", [500, 404, b"<p>no", b"[]", b'{"items":7}', b"null"])
def test_what_stands_in_the_element_stays_where_there_are_no_headlines(
    site: Site, page: Page, answer: object
) -> None:
    site.feeds["news"] = answer
    told(page)
    page.goto(site.page("host", embed("eager"), SCRIPT))
    until(page, "told.length == 1")
    assert page.evaluate("told[0][0]") == "feed-error"
    assert page.get_by_role("link", name="Headlines from Harbour News").is_visible()


def test_an_answer_that_does_not_come_is_given_up_after_eight_seconds(site: Site, page: Page) -> None:
    site.feeds["news"] = lambda: None
    told(page)
    page.goto(site.page("host", embed("eager"), SCRIPT))
    until(page, "told.length == 1", timeout=25_000)
    assert "TimeoutError" in page.evaluate("told[0][1]")
    assert page.get_by_role("link", name="Headlines from Harbour News").is_visible()


def test_headlines_that_are_shown_stay_when_the_next_request_fails(site: Site, page: Page) -> None:
    told(page)
    drawn(page, site.page("host", embed(), SCRIPT))
    site.feeds["news"] = 500
    page.evaluate("document.querySelector('feed-headlines').refresh()")
    until(page, "told.length == 2")
    assert len(titles(page)) == 5
    assert page.evaluate("document.querySelector('feed-headlines').items.length") == 5


def test_without_javascript_there_is_what_stands_in_the_element(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.page("host", embed(), SCRIPT))
    assert page.get_by_role("link", name="Headlines from Harbour News").is_visible()
    context.close()


def test_nothing_of_a_feed_is_executed_or_read_as_markup(site: Site, page: Page) -> None:
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    site.feeds["news"] = feed(
        site.address,
        [
            item(0, site.address, url="javascript:alert(3)", title="gone"),
            item(1, site.address, url=" \tjavascript:alert(4)", title="gone"),
            item(2, site.address, url="data:text/html,<script>alert(5)</script>", title="gone"),
            item(
                3,
                site.address,
                title=evil,
                summary=evil,
                image="javascript:alert(6)",
                tags=[evil],
                authors=[{"name": evil}],
            ),
            item(
                4,
                site.address,
                title=evil,
                image='x" onerror="alert(7)',
                _source={"title": evil},
                language='"><b>',
            ),
        ],
        title=evil,
        home_page_url="javascript:alert(8)",
        _strings={"more": evil, "pause": evil, "new_tab": evil},
    )
    for layout in LAYOUTS:
        drawn(page, site.page("host", embed(f"layout={layout} {EVERYTHING}"), SCRIPT, policy=STRICT))
        assert titles(page) == [evil, evil]
        assert page.evaluate(f"{ROOT}.querySelectorAll('script, b, [part=image], [part=footer]').length") == 0
        links = page.evaluate(f"[...{ROOT}.querySelectorAll('a')].map(each => each.href)")
        assert links == [f"{site.address}/items/3", f"{site.address}/items/4"]
    assert (alerts, site.reports) == ([], [])


def test_two_embeds_and_two_scripts_are_two_embeds(site: Site, page: Page) -> None:
    told(page)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    site.feeds["sport"] = feed(site.address, [item(5, site.address)], title="Sport")
    body = embed() + embed().replace("feed=news", "feed=sport")
    drawn(page, site.page("host", body, SCRIPT + "<script async src='/embed/v1.js?again'></script>"))
    until(page, "told.length == 2")
    page.wait_for_timeout(300)
    assert len(site.asked_for("/embed/news.json")) == len(site.asked_for("/embed/sport.json")) == 1
    assert problems == []
    # Neither script leaves a name behind.
    assert page.evaluate("Object.keys(window).filter(name => name.length == 1)") == []


def test_what_is_far_below_waits_until_it_is_near_unless_it_is_eager(site: Site, page: Page) -> None:
    far = "<div style='height:5000px'></div>"
    page.goto(
        site.page("host", embed("id=near") + far + embed("id=far count=3") + embed("eager count=4"), SCRIPT)
    )
    until(page, "document.querySelector('[eager]').items?.length == 4")
    until(page, DRAWN)
    assert not [path for path in site.asked if "count=3" in path]
    # 300 pixels above the window's end is near enough.
    page.evaluate("scrollTo(0, document.querySelector('#far').offsetTop - innerHeight - 300)")
    until(page, "document.querySelector('#far').items.length == 3")


def test_changed_attributes_are_drawn_and_asked_for_once(site: Site, page: Page) -> None:
    drawn(page, site.page("host", embed(), SCRIPT))
    page.evaluate(
        "Object.entries({count: 2, show: 'author', heading: 'Latest', 'heading-level': 4, layout: 'cards'})"
        ".forEach(([name, value]) => document.querySelector('feed-headlines').setAttribute(name, value))"
    )
    until(page, f"{ROOT}.querySelector('h4')?.textContent == 'Latest'")
    assert site.asked_for("/embed/news.json")[1:] == ["/embed/news.json?count=2&lang=en"]
    assert page.evaluate(f"{ROOT}.querySelector('[part=author]').textContent") == "Anna Berg"
    assert page.evaluate(f"{ROOT}.querySelector('time')") is None
    page.evaluate("document.querySelector('feed-headlines').setAttribute('heading', 'none')")
    until(page, f"!{ROOT}.querySelector('h4')")
    assert page.evaluate(f"{ROOT}.querySelector('ul').getAttribute('aria-label')") == "Harbour News"
    # A page that moves it about does not have it drawn again.
    page.evaluate(f"window.drawn = {ROOT}.firstChild; {ROOT}.host.style.margin = '1rem'")
    page.wait_for_timeout(200)
    assert page.evaluate(f"drawn === {ROOT}.firstChild")
    # The browser's cache had the rest.
    assert len(site.asked_for("/embed/news.json")) == 2


def test_an_element_that_was_taken_out_asks_and_tells_nothing(site: Site, page: Page) -> None:
    told(page)
    drawn(page, site.page("host", embed(), SCRIPT))
    page.evaluate(
        "window.kept = document.querySelector('feed-headlines'); window.drawn = kept.shadowRoot.firstChild;"
        " kept.refresh(); kept.remove(); kept.setAttribute('count', 3)"
    )
    page.wait_for_timeout(400)
    assert page.evaluate("told.length") == 1
    assert page.evaluate("drawn === kept.shadowRoot.firstChild")
    assert not [path for path in site.asked if "count=3" in path]
    page.evaluate("document.querySelector('main').append(kept)")
    until(page, "kept.items.length == 3")


def test_headlines_are_refreshed_while_they_are_seen(site: Site, page: Page) -> None:
    page.clock.install()
    drawn(page, site.page("host", embed("refresh=60 eager"), SCRIPT))
    asked = lambda: len(site.asked_for("/embed/news.json"))  # noqa: E731
    site.feeds["news"] = feed(site.address, [item(1, site.address, title="Newer")])
    page.clock.fast_forward(61_000)
    until(page, f"{ROOT}.querySelector('[part=title]').textContent == 'Newer'")
    assert asked() == 2
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.clock.fast_forward(200_000)
    page.wait_for_timeout(200)
    assert asked() == 2
    page.evaluate("delete document.hidden")
    page.clock.fast_forward(61_000)
    eventually(lambda: asked() == 3, 10, "it is refreshed again")
    page.evaluate("document.querySelector('feed-headlines').remove()")
    page.clock.fast_forward(300_000)
    page.wait_for_timeout(200)
    assert asked() == 3


def test_a_ticker_has_a_button_that_stops_it_and_stands_still_where_movement_is_unwelcome(
    site: Site, browser: Browser
) -> None:
    state = f"getComputedStyle({ROOT}.querySelector('ul')).animationPlayState"
    name = f"getComputedStyle({ROOT}.querySelector('ul')).animationName"
    page = browser.new_page()
    drawn(page, site.page("host", embed("layout=ticker"), SCRIPT))
    assert page.evaluate(state) == "running"
    pause = page.get_by_role("button", name="Pause")
    pause.click()
    page.mouse.move(0, 500)
    assert (pause.get_attribute("aria-pressed"), page.evaluate(state)) == ("true", "paused")
    page.evaluate("document.querySelector('feed-headlines').refresh()")
    page.wait_for_timeout(200)
    assert page.evaluate(state) == "paused"
    box, button = page.evaluate(
        f"['button + div', 'button'].map(each => {ROOT}.querySelector(each).getBoundingClientRect())"
    )
    assert box["right"] <= button["left"]
    assert button["height"] >= 44
    pause.click()
    pause.focus()
    page.keyboard.press("Tab")
    # It unfolds for whoever goes through it by keyboard.
    assert page.evaluate(name) == "none"
    page.close()
    still = browser.new_context(reduced_motion="reduce").new_page()
    drawn(still, site.page("host", embed("layout=ticker"), SCRIPT))
    assert still.evaluate(name) == "none"
    still.context.close()


def test_cards_are_targets_of_44_pixels_and_columns_fit(site: Site, page: Page) -> None:
    drawn(page, site.page("host", embed("layout=cards show='' style='--fh-columns:2'"), SCRIPT))
    tall = f"Math.min(...[...{ROOT}.querySelectorAll('li')].map(each => each.offsetHeight))"
    columns = f"getComputedStyle({ROOT}.querySelector('ul')).gridTemplateColumns.split(' ').length"
    assert page.evaluate(tall) >= 44
    assert page.evaluate(columns) == 2
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate(columns) == 1


def test_dates_are_said_in_the_language_of_the_page(site: Site, page: Page) -> None:
    drawn(page, site.page("host", embed(), SCRIPT, "lang=de"))
    said = f"[...{ROOT}.querySelectorAll('time')].map(each => each.textContent)"
    assert page.evaluate(said) == [
        "vor 24 Minuten",
        "vor 3 Stunden",
        "vor 20 Stunden",
        "vor 2 Tagen",
        "vor 5 Tagen",
    ]
    assert re.search(r"\d{4} um \d\d:\d\d", page.evaluate(f"{ROOT}.querySelector('time').title"))
    page.evaluate("document.querySelector('feed-headlines').setAttribute('date-style', 'long')")
    until(page, f"/^\\d+\\. \\w+ \\d{{4}}$/.test({ROOT}.querySelector('time').textContent)")
    page.evaluate("document.querySelector('feed-headlines').setAttribute('date-style', 'none')")
    until(page, f"!{ROOT}.querySelector('time')")


def test_texts_bring_their_language_and_direction(site: Site, page: Page) -> None:
    site.feeds["news"] = feed(
        site.address, [item(0, site.address, title="ميناء جديد", language="ar", summary="نص")]
    )
    drawn(page, site.page("host", embed("show='summary date'"), SCRIPT))
    title = f"{ROOT}.querySelector('[part=title]')"
    assert page.evaluate(f"[{title}.lang, getComputedStyle({title}).direction, {title}.tagName]") == [
        "ar",
        "rtl",
        "BDI",
    ]
    # The title begins where the others begin.
    assert (
        page.evaluate(
            f"{title}.getBoundingClientRect().left - {ROOT}.querySelector('li').getBoundingClientRect().left"
        )
        == 0
    )


def test_any_json_feed_is_shown_and_chosen_from_here(site: Site, page: Page) -> None:
    items = [
        item(number, site.address, tags=tags)
        for number, tags in enumerate((["a"], ["b"], ["a", "b"], ["a"], []))
    ]
    site.feeds["other"] = feed(site.address, items)
    chosen = "tags=a exclude-tags=b count=1 show=summary summary-length=20"
    tag = f"<feed-headlines src='{site.address}/embed/other.json' {chosen}></feed-headlines>"
    drawn(page, site.page("host", tag, SCRIPT))
    assert titles(page) == [items[0]["title"]]
    assert page.evaluate(f"{ROOT}.querySelector('[part=summary]').textContent") == "The council voted 9 …"
    assert site.asked_for("/embed/other.json") == ["/embed/other.json"]


def test_links_open_where_they_are_told_to_and_say_so(site: Site, page: Page) -> None:
    drawn(page, site.page("host", embed("target=_blank rel='nofollow sponsored' footer=Everything"), SCRIPT))
    link = page.get_by_role("link", name="Harbour budget agreed after a night of talks (opens in a new tab)")
    assert (link.get_attribute("target"), link.get_attribute("rel")) == (
        "_blank",
        "noopener nofollow sponsored",
    )
    assert page.get_by_role("link", name="Everything").is_visible()


def test_an_empty_feed_says_so_in_its_words(site: Site, page: Page) -> None:
    site.feeds["news"] = feed(site.address, [], _strings={"empty": "Nichts."})
    page.goto(site.page("host", embed(), SCRIPT))
    page.get_by_text("Nichts.").wait_for()


@pytest.mark.parametrize("around", ["display:flex", "display:grid", "float:left", "display:inline-block"])
def test_it_has_a_width_wherever_it_stands(site: Site, page: Page, around: str) -> None:
    drawn(page, site.page("host", f"<div style='{around}'>{embed()}</div>", SCRIPT))
    assert page.evaluate("document.querySelector('feed-headlines').offsetWidth") >= 300
