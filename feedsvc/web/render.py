"""Make pages: a template and its values become bytes, kept as long as they are true."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flask import Flask, Response, render_template, request
from markupsafe import Markup, escape

from feedsvc import article, formats
from feedsvc.errors import StoreError
from feedsvc.headers import LIST_SECONDS
from feedsvc.model import Feed, Image, Site
from feedsvc.store import Connection, clock, items
from feedsvc.web import documents, headers, links, sharing, static, words
from feedsvc.web.caching import Freshness, Representation, encode, prepare
from feedsvc.web.ready import ready
from feedsvc.web.state import State, catalog, current

_LONE_IMAGE = re.compile(r"<p>(<img [^>]*>)</p>")
SCROLLING = (
    ("table", '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table', "</table></div>"),
    ("pre", '<pre tabindex="0" role="group" aria-label="Code"', "</pre>"),
)


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of an answer that is made on request, with its type and its own headers."""

    body: bytes
    content_type: str
    headers: headers.Pairs = ()
    until: datetime | None = None
    """When it stops being true by itself, if that is before the next embargo or expiry."""


@dataclass(frozen=True, slots=True)
class Page:
    """One HTML page before it is rendered; `path` is its canonical, decoded path."""

    template: str
    title: str
    path: str
    feeds: tuple[Feed, ...]
    """The feeds that it announces beside that of everything, its own first."""
    description: str = ""
    query: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    embeds: bool = False
    """Whether other sites can embed it."""
    image: Image | None = None
    """What stands for it where it is shared; else that is the site's image."""


def install(app: Flask, site: Site) -> None:
    """Give the templates their words: the site, links, and the ways to say dates and sizes."""
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(
        site=site,
        interface=words.interface(site.language),
        path_of=links.path_of,
        absolute=links.absolute,
        static=static.address,
        addresses=links.addresses,
        feed_page=links.feed_page,
        picture=lambda image: sharing.picture(image, site.image),
    )
    environment.filters.update(
        local=lambda moment: words.local(moment, site.timezone),
        day=words.day,
        short_day=words.short_day,
        clock_time=words.clock_time,
        zone=words.zone,
        iso=words.iso,
        direction=words.direction,
        kicker=words.kicker,
        kind=words.kind,
        size=words.size,
        duration=words.duration,
        reading_time=words.reading_time,
        data_block=words.data_block,
        uri=formats.uri,
        cleaned=cleaned,
    )


def cleaned(html: str, image: Image | None = None) -> Markup:
    """Return stored HTML as markup, cleaned once more: a better policy reaches old items too.

    What may scroll sideways can be reached by keyboard (WCAG 2.1.1). An image that stands alone is a figure.
    `image` is one whose size is known: where the text has it, its room is kept until it is there.
    """
    safe = _LONE_IMAGE.sub(r"<figure>\1</figure>", article.clean(html))
    if image and image.width and image.height:
        others = r'(?: (?!width=|height=)[a-z-]+="[^"]*")*'
        unsized = rf'(<img src="{re.escape(escape(image.url))}"{others})>'
        safe = re.sub(unsized, rf'\1 width="{image.width}" height="{image.height}">', safe)
    for tag, opening, closing in SCROLLING:
        safe = re.sub(rf"<{tag}(?=[\s>])", opening, safe).replace(f"</{tag}>", closing)
    return Markup(safe)  # noqa: S704 - what article.clean returns is safe, and so is what was put around it


def serve(key: str, build: Callable[[Connection, datetime], Content]) -> Response:
    """Answer what `build` makes of one snapshot of the store; kept under `key` until something changes.

    Where the database does not answer, the page kept last is served if it breaks no embargo.
    """
    state = current()
    now = state.service.clock()
    try:
        found = _find(state, key, build, now)
    except StoreError:
        kept = state.pages.find(key, now)
        if kept is None:
            raise
        found = kept
    return ready(found, request.environ, now)


def html(page: Page) -> Content:
    """Return a page as HTML, with the headers that every page has."""
    alternates = links.alternates(*page.feeds)
    canonical = links.absolute(page.path) + page.query
    oembed = links.oembed(page.path, page.title) if page.embeds else []
    body = render_template(
        page.template, page=page, canonical=canonical, alternates=alternates, oembed=oembed, **page.values
    )
    # Items may hold characters that feeds leave out; HTML forbids the same ones.
    body = formats.sendable(body)
    announced = ", ".join(
        f'<{link["href"]}>; rel="alternate"; type="{link["type"]}"' for link in alternates[:3]
    )
    return Content(
        body.encode(), "text/html; charset=utf-8", (*headers.page(catalog().site), ("Link", announced))
    )


def _find(
    state: State, key: str, build: Callable[[Connection, datetime], Content], now: datetime
) -> Representation:
    with state.service.store.read() as connection:
        seq = clock.seq(connection)
        kept = state.pages.find(key, now, seq)
        if kept is not None:
            return kept
        if documents.is_first_look(connection):
            raise StoreError("nothing has been published yet: the items are being read for the first time")
        content = build(connection, now)
        moments = (content.until, items.next_moment(connection, now))
    page = prepare(
        encode(content.body),
        # Another process may have made other bytes within the same second: the ETag alone tells them apart.
        modified=None,
        headers=[("Vary", "Accept-Encoding"), *content.headers],
        entity=[("Content-Type", content.content_type)],
        freshness=Freshness(LIST_SECONDS),
        valid_until=min((moment for moment in moments if moment), default=None),
    )
    state.pages.keep(key, seq, page)
    return page
