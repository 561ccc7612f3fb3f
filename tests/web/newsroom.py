"""A small newsroom for the tests of `web`: a real store, three feeds, and a clock that we turn."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from feedsvc import article, publish
from feedsvc.catalog import Catalog
from feedsvc.config import DatabaseSettings, ItemsSettings, Settings, SiteSettings
from feedsvc.model import Article, Feed, Item, Person, Rule, Site
from feedsvc.queue import open_queue
from feedsvc.service import Service
from feedsvc.store import Store, items, meta
from feedsvc.web import Front, create_app

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SITE = Site("https://harbour.example", "Harbour News", "News from the waterfront", timezone="Europe/Berlin")
FEEDS = (
    Feed("all", "Harbour News", "/feeds/all", "Everything we publish"),
    Feed("storms", "Harbour News: Storms", "/feeds/storms", rule=Rule(tags=("storm",))),
    Feed("quiet", "Harbour News: Quiet", "/feeds/quiet", rule=Rule(tags=("nothing-has-this-tag",))),
)
BROWSER = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
}


@dataclass
class Clock:
    """A clock that stands until it is turned."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Reply:
    """What a WSGI application answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Newsroom:
    """A service on a folder of its own, with its Flask application and the front before it."""

    folder: Path
    site: Site = SITE
    feeds: tuple[Feed, ...] = FEEDS
    clock: Clock = field(default_factory=Clock)
    ended: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        media = self.folder / "items"
        media.mkdir(parents=True, exist_ok=True)
        self.store = Store(
            f"sqlite:///{self.folder}/data/news.db", synchronous="normal", clock=self.clock, patience=0.2
        )
        self.store.upgrade()
        settings = Settings(
            folder=self.folder,
            database=DatabaseSettings(url=self.store.url),
            items=ItemsSettings(path=media),
            site=SiteSettings(url=self.site.url),
        )
        catalog = Catalog(self.site, self.feeds, ended=self.ended)
        self.queue = open_queue(self.store.url, self.store.gate)
        self.queue.apply_schema()
        self.service = Service(settings, self.store, self.queue, catalog, self.clock)
        self.app: Flask = create_app(self.service)
        self.front = Front(self.service, self.app)
        self.client: FlaskClient = self.app.test_client()

    def add(self, *new: Item) -> list[Item]:
        """Insert items; what they are hashed by does not matter here."""
        with self.store.write() as tx:
            return items.insert(tx.connection, list(new), tx.seq())

    def change(self, *changed: Item) -> None:
        with self.store.write() as tx:
            items.update(tx.connection, list(changed), tx.seq())

    def publish(self) -> None:
        publish.publish(self.store, self.service.catalog, self.clock())

    def ready(self, live_seq: int) -> None:
        with self.store.write() as tx:
            meta.put(tx.connection, "scanned", "1")
            meta.put(tx.connection, "live_seq", str(live_seq))

    def ask(self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Reply:
        """Ask the front, as a server would."""
        return ask(self.front, path, headers, method)

    def close(self) -> None:
        self.front.stop()
        self.queue.close()
        self.store.close()


def ask(app: object, path: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Reply:
    """Ask a WSGI application, with none of the headers that a test client adds."""
    path, _, query = path.partition("?")
    environ: dict[str, object] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "evil.example",
        "SERVER_PORT": "80",
        "HTTP_HOST": "evil.example",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": _Nothing(),
        "wsgi.errors": _Nothing(),
    }
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()}
    answered: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, given: list[tuple[str, str]], exc_info: object = None) -> None:
        answered.append((status, given))

    chunks: Iterable[bytes] = app(environ, start)  # type: ignore[operator]
    body = b"".join(chunks)
    if hasattr(chunks, "close"):
        chunks.close()
    status, given = answered[0]
    names = [name.lower() for name, _ in given]
    assert len(names) == len(set(names)), f"a header is there twice: {names}"
    return Reply(int(status[:3]), {name.lower(): value for name, value in given}, body)


class _Nothing:
    def read(self, size: int = -1) -> bytes:
        return b""

    def write(self, text: str) -> None:
        pass

    def flush(self) -> None:
        pass


def make(title: str = "Storm closes the harbour road", **changes: object) -> Item:
    """Return an item published an hour before noon; changes go to the item or to its article."""
    of_item = {name: value for name, value in changes.items() if name in Item.__slots__}
    of_article = {name: value for name, value in changes.items() if name not in Item.__slots__}
    content = f"<p>{title}: the sea wall held, the road did not.</p>"
    made = Article(title, content, f"{title}: what we know.", authors=(Person("Anna Berg"),), tags=("storm",))
    slug = article.slug(title)
    stored = Item(
        id=f"urn:test:{slug}",
        source="items",
        guid=slug,
        slug=slug,
        article=replace(made, **of_article),  # type: ignore[arg-type]
        published=NOON - timedelta(hours=1),
        updated=NOON - timedelta(hours=1),
        first_seen=NOON - timedelta(hours=1),
        hash=hashlib.sha256(title.encode()).hexdigest(),
    )
    return replace(stored, **of_item)  # type: ignore[arg-type]
