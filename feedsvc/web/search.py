"""Serve what people look for: the items that hold all of some words, as a page and as feeds to follow.

Nothing of it is stored, since anybody can ask for any words: it is made on request, and kept in memory
while it is true.
"""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, request

from feedsvc import feeds as rules
from feedsvc import formats
from feedsvc.catalog import Found
from feedsvc.errors import NotFound
from feedsvc.gate import build_one
from feedsvc.plan import plan
from feedsvc.store import Connection, words
from feedsvc.web import documents, headers, links, listing
from feedsvc.web.render import Content, Page, html, serve
from feedsvc.web.state import catalog, current

routes = Blueprint("search", __name__)

MAX_CHARS = 200


@routes.get("/search")
def form() -> Response:
    """Lead to the results of the words that a form sends; without any, answer the form."""
    asked = " ".join(request.args.get("q", "").split())
    if words(asked):
        return links.moved(f"/search/{asked[:MAX_CHARS]}", status=302)

    def build(connection: Connection, now: datetime) -> Content:
        return html(Page("search.html", "Search", "/search", ()))

    return serve("/search", build)


@routes.get("/search/<path:asked>")
def results(asked: str) -> Response:
    """Answer the items that hold all of the words, newest first, or one of the search's feed documents."""
    found = catalog().find(request.path)
    wanted = found.feed.rule.text if found else asked
    if len(asked) > MAX_CHARS or not words(wanted) or (found and found.page):
        raise NotFound("search", asked[:MAX_CHARS])
    return _document(found) if found else _page(asked)


def _document(found: Found) -> Response:
    def build(connection: Connection, now: datetime) -> Content:
        planned = plan(connection, catalog(), found.feed, None, now)
        built = build_one(planned.selection, found.format)
        link = ("Link", ", ".join(rules.links(planned.selection, found.format)))
        kind = formats.CONTENT_TYPES[found.format]
        return Content(built.body, kind, (*headers.FEED[1:], *headers.FEED_BODY, link))

    refused = documents.refusal(current().service.clock())
    if refused is not None:
        return refused
    response = documents.lead_browsers(serve(request.path, build), request.path)
    response.headers.update(headers.FEED[:1])
    return documents.counted(response)


def _page(asked: str) -> Response:
    number = listing.page_number()
    feed = rules.search_feed(catalog().site, asked)

    def build(connection: Connection, now: datetime) -> Content:
        listed = listing.read(connection, feed, number, catalog().site.timezone, now)
        values = {"listing": listed, "feed": feed, "kind": "Search"}
        return html(Page("news.html", f"“{asked}”", feed.path, (feed,), "", listed.query, values))

    return serve(f"{request.path}?{number}", build)
