"""Host pages with embeds, and a server of them and of JSON by the contract with the script."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

SCRIPTS = Path(__file__).parents[2] / "feedsvc" / "web" / "static" / "embed"
PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 6 4"><path fill="#1c4b6e" d="M0 0h6v4H0z"/>'
    b'<path fill="#e9b44c" d="M0 3l2-2 1 1 1-1 2 2v1H0z"/></svg>'
)
TITLES = (
    "Harbour budget agreed after a night of talks",
    "Storm closes the northern ferry line until Thursday",
    "Why the old lighthouse is getting a new lamp",
    "Council asks residents where the new bridge should go",
    "Fishing fleet reports its best herring season in ten years",
    "School choir wins in Bergen",
)
SUMMARY = (
    "The council voted 9 to 4 for the plan, which pays for a new quay wall and for longer "
    "opening hours of the library. Work begins in spring."
)
STRICT = (
    "default-src 'none'; script-src {origin}; connect-src {origin}; img-src {origin}; style-src 'none'; "
    "require-trusted-types-for 'script'; report-uri /csp"
)


def item(number: int, address: str, **changed: Any) -> dict[str, Any]:
    """Return an item as the server says it."""
    published = datetime.now(UTC) - timedelta(hours=(0.4, 3, 20, 50, 120, 400)[number % 6])
    return {
        "id": f"tag:{number}",
        "url": f"{address}/items/{number}",
        "title": TITLES[number % 6],
        "summary": SUMMARY,
        "image": f"{address}/picture.svg?{number}",
        "date_published": published.isoformat(),
        "language": "en",
        "authors": [{"name": "Anna Berg"}],
        "tags": ["harbour", "budget"],
        "_source": {"title": "Harbour Desk", "url": address},
        **changed,
    }


def feed(address: str, items: list[dict[str, Any]] | None = None, **changed: Any) -> dict[str, Any]:
    """Return a feed as the server says it."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Harbour News",
        "home_page_url": f"{address}/",
        "language": "en",
        "items": [item(number, address) for number in range(5)] if items is None else items,
        **changed,
    }


@dataclass
class Site:
    """A running server: what it answers, and what it was asked."""

    address: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    feeds: dict[str, Any] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    watched: dict[str, str] = field(default_factory=dict)
    """Policies whose breach is only reported."""
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)

    def page(
        self, name: str, body: str, head: str = "", attributes: str = 'lang="en"', policy: str = ""
    ) -> str:
        """Put up a page, and return its address."""
        self.pages[f"/{name}"] = (
            f"<!doctype html><html {attributes}><meta charset=utf-8><title>A host</title>"
            f'<meta name=viewport content="width=device-width">{head}<main>{body}</main></html>'
        )
        if policy:
            self.policies[f"/{name}"] = policy.format(origin=self.address)
        return f"{self.address}/{name}"

    def asked_for(self, beginning: str) -> list[str]:
        return [path for path in self.asked if path.startswith(beginning)]


SCRIPT = "<script async src=/embed/v1.js></script>"


def embed(attributes: str = "", inside: str = "<a href=/feeds/news/>Headlines from Harbour News</a>") -> str:
    """Return the markup of an embed."""
    return f"<feed-headlines feed=news {attributes}>{inside}</feed-headlines>"


@contextmanager
def serving() -> Iterator[Site]:
    """Run the server until the end of the block."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            site.reports.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.answer(204, "text/plain", b"")

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            site.asked.append(self.path)
            site.headers.append(dict(self.headers))
            if path == "/embed/v1.js":
                self.answer(200, "text/javascript; charset=utf-8", newest().read_bytes())
            elif path in site.pages:
                self.answer(200, "text/html; charset=utf-8", site.pages[path].encode(), path)
            elif path.startswith("/picture"):
                self.answer(200, "image/svg+xml", PICTURE)
            elif path.startswith("/embed/"):
                self.feed(path.removeprefix("/embed/").removesuffix(".json"))
            else:
                self.answer(404, "text/html", b"<p>Nothing here")

        def feed(self, name: str) -> None:
            found = site.feeds.get(name, feed(site.address))
            if callable(found):
                found = found()
            if isinstance(found, int):
                self.answer(found, "application/json", b'{"title":"no"}')
            elif isinstance(found, bytes):
                self.answer(200, "application/json", found)
            elif found is None:
                time.sleep(30)
            else:
                self.answer(200, "application/feed+json", json.dumps(found).encode())

        def answer(self, status: int, kind: str, body: bytes, path: str = "") -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Cache-Control", "no-store" if path else "max-age=300")
                if path in site.policies:
                    self.send_header("Content-Security-Policy", site.policies[path])
                if path in site.watched:
                    self.send_header("Content-Security-Policy-Report-Only", site.watched[path])
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    server = Server(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def newest() -> Path:
    """Return the newest release of the script."""
    return max(SCRIPTS.glob("v1.*.js"), key=lambda path: int(path.name.split(".")[1]))


def until(page: Page, condition: str, timeout: float = 30_000) -> None:
    """Wait until something is true in a page, also where its policy allows no eval; milliseconds."""
    begun = time.monotonic()
    while not page.evaluate(condition):
        assert time.monotonic() - begun < timeout / 1000, condition
        page.wait_for_timeout(20)
