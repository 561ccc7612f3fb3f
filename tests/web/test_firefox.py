"""What a person meets in Firefox: feeds lead to their page, and no page has a fault that axe finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest

from tests.proxying import part
from tests.serving import eventually
from tests.web.marionette import Firefox, firefox

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(part("firefox-esr"), tmp_path_factory.mktemp("firefox") / "profile") as running:
        yield running


@pytest.mark.parametrize(
    ("path", "end"),
    [
        ("/feeds/all.rss", "/feeds/all/"),
        ("/feeds/storms.atom", "/feeds/storms/"),
        ("/feeds/all.json", "/feeds/all/"),
        ("/feeds/all/archive/1.rss", "/feeds/all/"),
        ("/search/budget.atom", "/search/budget"),
    ],
)
def test_going_to_a_feed_ends_on_its_page_and_back_leads_out(
    address: str, browser: Firefox, path: str, end: str
) -> None:
    browser.go(f"{address}/tags/")
    browser.run(f"location.href = {path!r}")
    eventually(lambda: browser.address == address + end, 10, f"{path} leads to {end}")
    browser.ask("WebDriver:Back")
    eventually(lambda: browser.address == f"{address}/tags/", 10, "back leads out of the feed")


def test_the_source_of_a_feed_is_shown_and_not_downloaded(address: str, browser: Firefox) -> None:
    browser.go(f"{address}/feeds/all.rss?view=source")
    assert "<title>Budget agreed</title>" in browser.run("return document.body.textContent")


@pytest.mark.parametrize(
    "path", ["/", "/feeds/all/", "/items/budget-agreed", "/search/budget", "/languages/"]
)
def test_no_page_has_a_fault_that_axe_finds(address: str, browser: Firefox, path: str) -> None:
    browser.go(address + path)
    browser.run(AXE.read_text("utf-8"))
    browser.run("window.found = null; axe.run().then(found => { window.found = found.violations })")
    eventually(lambda: browser.run("return window.found !== null"), 20, "axe has looked")
    assert browser.run("return window.found.map(each => each.id)") == []
