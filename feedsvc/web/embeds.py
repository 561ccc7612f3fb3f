"""Serve a feed's headlines for other people's sites, in each form, and say how to embed a page."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Response, abort, request

from feedsvc import embedding, formats, headlines
from feedsvc.errors import NotFound, RequestError, StoreError
from feedsvc.headers import EMBED_SECONDS
from feedsvc.headlines import BadOption, Headlines, Kind, OEmbed, Options
from feedsvc.model import Feed, Item
from feedsvc.store import Connection, clock, items
from feedsvc.web import documents, headers, links, manner
from feedsvc.web.caching import Representation
from feedsvc.web.pages import see
from feedsvc.web.ready import ready
from feedsvc.web.render import Content, serve
from feedsvc.web.state import State, catalog, current, everything

routes = Blueprint("embeds", __name__)

FRAME_WIDTH = 600
HEADING_HEIGHT, ROW_HEIGHT, CARD_HEIGHT = 120, 74, 450
"""Pixels that a frame has before it says how high it is: about those of its heading and of each row."""


@routes.get("/embed/<slug>.json", defaults={"kind": "json"})
@routes.get("/embed/<slug>.html", defaults={"kind": "html"})
@routes.get("/embed/<slug>.svg", defaults={"kind": "svg"})
@routes.get("/embed/<slug>/", defaults={"kind": "page"})
def embed(slug: str, kind: Kind) -> Response:
    """Answer the headlines of a feed, as the query wants them."""
    feed = catalog().feed(slug)
    if feed is None:
        return _led(slug, kind)
    try:
        options = headlines.settled(headlines.read(request.args, kind), kind, feed.language)
    except BadOption as error:
        raise RequestError(f"{error}.") from error
    path, query = headlines.path_of(slug, kind), headlines.canonical(options, kind)
    state = current()
    if query:
        found: Representation | None = _variant(state, feed, kind, options, query)
    else:
        found = documents.find(state, path, state.service.clock())
    if found is None:
        raise NotFound("feed", slug)
    written = request.query_string.decode("latin-1")
    if written != query:
        state.documents.alias(path, written, query)
    return documents.counted(ready(found, request.environ, state.service.clock()))


@routes.get("/embed/<slug>")
def bare(slug: str) -> Response:
    """Lead to the page for a frame."""
    if catalog().feed(slug) is None:
        return _led(slug, "page")
    return links.moved(f"/embed/{slug}/")


@routes.get("/embed/items/<path:slug>/")
def item(slug: str) -> Response:
    """Answer one item as a page for a frame."""

    def build(connection: Connection, now: datetime) -> Content:
        found = _item(connection, slug, now)
        made = _card(found)
        sent = manner.embedded(catalog().site, everything(), "page")
        fields = tuple(each for each in (*sent.headers, *sent.entity) if each[0] != "Vary")
        return Content(headlines.frame(made, is_item=True), headlines.CONTENT_TYPES["page"], fields)

    return serve(f"/embed/items/{slug}/", build)


@routes.get("/oembed")
def oembed() -> Response:
    """Say how to embed a page of a feed or of an item (https://oembed.com)."""
    wanted = request.args.get("format", "json")
    if wanted not in ("json", "xml"):
        abort(501, "The format must be json or xml.")
    address = request.args.get("url", "")
    if not address:
        raise RequestError("Say with ?url= which page is to be embedded.")
    most = (_most("maxwidth"), _most("maxheight"))
    path = _path_of(address)
    if path is None:
        raise NotFound("page", address)

    def build(connection: Connection, now: datetime) -> Content:
        made = _described(connection, path, most, now)
        body = made.json() if wanted == "json" else made.xml()
        kind = "application/json" if wanted == "json" else "text/xml; charset=utf-8"
        return Content(body, kind, headers.OPEN)

    return serve(f"/oembed?{path}&{wanted}&{most}", build)


def _variant(state: State, feed: Feed, kind: Kind, options: Options, query: str) -> Representation:
    """Return what nobody published, from memory if nothing has changed since it was made."""
    now = state.service.clock()
    path = headlines.path_of(feed.slug, kind)
    found = state.documents.find(path, query)
    if found is not None and found.is_valid(now):
        return found
    with state.documents.flight(f"{path}?{query}"), state.service.store.read() as connection:
        seq = clock.seq(connection)
        if documents.is_first_look(connection):
            raise StoreError("nothing has been published yet: the items are being read for the first time")
        made = embedding.variant(connection, catalog().site, feed, kind, options, now)
    return state.documents.put_variant(made, query, seq, now)


def _led(slug: str, kind: Kind) -> Response:
    """Lead on from a feed that has moved to another; say of one that has ended that it is gone."""
    target = catalog().ended.get(slug)
    if target and "/" not in target:
        return links.moved(headlines.path_of(target, kind))
    led = links.lead_on(slug)
    if led is None:
        raise NotFound("feed", slug)
    return led


def _item(connection: Connection, slug: str, now: datetime) -> Item:
    found = items.by_slug(connection, slug)
    if found is None:
        raise NotFound("item", slug)
    see(found, slug, now)
    return found


def _card(found: Item) -> Headlines:
    shown = ("date", "summary", "image", "author")
    options = Options(count=1, layout="cards", show=shown, heading="none", footer="none")
    return headlines.headlines(catalog().site, everything(), [found], options)


def _path_of(address: str) -> str | None:
    """Return the decoded path within the site of an absolute address; None where it is another site's."""
    site = urlsplit(catalog().site.url)
    try:
        asked = urlsplit(address)
    except ValueError:
        return None
    # The scheme may differ: what was http once is shared for years.
    if asked.scheme not in ("http", "https") or asked.netloc.lower() != site.netloc.lower():
        return None
    prefix = site.path.rstrip("/")
    path = unquote(asked.path or "/")
    return (path.removeprefix(prefix) or "/") if path.startswith(prefix) else None


def _most(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 else 0


def _described(connection: Connection, path: str, most: tuple[int, int], now: datetime) -> OEmbed:
    if path.startswith("/items/"):
        return _of_item(_item(connection, path.removeprefix("/items/").rstrip("/"), now), most)
    slug = "all" if path == "/" else path.removeprefix("/feeds/").strip("/")
    for suffix in formats.SUFFIXES.values():
        slug = slug.removesuffix(suffix)
    feed = catalog().feed(slug)
    if feed is None:
        raise NotFound("page", path)
    size = _size(most, HEADING_HEIGHT + ROW_HEIGHT * Options().count)
    page = links.absolute(links.feed_page(feed))
    frame = links.absolute(headlines.path_of(feed.slug, "page"))
    html = headlines.framed(feed.title, page, frame, f"Headlines from {feed.title}", size)
    return _answer(feed.title, html, size)


def _of_item(found: Item, most: tuple[int, int]) -> OEmbed:
    title, image = found.article.title, found.article.image
    size = _size(most, CARD_HEIGHT if image else HEADING_HEIGHT + ROW_HEIGHT)
    frame = links.absolute(f"/embed/items/{found.slug}/")
    html = headlines.framed(title, links.absolute(links.item_path(found)), frame, title, size)
    author = ", ".join(person.name for person in found.article.authors)
    thumbnail = (formats.uri(image.url), image.width, image.height) if image else ("", None, None)
    return _answer(title, html, size, author, thumbnail)


def _answer(
    title: str,
    html: str,
    size: tuple[int, int],
    author: str = "",
    thumbnail: tuple[str, int | None, int | None] = ("", None, None),
) -> OEmbed:
    site = catalog().site
    return OEmbed(
        title=title,
        provider_name=site.title,
        provider_url=f"{site.url}/",
        html=html,
        width=size[0],
        height=size[1],
        cache_age=EMBED_SECONDS,
        author_name=author,
        thumbnail_url=thumbnail[0],
        thumbnail_width=thumbnail[1],
        thumbnail_height=thumbnail[2],
    )


def _size(most: tuple[int, int], height: int) -> tuple[int, int]:
    """Return width and height of a frame, at most those that the asker has room for (0: any)."""
    return min(FRAME_WIDTH, most[0] or FRAME_WIDTH), min(height, most[1] or height)
