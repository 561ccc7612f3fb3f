"""Serve the pages for people: all news, one item, and how to follow each feed."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, abort

from feedsvc import article
from feedsvc.errors import Expired, NotFound, Withdrawn
from feedsvc.model import Item, Rule
from feedsvc.store import Connection, items
from feedsvc.web import documents, follow, jsonld, links, listing, sharing, words
from feedsvc.web.qr import qr
from feedsvc.web.render import Content, Page, html, serve
from feedsvc.web.state import catalog, everything

routes = Blueprint("pages", __name__)

TOP = 4
"""How many items stand at the top of all news, out of their days."""

LATEST = 10
MORE = 4
"""How many other items an item's page ends with: those that share tags with it, then the newest."""

TOPICS = 14
FEEDS = 6
"""How many topics and feeds the front page names before it leads to their whole lists."""

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
    number = listing.page_number()

    def build(connection: Connection, now: datetime) -> Content:
        site, feeds = catalog().site, catalog().feeds
        listed = listing.read(connection, everything(), number, site.timezone, now, TOP)
        values = {"topics": items.tags(connection, now)[:TOPICS], "feeds": feeds[:FEEDS], "listing": listed}
        about = everything().description
        values["json_ld"] = jsonld.website(site)
        return html(Page("home.html", site.title, "/", feeds, about, listed.query, values, embeds=True))

    return serve(f"/?{number}", build)


@routes.get("/items/<path:slug>")
def item(slug: str) -> Response:
    """Answer an item's page; an old slug leads to the new one, what was public once is gone."""
    if slug.endswith("/"):
        return links.moved(f"/items/{slug.rstrip('/')}")

    def build(connection: Connection, now: datetime) -> Content:
        found = items.by_slug(connection, slug)
        if found is None:
            raise NotFound("item", slug)
        see(found, slug, now)
        if found.slug != slug:
            abort(links.moved(links.item_path(found)))
        related = items.related(connection, found, now=now, limit=MORE)
        return html(_item(found, related, _more(connection, [found, *related], now)))

    return serve(f"/items/{slug}", build)


@routes.get("/feeds/")
def feeds() -> Response:
    """Answer the list of feeds and how to follow them."""

    def build(connection: Connection, now: datetime) -> Content:
        listed = catalog().feeds
        newest = {feed.slug: items.select(connection, feed.rule, now=now, limit=1) for feed in listed}
        about = f"Every feed of {catalog().site.title}, and how to follow it."
        values = {"feeds": listed, "newest": newest}
        return html(Page("feeds.html", "Follow", "/feeds/", listed, about, values=values))

    return serve("/feeds/", build)


@routes.get("/feeds/<slug>/")
def feed(slug: str) -> Response:
    """Answer a feed's page for people."""
    found = catalog().feed(slug)
    if found is None:
        if documents.is_feed(f"/feeds/{slug}"):
            return links.moved(f"/feeds/{slug}")
        led = links.lead_on(slug)
        if led is not None:
            return led
        raise NotFound("feed", slug)

    def build(connection: Connection, now: datetime) -> Content:
        latest = items.select(connection, found.rule, now=now, limit=LATEST, order=found.order)
        about = found.description or f"Follow {found.title} in any feed reader."
        values = {
            "feed": found,
            "latest": latest,
            "readers": READERS,
            "own_readers": follow.READERS,
            "pace": words.pace([item.published for item in latest]),
            "qr": qr(links.absolute(links.feed_page(found))),
        }
        path, image = links.feed_page(found), found.image
        page = Page("feed.html", found.title, path, (found,), about, "", values, embeds=True, image=image)
        return html(page)

    return serve(f"/feeds/{slug}/", build)


def see(found: Item, slug: str, now: datetime) -> None:
    """Refuse what the public may not see: gone if it was public once, else as if it had never been."""
    if found.is_visible(now):
        return
    expires, withdrawn_at = found.article.expires, found.withdrawn_at
    if found.state == "withdrawn" and withdrawn_at is not None and found.published <= withdrawn_at:
        raise Withdrawn("item", slug)
    if found.state == "published" and expires is not None:
        appeared = max(found.published, found.first_seen)
        if appeared < expires <= now:
            raise Expired("item", slug)
    raise NotFound("item", slug)


def _more(connection: Connection, read: list[Item], now: datetime) -> list[Item]:
    """Return the newest items beside those that are named on a page already, as many as it has room for."""
    named = {item.pk for item in read}
    newest = items.select(connection, Rule(), now=now, limit=MORE + 1)
    return [other for other in newest if other.pk not in named][: MORE + 1 - len(read)]


def _item(found: Item, related: list[Item], more: list[Item]) -> Page:
    path, content = links.item_path(found), found.article.content
    url = links.absolute(path)
    text = article.to_text(content) if content else found.article.summary
    values = {
        "item": found,
        "related": related,
        "more": more,
        "minutes": words.reading_minutes(text),
        "ways": sharing.ways(found.article.title, url),
        "json_ld": jsonld.news_article(found, catalog().site, url, text),
    }
    title, about, image = found.article.title, found.article.summary, found.article.image
    return Page("item.html", title, path, (), about, "", values, embeds=True, image=image)
