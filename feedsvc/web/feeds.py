"""Serve the feeds, the lists of feeds and pages for machines, and the addresses that readers guess."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

from flask import Blueprint, Response, request

from feedsvc import formats
from feedsvc.errors import NotFound
from feedsvc.model import Rule
from feedsvc.store import Connection, items
from feedsvc.web import documents, headers, links
from feedsvc.web.render import Content, serve
from feedsvc.web.state import catalog

routes = Blueprint("feeds", __name__)

MOVED = {
    "/rss": "/feeds/all.rss",
    "/rss.xml": "/feeds/all.rss",
    "/feed": "/feeds/all.rss",
    "/feed.xml": "/feeds/all.rss",
    "/index.xml": "/feeds/all.rss",
    "/atom.xml": "/feeds/all.atom",
    "/feed.json": "/feeds/all.json",
    "/feeds": "/feeds/",
    "/tags": "/tags/",
    "/authors": "/authors/",
    "/languages": "/languages/",
}
SITEMAPS = ("/sitemap.xml", "/news-sitemap.xml")
SITEMAP_ITEMS = 10_000
NEWS_ITEMS = 1_000
NEWS_FOR = timedelta(days=2)
"""How long an item is news to the search engines that read the news sitemap."""


@routes.get("/feeds/<name>")
def document(name: str) -> Response:
    """Answer a feed in the format that its suffix names; without a suffix, go to the feed's page."""
    served = documents.serve(request.path)
    if served is not None:
        return served
    if catalog().feed(name) is None:
        return links.lead_on(name) or _missing("feed", name)
    return links.moved(f"/feeds/{name}/")


@routes.get("/feeds/<name>/archive/<page>")
def archive(name: str, page: str) -> Response:
    """Answer a page of a feed's archive in the format that its suffix names."""
    served = documents.serve(request.path)
    return (
        served or links.lead_on(name + Path(page).suffix) or _missing("page of the archive", f"{name}/{page}")
    )


def _missing(kind: str, name: str) -> NoReturn:
    raise NotFound(kind, name)


@routes.get("/feeds.opml")
def opml() -> Response:
    """Answer the list of all feeds for a reader to import."""

    def build(connection: Connection, now: datetime) -> Content:
        return Content(
            formats.opml(catalog().site, catalog().feeds), "text/x-opml; charset=utf-8", headers.OPEN
        )

    return serve("/feeds.opml", build)


@routes.get("/sitemap.xml")
def sitemap() -> Response:
    """Answer the addresses of every page that is worth finding."""

    def build(connection: Connection, now: datetime) -> Content:
        newest = items.select(connection, Rule(), now=now, limit=SITEMAP_ITEMS)
        entries = [(links.absolute(links.item_path(item)), item.updated) for item in newest]
        if newest:
            latest = max(item.updated for item in newest)
            entries = [(links.absolute("/"), latest), *entries]
        return Content(formats.sitemap(entries), "application/xml; charset=utf-8", headers.OPEN)

    return serve("/sitemap.xml", build)


@routes.get("/news-sitemap.xml")
def news_sitemap() -> Response:
    """Answer the items of the last two days, as news search engines read them."""

    def build(connection: Connection, now: datetime) -> Content:
        newest = items.select(connection, Rule(), now=now, limit=NEWS_ITEMS)
        news = [item for item in newest if item.published > now - NEWS_FOR]
        body = formats.news_sitemap(catalog().site, news)
        until = news[-1].published + NEWS_FOR if news else None
        return Content(body, "application/xml; charset=utf-8", headers.OPEN, until)

    return serve("/news-sitemap.xml", build)


@routes.get("/robots.txt")
def robots() -> Response:
    """Answer what crawlers may read: everything."""

    def build(connection: Connection, now: datetime) -> Content:
        maps = "".join(f"Sitemap: {links.absolute(path)}\n" for path in SITEMAPS)
        text = f"User-agent: *\nAllow: /\n\n{maps}"
        return Content(text.encode(), "text/plain; charset=utf-8", headers.OPEN)

    return serve("/robots.txt", build)


def move() -> Response:
    """Lead an address that readers guess to the one where the thing is."""
    return links.moved(MOVED[request.path])


for path in MOVED:
    routes.add_url_rule(path, "move", move)


@routes.after_app_request
def allow_scripts(response: Response) -> Response:
    """Tell scripts on other sites, which ask first, that they may read feeds conditionally."""
    if request.method == "OPTIONS" and documents.is_feed(request.path):
        response.headers.extend(headers.PREFLIGHT)
    return response
