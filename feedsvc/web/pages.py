"""Serve the pages for people: all news, items, tags, authors, and how to follow each feed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, Response, abort, request

from feedsvc import feeds as rules
from feedsvc import formats
from feedsvc.errors import NotFound, Withdrawn
from feedsvc.model import Feed, Item, Rule, Site
from feedsvc.publish import Catalog
from feedsvc.store import Connection, items
from feedsvc.web import documents, jsonld, links, listing
from feedsvc.web.render import Content, Page, html, serve
from feedsvc.web.state import current

routes = Blueprint("pages", __name__)

FeedOf = Callable[[Site, str], Feed]
Labels = Callable[[Connection, datetime], list[tuple[str, int]]]

ALL = "all"
TOP = 4
"""How many items stand at the top of all news, out of their days."""

LATEST = 10
MORE = 4
"""How many other items an item's page ends with."""

TOPICS = 14
READERS = (
    ("Feedly", "https://feedly.com/i/subscription/feed/"),
    ("Inoreader", "https://www.inoreader.com/?add_feed="),
    ("NewsBlur", "https://www.newsblur.com/?url="),
    ("Feedbin", "https://feedbin.com/?subscribe="),
    ("The Old Reader", "https://theoldreader.com/feeds/subscribe?url="),
)
"""Readers on the web, each with the address that takes a feed's address at its end."""


@routes.get("/")
def home() -> Response:
    """Answer all news: the newest first, by day."""
    page = _page_number()

    def build(connection: Connection, now: datetime) -> Content:
        catalog = _catalog()
        values: dict[str, object] = {"topics": items.tags(connection, now)[:TOPICS], "feeds": catalog.feeds}
        listed = listing.read(connection, _all(), page, catalog.site.timezone, now, TOP)
        return html(_news("home.html", catalog.site.title, "/", _all(), listed, catalog.feeds, values))

    return serve(f"/?{page}", build)


@routes.get("/items/<path:slug>")
def item(slug: str) -> Response:
    """Answer an item's page; an old slug leads to the new one, a withdrawn item is gone."""
    if slug.endswith("/"):
        return links.moved(f"/items/{slug.rstrip('/')}")

    def build(connection: Connection, now: datetime) -> Content:
        found = items.by_slug(connection, slug)
        if found is None:
            raise NotFound("item", slug)
        _see(found, slug, now)
        if found.slug != slug:
            abort(links.moved(links.item_path(found)))
        return html(_item(found, _more(connection, found, now)))

    return serve(f"/items/{slug}", build)


@routes.get("/tags/")
def tags() -> Response:
    """Answer the list of tags."""
    return serve(
        "/tags/",
        lambda connection, now: html(
            _terms("Topics", "/tags/", "What we write about.", items.tags(connection, now))
        ),
    )


@routes.get("/tags/<path:name>")
def tag(name: str) -> Response:
    """Answer the news with a tag, or one of the tag's feed documents."""
    return _filtered(name, "Topic", rules.tag_feed, items.tags)


@routes.get("/authors/")
def authors() -> Response:
    """Answer the list of authors."""
    return serve(
        "/authors/",
        lambda connection, now: html(
            _terms("Authors", "/authors/", "Who writes here.", items.authors(connection, now))
        ),
    )


@routes.get("/authors/<path:name>")
def author(name: str) -> Response:
    """Answer the news by an author, or one of the author's feed documents."""
    return _filtered(name, "Author", rules.author_feed, items.authors)


@routes.get("/feeds/")
def feeds() -> Response:
    """Answer the list of feeds and how to follow them."""

    def build(connection: Connection, now: datetime) -> Content:
        catalog = _catalog()
        newest = {feed.slug: items.select(connection, feed.rule, now=now, limit=1) for feed in catalog.feeds}
        values = {"feeds": catalog.feeds, "newest": newest}
        return html(
            Page(
                "feeds.html",
                "Feeds",
                "/feeds/",
                catalog.feeds,
                f"Every feed of {catalog.site.title}, and how to follow it.",
                values=values,
            )
        )

    return serve("/feeds/", build)


@routes.get("/feeds/<slug>/")
def feed(slug: str) -> Response:
    """Answer a feed's page for people."""
    found = _catalog().feed(slug)
    if found is None:
        if documents.is_feed(f"/feeds/{slug}"):
            return links.moved(f"/feeds/{slug}")
        raise NotFound("feed", slug)

    def build(connection: Connection, now: datetime) -> Content:
        latest = items.select(connection, found.rule, now=now, limit=LATEST, order=found.order)
        values = {"feed": found, "latest": latest, "readers": READERS}
        about = found.description or f"Follow {found.title} in any feed reader."
        return html(
            Page("feed.html", found.title, links.feed_page(found), (found, _all()), about, values=values)
        )

    return serve(f"/feeds/{slug}/", build)


def _see(found: Item, slug: str, now: datetime) -> None:
    """Refuse what the public may not see: gone if it was published once, else as if it had never been."""
    if found.is_visible(now):
        return
    was_public = found.withdrawn_at is not None and found.published <= found.withdrawn_at
    if found.state == "withdrawn" and was_public:
        raise Withdrawn("item", slug)
    raise NotFound("item", slug)


def _more(connection: Connection, found: Item, now: datetime) -> list[Item]:
    """Return what to read after an item: the newest with a tag of its own, then the newest of all."""
    rules = [Rule(tags=found.article.tags), Rule()] if found.article.tags else [Rule()]
    chosen: dict[int, Item] = {}
    for rule in rules:
        for other in items.select(connection, rule, now=now, limit=MORE + 1):
            chosen.setdefault(other.pk, other)
    chosen.pop(found.pk, None)
    return list(chosen.values())[:MORE]


def _item(found: Item, more: list[Item]) -> Page:
    catalog = _catalog()
    url = links.absolute(links.item_path(found))
    values = {"item": found, "more": more, "json_ld": jsonld.news_article(found, catalog.site, url)}
    about = found.article.summary
    return Page("item.html", found.article.title, links.item_path(found), (_all(),), about, values=values)


def _filtered(name: str, kind: str, feed_of: FeedOf, labels: Labels) -> Response:
    """Answer the items of a tag or an author; a feed document where the address is one's."""
    served = _document(feed_of, labels)
    if served is not None:
        return served
    if name.endswith("/"):
        return links.moved(request.path.rstrip("/"))
    page = _page_number()

    def build(connection: Connection, now: datetime) -> Content:
        label = _label(name, labels(connection, now))
        if label is None:
            raise NotFound(kind.lower(), name)
        feed = feed_of(_catalog().site, label)
        if label != name:
            abort(links.moved(feed.path))
        listed = listing.read(connection, feed, page, _catalog().site.timezone, now)
        return html(_news("news.html", label, feed.path, feed, listed, (feed, _all()), {"kind": kind}))

    return serve(f"{request.path}?{page}", build)


def _document(feed_of: FeedOf, labels: Labels) -> Response | None:
    """Answer a tag's or an author's feed document; None where the address is none.

    Only at the spelling that its items use most: every other one would be one more feed to keep.
    """
    state = current()
    found = state.service.catalog.find(request.path)
    if found is None:
        return None
    if state.documents.find(request.path) is None:
        feed, format_ = found
        name = feed.path.split("/", 2)[2]
        with state.service.store.read() as connection:
            label = _label(name, labels(connection, state.service.clock()))
        if label is None:
            return None
        if label != name:
            path = feed_of(state.service.catalog.site, label).path + formats.SUFFIXES[format_]
            return links.moved(path)
    return documents.serve(request.path)


def _label(name: str, known: list[tuple[str, int]]) -> str | None:
    """Return how a tag or an author is written most often; None where no visible item has it."""
    return next((label for label, _ in known if label.casefold() == name.casefold()), None)


def _news(
    template: str,
    title: str,
    path: str,
    feed: Feed,
    listed: listing.Listing,
    announced: tuple[Feed, ...],
    values: Mapping[str, object],
) -> Page:
    query = f"?page={listed.page}" if listed.page > 1 else ""
    shown = {"listing": listed, "feed": feed, "list_path": path, **values}
    return Page(template, title, path, announced, feed.description, query, shown)


def _terms(title: str, path: str, about: str, terms: list[tuple[str, int]]) -> Page:
    return Page("terms.html", title, path, (_all(),), about, values={"terms": terms})


def _page_number() -> int:
    """Return the page that is asked for; what is no number is page 1, as is no page at all."""
    return request.args.get("page", default=1, type=int)


def _catalog() -> Catalog:
    return current().service.catalog


def _all() -> Feed:
    """Return the feed of everything, which always exists."""
    found = _catalog().feed(ALL)
    return found if found else _catalog().feeds[0]
