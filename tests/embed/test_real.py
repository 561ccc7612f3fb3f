"""Headlines of a running newsroom on a page of somebody else's: by script, in a fragment, as a picture."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.embed.hosts import ARABIC, SHIFT, World, asked, watch, world
from tests.embed.pages import SUMMARY, TITLES, until
from tests.proxying import part
from tests.serving import eventually, item
from tests.web.marionette import Firefox, firefox

LAYOUTS = ("list", "cards", "compact", "ticker")
EVERYTHING = 'show="date summary image source tags author" target=_blank'
RESET = (
    "<style>* { all: unset !important } div, ul, li, a, p { color: red; float: left; font: 40px serif }"
    "img { width: 9px } template { display: block }</style>"
)
STRICT = (
    "default-src 'none'; script-src {origin}; connect-src {origin}; img-src {origin}; style-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'; report-uri /csp"
)
DRAWN = "[...document.querySelectorAll('feed-headlines')].every(each => each.items?.length)"
FORMS = (
    "/embed/all.json",
    "/embed/all.json?count=50&lang=en",
    "/embed/all.html?count=50&show=date,summary",
    "/embed/all.html?count=50&shadow=1&show=summary",
    "/embed/all/?count=50&show=date,summary",
    "/embed/all.svg?count=50",
)
FRAGMENTS = (
    "/embed/all.html?show=date,summary,image,source,tags,author&target=_blank",
    "/embed/arabic.html?show=date,summary",
    "/embed/all.html?shadow=1&show=date,summary,image,source,tags,author&target=_blank",
    "/embed/all.html?shadow=1&layout=cards&show=date,image&theme=auto",
    "/embed/all.html?shadow=1&layout=compact&theme=light",
    "/embed/arabic.html?shadow=1&show=date,summary&theme=dark",
)
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("real")) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", viewport={"width": 900, "height": 900})
    opened = context.new_page()
    yield opened
    context.close()


def titles(page: Page, at: int = 0) -> list[str]:
    found: list[str] = page.evaluate(
        f"[...document.querySelectorAll('feed-headlines')[{at}].shadowRoot.querySelectorAll('[part=title]')]"
        ".map(each => each.textContent)"
    )
    return found


@pytest.mark.parametrize("policy", ["", STRICT])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_embeds_on_a_hostile_page_are_shown_with_a_request_each_and_no_complaint(
    around: World, page: Page, layout: str, policy: str
) -> None:
    said, made = watch(page), asked(page)
    before = len(around.host.reports)
    shown = f"layout={layout} eager"
    body = around.embed(shown + ' show="date summary"') + around.embed(f"{shown} {EVERYTHING} count=3")
    # A page with this policy can have no style of its own: its sheet is for the other one.
    head = around.script + ("" if policy else RESET)
    page.goto(around.page("hostile", body, head, policy=policy))
    until(page, DRAWN)
    page.wait_for_load_state("networkidle")
    assert titles(page) == list(TITLES[:5])
    assert titles(page, 1) == list(TITLES[:3])
    ours = [urlsplit(each) for each in made if each.startswith(around.address)]
    assert sorted(f"{each.path}?{each.query}" for each in ours if not each.path.startswith("/media/")) == [
        "/embed/all.json?count=3&lang=en",
        "/embed/all.json?lang=en",
        "/embed/v1.js?",
    ]
    elsewhere = [each for each in made if not each.startswith((around.address, around.host.address))]
    assert (elsewhere, said, around.host.reports[before:]) == ([], [], [])
    assert page.evaluate("document.cookie.length + localStorage.length + sessionStorage.length") == 0
    visible = "[...document.querySelectorAll('feed-headlines')].map(each => each.offsetHeight > 40)"
    assert page.evaluate(visible) == [True, True]


@pytest.mark.parametrize("attributes", ["lang=en", "lang=ar dir=rtl"])
@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (900, "light")])
def test_axe_finds_no_fault_and_nothing_scrolls_sideways(
    around: World, browser: Browser, attributes: str, width: int, scheme: Any
) -> None:
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    said = watch(page)
    body = "<h1>A host</h1>" + "".join(
        around.embed(f"layout={layout} theme=auto eager {EVERYTHING}", feed)
        for layout in LAYOUTS
        for feed in ("all", "arabic")
    )
    page.goto(around.page("accessible", body, around.script, attributes))
    until(page, DRAWN)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert said == []
    context.close()


@pytest.mark.parametrize("attributes", ["lang=en", "lang=ar dir=rtl"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_moves_where_the_height_is_reserved(
    around: World, page: Page, layout: str, attributes: str
) -> None:
    page.add_init_script(SHIFT)
    reserved = f'layout={layout} show="date image" style="display:block;min-height:75rem"'
    body = around.embed(reserved) + "<p>What comes after"
    page.goto(around.page("still", body, around.script, attributes))
    until(page, DRAWN)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("shifted") == 0


def test_without_scripts_the_fallback_leads_to_the_feed(around: World, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(around.page("plain", around.embed(), around.script))
    page.get_by_role("link", name="Headlines from Harbour News").click()
    page.wait_for_url(f"{around.address}/**")
    assert page.get_by_text(TITLES[0]).first.is_visible()
    context.close()


def test_what_has_not_changed_is_not_sent_again(around: World, page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    statuses: list[int] = []
    # What the cache answers has no extra info: these are the answers that came over the wire.
    session.on(
        "Network.responseReceivedExtraInfo",
        lambda event: (
            statuses.append(event["statusCode"])
            if "application/feed+json" in str(event) or event["statusCode"] == 304
            else None
        ),
    )
    page.goto(around.page("again", around.embed("eager"), around.script))
    until(page, DRAWN)
    page.evaluate("document.querySelector('feed-headlines').refresh()")
    eventually(lambda: page.evaluate("true") and 304 in statuses, 20, "a refresh is answered with 304")
    assert statuses == [200, 304]
    assert titles(page) == list(TITLES[:5])


def test_a_withdrawal_is_gone_from_every_form_once_caches_have_let_go(around: World, page: Page) -> None:
    name, title = "gone.md", "A claim that was wrong"
    around.news.write(name, item(title, "It was not so.", date="2026-11-01"))
    eventually(lambda: title in around.news.get(FORMS[0]).text, 30, "it is live")
    page.goto(around.page("withdrawn", around.embed("eager"), around.script))
    until(page, DRAWN)
    assert titles(page)[0] == title
    for form in FORMS:
        answer = around.news.get(form)
        assert title in answer.text
        life = dict(each.partition("=")[::2] for each in answer.headers["cache-control"].split(", "))
        assert int(life["max-age"]) + int(life.get("stale-while-revalidate", 0)) <= 300
    (around.news.items / name).unlink()
    eventually(lambda: all(title not in around.news.get(form).text for form in FORMS), 30, "it is gone")
    # From now on a cache that asks is told; the element itself asks past the browser's.
    page.evaluate("document.querySelector('feed-headlines').refresh()")
    until(page, f"document.querySelector('feed-headlines').items[0].title == {json.dumps(TITLES[0])}")
    assert titles(page) == list(TITLES[:5])


def test_what_is_not_public_yet_is_in_no_answer(around: World) -> None:
    others = ("/oembed?url={0}/", "/oembed?url={0}/&format=xml", "/embed/far.json", "/embed/closed/")
    for form in (*FORMS, *(each.format(around.address) for each in others)):
        answer = around.news.get(form)
        assert answer.status == 200
        for secret in ("Sealed", "sealed", "Sketch"):
            assert secret not in answer.text, form
        # No header tells of it either: the moment lies far beyond the longest cache life.
        assert "2040" not in str(answer.headers)


@pytest.mark.parametrize(("scheme", "attributes"), [("light", "lang=en"), ("dark", "lang=ar dir=rtl")])
def test_fragments_that_a_server_includes_are_shown_without_scripts(
    around: World, browser: Browser, scheme: Any, attributes: str
) -> None:
    fragments = [around.news.get(each).text for each in FRAGMENTS]
    dark = "<style>:root{color-scheme:light dark;background:Canvas}img{max-width:100%;height:auto}</style>"
    address = around.page("included", "<h1>A host</h1>" + "".join(fragments), dark, attributes)
    look: dict[str, Any] = {"color_scheme": scheme, "viewport": {"width": 320, "height": 900}}
    still = browser.new_context(**look, java_script_enabled=False)
    page = still.new_page()
    page.goto(address)
    for title in (TITLES[0], ARABIC[0]):
        assert sum(each.is_visible() for each in page.get_by_role("link", name=title).all()) >= 2
    still.close()
    context = browser.new_context(**look)
    page = context.new_page()
    said = watch(page)
    page.goto(address)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert said == []
    context.close()


def test_a_shadow_fragment_withstands_the_hosts_style_and_the_script_takes_it_over(
    around: World, page: Page
) -> None:
    fragment = around.news.get("/embed/all.html?shadow=1&show=date,image&layout=cards").text
    page.goto(around.page("shadow", fragment, RESET))
    display = (
        "getComputedStyle(document.querySelector('feed-headlines').shadowRoot.querySelector('ul')).display"
    )
    assert page.evaluate(display) == "grid"
    said = watch(page)
    page.goto(around.page("both", fragment, RESET + around.script))
    until(page, DRAWN)
    assert titles(page) == list(TITLES[:5])
    assert said == []


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    profile = tmp_path_factory.mktemp("firefox") / "profile"
    with firefox(part("firefox-esr"), profile) as running:
        yield running


def test_firefox_shows_the_shadow_fragment_without_scripts(around: World, other: Firefox) -> None:
    fragments = [around.news.get(each).text for each in FRAGMENTS]
    address = around.page("included", "<h1>A host</h1>" + "".join(fragments), policy="script-src 'none'")
    other.go(address)
    assert other.run("return document.querySelectorAll('feed-headlines > template').length") == 0
    shown = (
        "return [...document.querySelectorAll('feed-headlines')].map(each =>"
        " [getComputedStyle(each.shadowRoot.querySelector('ul')).display,"
        " each.shadowRoot.querySelector('[part=title]').getBoundingClientRect().height > 10])"
    )
    assert other.run(shown) == [["grid", True]] * 4
    other.go(around.page("checked", "<h1>A host</h1>" + "".join(fragments)))
    other.run(AXE.read_text("utf-8"))
    other.run("window.found = null; axe.run().then(found => { window.found = found.violations })")
    eventually(lambda: other.run("return window.found !== null"), 20, "axe has looked")
    assert other.run("return window.found.map(each => each.id)") == []


BADGES = (
    "/embed/all.svg",
    "/embed/all.svg?count=10",
    "/embed/arabic.svg?count=5",
    "/embed/arabic.svg?count=5&lang=en",
    "/embed/all.svg?count=20&lang=ar",
    "/embed/far.svg?count=5",
    "/embed/wide.svg?count=10",
    "/embed/wide.svg?count=10&lang=de&heading=Wichtige%20Nachrichten%20von%20der%20Hafenbehörde%20und%20mehr%20als%20das",
    "/embed/all.svg?tags=nothing&theme=dark",
)
OUTSIDE = """() => {
  const box = document.querySelector('rect').getBoundingClientRect();
  const texts = [...document.querySelectorAll('text')];
  const boxes = texts.map(each => each.getBoundingClientRect());
  const out = boxes.filter(each => each.left < box.left + 8 || each.right > box.right - 8);
  const over = boxes.filter((each, at) => boxes.some((one, other) => at < other
    && each.left < one.right && one.left < each.right && Math.abs(each.top - one.top) < 8));
  const short = texts.map(each => each.getComputedTextLength());
  return {out: out.length, over: over.length, longest: Math.max(...short), texts: texts.length};
}"""


@pytest.mark.parametrize("path", BADGES)
def test_no_text_of_a_badge_runs_out_of_it_or_over_another(around: World, page: Page, path: str) -> None:
    said = watch(page)
    page.goto(around.address + path)
    found = page.evaluate(OUTSIDE)
    assert (found["out"], found["over"]) == (0, 0), found
    assert found["texts"] >= 2
    assert found["longest"] <= 480 - 2 * 16
    assert said == []


def test_what_fits_into_a_badge_is_not_cut_and_the_room_is_used(around: World, page: Page) -> None:
    page.goto(f"{around.address}/embed/all.svg?count=5")
    shown = page.evaluate("[...document.querySelectorAll('text')].map(each => each.textContent)")
    assert TITLES[0] in shown
    assert TITLES[2] in shown
    cut = page.evaluate(
        "[...document.querySelectorAll('text')].filter(each => each.textContent.endsWith('…'))"
        ".map(each => each.getComputedTextLength() / each.parentNode.width.baseVal.value)"
    )
    assert cut
    assert min(cut) > 0.8


def test_a_badge_is_a_picture_with_a_name_in_light_and_dark(around: World, browser: Browser) -> None:
    tags = "".join(
        f'<p><img src="{around.address}{path}" alt="Headlines, {at}">' for at, path in enumerate(BADGES)
    )
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        said = watch(page)
        page.goto(around.page("badges", f"<h1>A host</h1>{tags}"), wait_until="networkidle")
        assert page.evaluate("[...document.images].every(each => each.naturalWidth == 480)")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.goto(f"{around.address}{BADGES[1]}")
        assert page.evaluate("[document.documentElement.role, document.documentElement.ariaLabel]") == [
            "img",
            page.evaluate("document.querySelector('title').textContent"),
        ]
        fill = page.evaluate("getComputedStyle(document.querySelector('rect')).fill")
        assert fill == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(22, 22, 26)")
        assert SUMMARY not in page.content()
        assert said == []
        context.close()
