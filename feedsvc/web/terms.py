"""Serve what news can be listed by: tags, authors, languages, and the items and feeds of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, request

from feedsvc import feeds as rules
from feedsvc.errors import NotFound
from feedsvc.model import Feed, Site
from feedsvc.store import Connection, items
from feedsvc.web import documents, links, listing
from feedsvc.web.render import Content, Page, html, serve
from feedsvc.web.state import catalog, current

routes = Blueprint("terms", __name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """One way to list items: its words, its address, who is in it, and the feed of each."""

    path: str
    title: str
    about: str
    one: str
    known: Callable[[Connection, datetime], list[tuple[str, int]]]
    """Every name that a visible item has, in its commonest spelling, with the number of items."""
    feed: Callable[[Site, str], Feed]

    def name(self, connection: Connection, asked: str, now: datetime) -> str | None:
        """Return how a name is written most often; None where no visible item has it."""
        folded = asked.casefold()
        return next((name for name, _ in self.known(connection, now) if name.casefold() == folded), None)


TAGS = Terms("/tags/", "Topics", "What we write about.", "Topic", items.tags, rules.tag_feed)
AUTHORS = Terms("/authors/", "Authors", "Who writes here.", "Author", items.authors, rules.author_feed)
LANGUAGES = Terms(
    "/languages/",
    "Languages",
    "In which languages we write.",
    "Language",
    items.languages,
    rules.language_feed,
)


@routes.get("/tags/")
def tags() -> Response:
    """Answer the list of tags."""
    return _index(TAGS)


@routes.get("/tags/<path:name>")
def tag(name: str) -> Response:
    """Answer the news with a tag, or one of the tag's feed documents."""
    return _document(TAGS) or _news(TAGS, name)


@routes.get("/authors/")
def authors() -> Response:
    """Answer the list of authors."""
    return _index(AUTHORS)


@routes.get("/authors/<path:name>")
def author(name: str) -> Response:
    """Answer the news by an author, or one of the author's feed documents."""
    return _document(AUTHORS) or _news(AUTHORS, name)


@routes.get("/languages/")
def languages() -> Response:
    """Answer the list of languages."""
    return _index(LANGUAGES)


@routes.get("/languages/<path:name>")
def language(name: str) -> Response:
    """Answer the news in a language, or one of the language's feed documents."""
    return _document(LANGUAGES) or _news(LANGUAGES, name)


def _index(terms: Terms) -> Response:
    def build(connection: Connection, now: datetime) -> Content:
        values = {"terms": terms.known(connection, now)}
        return html(Page("terms.html", terms.title, terms.path, (), terms.about, values=values))

    return serve(terms.path, build)


def _news(terms: Terms, asked: str) -> Response:
    """Answer the items of one name; every other spelling of it leads to the commonest."""
    if asked.endswith("/"):
        return links.moved(request.path.rstrip("/"))
    number = listing.page_number()

    def build(connection: Connection, now: datetime) -> Content:
        name = terms.name(connection, asked, now)
        if name is None:
            raise NotFound(terms.one.lower(), asked)
        feed = terms.feed(catalog().site, name)
        if name != asked:
            abort(links.moved(feed.path))
        listed = listing.read(connection, feed, number, catalog().site.timezone, now)
        values = {"listing": listed, "feed": feed, "kind": terms.one}
        return html(Page("news.html", name, feed.path, (feed,), feed.description, listed.query, values))

    return serve(f"{request.path}?{number}", build)


def _document(terms: Terms) -> Response | None:
    """Answer a feed document of one name; None where the address is none.

    Only at the spelling that its items use most: every other one would be one more feed to keep.
    """
    state = current()
    found = catalog().find(request.path)
    if found is None:
        return None
    if state.documents.find(request.path) is None:
        feed = found.feed
        asked = feed.path.removeprefix(terms.path)
        with state.service.store.read() as connection:
            name = terms.name(connection, asked, state.service.clock())
        if name is None:
            return None
        if name != asked:
            rest = request.path.removeprefix(feed.path)
            return links.moved(terms.feed(catalog().site, name).path + rest)
    return documents.serve(request.path)
