"""REDbot, which asks each address several times and in several ways, has nothing to say against our HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.readers.site import Site

SCRIPT = Path(__file__).parent / "scripts" / "redbot_notes.py"

FEEDS = (
    "/feeds/difficult.rss",
    "/feeds/difficult.atom",
    "/feeds/difficult.json",
    "/feeds/none.rss",
    "/feeds/many.rss",
    "/feeds/difficult/archive/1.rss",
    "/feeds/all/archive/2.atom",
    "/feeds/all/archive/1.json",
    "/tags/filler.rss",
    "/authors/O%27Neil%20%26%20Sons.atom",
    "/languages/he.json",
    "/search/quay.rss",
)
LISTS = ("/feeds.opml", "/sitemap.xml", "/news-sitemap.xml", "/robots.txt")
PAGES = (
    "/",
    "/feeds/",
    "/feeds/difficult/",
    "/items/the-horn-recorded",
    "/tags/",
    "/tags/filler",
    "/authors/",
    "/languages/",
    "/languages/he",
    "/search",
    "/search/quay",
)
FILES = ("/media/items/plans.pdf", "/media/items/map.png", "/static/site.css")
MOVED = {"/feeds/moved.atom": 301, "/feeds/moved/": 301, "/feed": 301, "/favicon.ico": 302}
MISSING = {"/feeds/ended.rss": 410, "/feeds/ended/": 410, "/nowhere": 404, "/feeds/nowhere.rss": 404}

KNOWN = {
    "CSP_HTTP_URI": "the site of this test has no https, and its own media are at its own address",
    "CSP_UNSAFE_INLINE": "an SVG among the media may style itself, in a sandbox without scripts",
}
VALIDATED = {"INM_304", "CL_CORRECT", "FRESHNESS_FRESH"}
"""What REDbot must have found to work, beside finding nothing wrong."""


@pytest.fixture(scope="module")
def notes(site: Site) -> dict[str, Any]:
    paths = (*FEEDS, *LISTS, *PAGES, *FILES, *MOVED, *MISSING)
    command = [sys.executable, str(SCRIPT), *(site.url + path for path in paths)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=100)
    return {address.removeprefix(site.url): said for address, said in json.loads(done.stdout).items()}


def test_redbot_has_no_warning_but_known_ones(notes: dict[str, Any]) -> None:
    wrong = {
        (path, name, text)
        for path, said in notes.items()
        for level, name, text in said["notes"]
        if level in ("WARN", "BAD") and name not in KNOWN
    }
    assert not wrong
    met = {name for said in notes.values() for _, name, _ in said["notes"]}
    assert set(KNOWN) <= met, "it says no longer what is listed as known"


@pytest.mark.parametrize("path", [*FEEDS, *PAGES, *LISTS, *FILES])
def test_redbot_sees_conditional_requests_work(notes: dict[str, Any], path: str) -> None:
    assert notes[path]["status"] == 200
    assert {name for _, name, _ in notes[path]["notes"]} >= VALIDATED


@pytest.mark.parametrize("path", FEEDS)
def test_redbot_sees_feeds_compressed_and_open_to_other_sites(notes: dict[str, Any], path: str) -> None:
    found = {name for _, name, _ in notes[path]["notes"]}
    assert found >= {"CONNEG_GZIP_GOOD", "CORP_CROSS_ORIGIN", "CONTENT_TYPE_OPTIONS"}


@pytest.mark.parametrize(("path", "status"), [*MOVED.items(), *MISSING.items()])
def test_redbot_sees_what_has_moved_ended_or_never_was(notes: dict[str, Any], path: str, status: int) -> None:
    assert notes[path]["status"] == status
