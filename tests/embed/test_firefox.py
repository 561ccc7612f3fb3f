"""What `<feed-headlines>` does in Firefox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest

from tests.embed.pages import SCRIPT, STRICT, Site, embed, serving
from tests.proxying import part
from tests.serving import eventually
from tests.web.marionette import Firefox, firefox

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
ALL = "[...document.querySelectorAll('feed-headlines')]"
LAYOUTS = ("list", "cards", "compact", "ticker")

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(part("firefox-esr"), tmp_path_factory.mktemp("firefox") / "profile") as running:
        yield running


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def every_layout(attributes: str) -> str:
    return "<h1>A host</h1>" + "".join(embed(f"layout={layout} eager {attributes}") for layout in LAYOUTS)


@pytest.mark.parametrize("attributes", ["lang=en", "lang=ar dir=rtl"])
def test_every_layout_is_drawn_and_axe_finds_no_fault(site: Site, browser: Firefox, attributes: str) -> None:
    shown = every_layout('show="date image summary source tags" theme=auto target=_blank')
    browser.go(site.page("host", shown, SCRIPT, attributes))
    eventually(lambda: browser.run(f"return {ALL}.every(each => each.items?.length == 5)"), 20, "it is drawn")
    assert browser.run(
        f"return {ALL}.map(each => [each.shadowRoot.querySelector('ul').role,"
        " each.shadowRoot.querySelector('button')?.ariaPressed ?? ''].join(' '))"
    ) == ["list ", "list ", "list ", "list false"]
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth")
    browser.run(AXE.read_text("utf-8"))
    browser.run("window.found = null; axe.run().then(found => { window.found = found.violations })")
    eventually(lambda: browser.run("return window.found !== null"), 20, "axe has looked")
    assert browser.run("return window.found.map(each => each.id)") == []


def test_the_strictest_policy_of_a_page_is_kept(site: Site, browser: Firefox) -> None:
    browser.go(site.page("host", every_layout("show=image"), SCRIPT, policy=STRICT))
    eventually(lambda: browser.run(f"return {ALL}.every(each => each.items?.length == 5)"), 20, "it is drawn")
    display = "getComputedStyle(each.shadowRoot.querySelector('ul')).display"
    assert browser.run(f"return {ALL}.map(each => {display})") == ["grid", "grid", "grid", "flex"]
    assert site.reports == []
