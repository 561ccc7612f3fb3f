"""Serve the feeds, the lists of feeds and pages for machines, and the addresses that readers guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from flask import Blueprint, Response, request

from feedsvc import lists
from feedsvc.errors import NotFound
from feedsvc.store import Connection
from feedsvc.web import documents, headers, links
from feedsvc.web.render import Content, serve
from feedsvc.web.state import catalog, current

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
    return _listed("/feeds.opml", lambda connection, now: lists.opml(catalog()))


@routes.get("/sitemap.xml")
def sitemap() -> Response:
    """Answer the addresses of every page that is worth finding, or the index of such lists."""
    portions = current().portions
    return _listed(
        "/sitemap.xml", lambda connection, now: lists.sitemap(connection, catalog().site, portions, now)
    )


@routes.get("/sitemap-<int:nth>.xml")
def sitemap_portion(nth: int) -> Response:
    """Answer one of the lists that the index names."""
    path = lists.portion_path(nth)
    if request.path != path:
        _missing("sitemap", request.path)

    def listed(connection: Connection, now: datetime) -> lists.Listed:
        return lists.portion(connection, catalog().site, nth, now) or _missing("sitemap", path)

    return _listed(path, listed)


@routes.get("/news-sitemap.xml")
def news_sitemap() -> Response:
    """Answer the items of the last two days, as news search engines read them."""
    return _listed("/news-sitemap.xml", lambda connection, now: lists.news(connection, catalog().site, now))


@routes.get("/robots.txt")
def robots() -> Response:
    """Answer what crawlers may read: everything."""
    return _listed("/robots.txt", lambda connection, now: lists.robots(catalog().site))


def _listed(path: str, make: Callable[[Connection, datetime], lists.Listed]) -> Response:
    def build(connection: Connection, now: datetime) -> Content:
        made = make(connection, now)
        return Content(made.body, made.content_type, headers.OPEN, made.until)

    return serve(path, build)


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
