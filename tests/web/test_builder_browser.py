"""The embed builder in a real browser, and what it gives away on the pages of others."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from html import unescape

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.embed.pages import Site, serving
from tests.serving import eventually

PATIENCE = 20.0
DRAWN = "!!document.querySelector('feed-headlines')?.shadowRoot?.querySelector('[part=title]')"
PICTURED = "layout=cards&count=3&show=date&show=image&show=summary"
HOST_STYLE = "nonce-host"
SHIFTS = (
    "window.shifted = 0; new PerformanceObserver(list => list.getEntries().forEach("
    "entry => { window.shifted += entry.value })).observe({ type: 'layout-shift', buffered: true })"
)
REACT = """
const useEffect = (effect) => queueMicrotask(effect);
const createElement = (name, { style, ...given }, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
  Object.assign(made.style, style);
  made.append(...children);
  return made;
};
"""
pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def host() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture
def page(browser: Browser, host: Site) -> Iterator[Page]:
    host.reports.clear()
    context = browser.new_context(viewport={"width": 600, "height": 900}, locale="en-GB")
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE * 1000)
    opened.add_init_script(SHIFTS)
    yield opened
    context.close()


def fetched(address: str) -> str:
    with urllib.request.urlopen(address) as answer:
        text: str = answer.read().decode()
    return text


def variant(address: str, key: str, query: str = "") -> tuple[list[str], str]:
    """Return what the builder, without any script, gives away for one way: its codes and its policy."""
    whole = fetched(f"{address}/embed/builder?{query}")
    part = whole.split(f'data-key="{key}"')[1].split("</details>")[0]
    codes = [unescape(code) for code in re.findall(r"<textarea[^>]*>(.*?)</textarea>", part, re.DOTALL)]
    needed = re.search(r"it needs: (?:<code>(.*?)</code>)?", part)
    assert needed is not None
    return codes, unescape(needed[1] or "")


def opened(page: Page, host: Site, body: str, needs: str, own: str = "", head: str = "") -> None:
    """Open a page of somebody's that has this in it, under a policy that lets nothing through but this."""
    policy = "; ".join(part for part in ("default-src 'none'", needs, own, "report-uri /csp") if part)
    after = "<p>What stands below must not move.</p>"
    host.policies["/host"] = policy
    page.goto(host.page("host", body + after, head))


def awaited(page: Page, expression: str) -> None:
    """Wait until it is so; Playwright's own way needs a policy that lets text be run."""
    eventually(lambda: page.evaluate(expression), PATIENCE, expression)


def told_nothing(page: Page, host: Site) -> None:
    page.wait_for_timeout(300)
    assert host.reports == []
    assert page.evaluate("window.shifted") == 0


def titles(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "[...document.querySelector('feed-headlines').shadowRoot.querySelectorAll('[part=title]')]"
        ".map(each => each.textContent)"
    )
    return found


@pytest.mark.parametrize(
    ("key", "query"),
    [
        ("script", ""),
        ("script", PICTURED),
        ("script", "layout=ticker"),
        ("pinned", "layout=compact&count=8"),
        ("snapshot", ""),
        ("snapshot", "layout=compact&count=8"),
        ("snapshot", "layout=ticker"),
        ("unstyled", PICTURED),
        ("unstyled", "theme=auto&show=author"),
    ],
)
def test_code_with_the_script_works_under_the_policy_that_is_named(
    address: str, host: Site, page: Page, key: str, query: str
) -> None:
    codes, needs = variant(address, key, query)
    style = f'<style nonce="host">{codes[1]}</style>' if len(codes) > 1 else ""
    opened(page, host, codes[0], needs, "style-src-elem 'nonce-host'" if style else "", style)
    awaited(page, DRAWN)
    count = re.search(r'count="(\d+)"', codes[0])
    assert count is not None
    assert len(titles(page)) == int(count[1])
    if "image" in query:
        awaited(
            page,
            "[...document.querySelector('feed-headlines').shadowRoot.querySelectorAll('img')]"
            ".every(each => each.naturalWidth)",
        )
    told_nothing(page, host)


def test_a_page_with_a_narrower_policy_than_named_shows_no_headlines(
    address: str, host: Site, page: Page
) -> None:
    """What the builder names is needed, word by word."""
    codes, needs = variant(address, "script", PICTURED)
    for directive in needs.split("; "):
        host.reports.clear()
        opened(page, host, codes[0], "; ".join(set(needs.split("; ")) - {directive}))
        page.wait_for_timeout(700)
        assert host.reports != [], directive


def test_todays_headlines_are_there_without_a_script(address: str, host: Site, browser: Browser) -> None:
    codes, _ = variant(address, "snapshot")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(host.page("host", codes[0]))
    assert page.get_by_role("link", name="Budget agreed").is_visible()
    assert page.get_by_role("link", name="Headlines from Harbour News").is_visible()
    context.close()


@pytest.mark.parametrize("query", ["", PICTURED, "theme=dark"])
def test_the_iframe_works_under_the_policy_that_is_named(
    address: str, host: Site, page: Page, query: str
) -> None:
    codes, needs = variant(address, "frame", query)
    opened(page, host, codes[0], needs)
    inside = page.frame_locator("iframe")
    inside.get_by_role("link", name="Budget agreed").wait_for()
    fits = "document.documentElement.scrollHeight <= document.documentElement.clientHeight"
    frame = page.frames[1]
    assert frame.evaluate(fits), "it is as high as the headlines"
    told_nothing(page, host)
    inside.get_by_role("link", name="Budget agreed").click()
    page.wait_for_url(f"{address}/items/budget-agreed")


def test_the_address_for_wordpress_leads_to_a_frame(address: str, host: Site, page: Page) -> None:
    (asked,), needs = variant(address, "wordpress", "feed=storms")
    found = json.loads(fetched(f"{address}/oembed?url={urllib.parse.quote(asked, safe='')}"))
    opened(page, host, found["html"], needs)
    page.frame_locator("iframe").get_by_role("link", name="Budget agreed").wait_for()
    assert host.reports == []


def test_the_fragment_is_links_that_need_no_script(address: str, host: Site, page: Page) -> None:
    codes, needs = variant(address, "fragment", PICTURED)
    opened(page, host, fetched(codes[0]), needs)
    assert page.get_by_role("link", name="Budget agreed").is_visible()
    awaited(page, "[...document.images].some(each => each.naturalWidth)")
    assert host.reports == []
    assert codes[0] in codes[1] and codes[0] in codes[2]


def test_the_fragment_with_its_own_look_works_with_the_style_that_is_named(
    address: str, host: Site, page: Page
) -> None:
    codes, needs = variant(address, "fragment", PICTURED)
    note = re.search(r"style-src &#39;(sha256-[^&]*)&#39;", fetched(f"{address}/embed/builder?{PICTURED}"))
    assert note is not None
    opened(page, host, fetched(codes[3]), needs, f"style-src '{note[1]}'")
    assert page.get_by_role("link", name="Budget agreed").is_visible()
    display = (
        "getComputedStyle(document.querySelector('feed-headlines').shadowRoot.querySelector('ul')).display"
    )
    assert page.evaluate(display) == "grid"
    assert host.reports == []


def test_the_component_for_react_works_under_the_policy_that_is_named(
    address: str, host: Site, page: Page
) -> None:
    asked = urllib.parse.quote("It's {here} <b>")
    (code,), needs = variant(address, "react", f"{PICTURED}&heading={asked}")
    opening, inside = re.search(
        r"<feed-headlines\n(.*?)\n    >\n(.*?)</feed-headlines>", code, re.DOTALL
    ).groups()  # type: ignore[union-attr]
    given = re.sub(r"([a-z-]+)=\{(.*)\}$", r'"\1": \2,', opening, flags=re.MULTILINE)
    given = re.sub(r'([a-z-]+)=("[^"]*")$', r'"\1": \2,', given, flags=re.MULTILINE)
    link = re.sub(r"<a href=\{(.*?)\}>\{(.*?)\}</a>", r'createElement("a", { href: \1 }, \2)', inside.strip())
    plain = code.split("  return (")[0].split("\n", 2)[2].replace("export ", "")
    script = (
        f"{REACT}{plain}  return createElement('feed-headlines', {{ {given} }}, {link});\n}}\n"
        "document.querySelector('#root').append(Headlines(), Headlines());"
    )
    script_own = f"script-src {needs.split('script-src ')[1].split(';')[0]} 'nonce-host'"
    others = "; ".join(part for part in needs.split("; ") if not part.startswith("script-src"))
    root = f"<div id=root></div><script type=module nonce=host>{script}</script>"
    opened(page, host, root, others, script_own)
    awaited(page, DRAWN)
    assert page.evaluate("document.scripts.length") == 2
    assert (
        page.evaluate("document.querySelector('feed-headlines').getAttribute('heading')") == "It's {here} <b>"
    )
    assert host.reports == []


def test_the_script_for_json_works_under_the_policy_that_is_named(
    address: str, host: Site, page: Page
) -> None:
    (asked, code), needs = variant(address, "json", "count=2&tags=storm")
    assert len(json.loads(fetched(asked))["items"]) == 2
    body = f"<div id=headlines></div><script type=module nonce=host>{code}</script>"
    opened(page, host, body, needs, "script-src 'nonce-host'")
    page.get_by_role("link", name="Budget agreed").wait_for()
    assert page.locator("#headlines li").count() == 2
    assert host.reports == []


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_builder_has_no_fault_that_axe_finds_and_breaks_no_policy(
    address: str, browser: Browser, scheme: str, width: int
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for query in ("", f"?{PICTURED}&look=dark&dir=rtl", "?count=99&feed=al&lang=!"):
        page.goto(f"{address}/embed/builder{query}")
        page.frame_locator("iframe >> nth=0").locator("[part=title]").first.wait_for()
        for closed in page.locator("details.variant:not([open])").all()[:2]:
            closed.locator("summary").click()
        found = Axe().run(page)
        assert found.violations_count == 0, f"{query}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), query
    assert [each for each in said if "422" not in each] == []
    context.close()


def test_choices_change_previews_code_and_address_at_once(address: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    page = context.new_page()
    page.goto(f"{address}/embed/builder")
    page.get_by_text("Cards", exact=True).click()
    page.get_by_label("Picture").check()
    page.get_by_label("How many").fill("3")
    code = page.get_by_label("HTML").first
    awaited(page, "document.querySelector('#code textarea').value.includes('layout=\"cards\"')")
    awaited(page, "document.querySelector('#code textarea').value.includes('count=\"3\"')")
    assert 'show="date image"' in code.input_value()
    page.frame_locator('iframe[data-width="600"]').locator("img[part=image]").nth(1).wait_for()
    assert page.url == f"{address}/embed/builder?feed=all&count=3&layout=cards&show=date,image"
    page.reload()
    assert page.get_by_label("How many").input_value() == "3"
    assert 'count="3"' in code.input_value()
    page.get_by_label("How many").fill("99")
    page.get_by_text("It must be a number from 1 to 50").first.wait_for()
    assert page.get_by_label("How many").get_attribute("aria-invalid") == "true"
    page.get_by_label("How many").fill("2")
    awaited(page, "document.querySelector('#code textarea').value.includes('count=\"2\"')")
    assert page.get_by_label("How many").get_attribute("aria-invalid") is None
    context.close()


def test_the_room_is_measured_and_written_into_every_code(address: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    page = context.new_page()
    page.goto(f"{address}/embed/builder?count=3&heading=none")
    frame = page.frame_locator('iframe[data-width="600"]')
    frame.locator("[part=title]").first.wait_for()
    drawn = frame.locator("[part=container]").bounding_box()
    assert drawn is not None
    reserved = "parseFloat(document.querySelector('#code').dataset.reserved) * 16"
    awaited(page, f"Math.abs({reserved} - {drawn['height']}) <= 8.5")
    room = page.evaluate("document.querySelector('#code').dataset.reserved")
    values = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('details.variant')]"
        ".map(each => [each.dataset.key, [...each.querySelectorAll('textarea')].map(one => one.value)]))"
    )
    for key in ("script", "pinned", "snapshot"):
        assert f"min-height:{room}" in values[key][0]
    assert f"min-height: {room}" in values["unstyled"][1]
    assert f'minHeight: "{room}"' in values["react"][0]
    assert f'height="{int(float(room[:-3]) * 16) + 32}"' in values["frame"][0]
    context.close()


def test_code_is_copied_by_keyboard_alone_and_said_to_be(address: str, browser: Browser) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}/embed/builder")
    page.locator('[data-key="json"] summary').focus()
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.code button')"):
            break
    page.keyboard.press("Enter")
    page.get_by_text("Code copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}/embed/all.json"
    assert page.locator('[data-key="json"] button').first.inner_text().startswith("Copied")
    context.close()


def test_everything_but_the_preview_works_without_scripts(address: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/embed/builder")
    page.get_by_label("How many").fill("7")
    page.get_by_role("checkbox", name="Date").uncheck()
    page.get_by_role("button", name="Show it").click()
    page.wait_for_url(re.compile("count=7"))
    code = page.locator('[data-key="script"] textarea').input_value()
    assert 'count="7"' in code
    assert 'show="none"' in code
    page.get_by_role("link", name="Right to left").click()
    page.wait_for_url(re.compile("dir=rtl"))
    assert "count=7" in page.url
    assert page.get_by_role("link", name="Right to left").get_attribute("aria-current") == "true"
    page.get_by_label("Address of your page").fill("ftp://example.org")
    page.get_by_role("button", name="Check").click()
    page.get_by_text("Only pages of the web can be looked at").wait_for()
    assert "count=7" in page.url
    context.close()


@pytest.mark.parametrize(
    ("look", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 18, 18)")]
)
def test_previews_are_light_or_dark_and_right_to_left_as_chosen(
    address: str, browser: Browser, look: str, background: str
) -> None:
    context = browser.new_context(color_scheme="dark" if look == "light" else "light")
    page = context.new_page()
    page.goto(f"{address}/embed/preview?look={look}&dir=rtl")
    awaited(page, DRAWN)
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == background
    assert page.evaluate("getComputedStyle(document.querySelector('feed-headlines')).direction") == "rtl"
    link = "document.querySelector('feed-headlines').shadowRoot.querySelector('[part=footer]').innerText"
    assert page.evaluate(link) == "المزيد من العناوين"
    context.close()
