"""Judge `atom:link` elements, in Atom and in RSS: of a feed, and of an item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from feedsvc.feeds.lint.facts import Link
from feedsvc.feeds.lint.finding import Finding, found
from feedsvc.feeds.lint.names import ATOM, RELATIONS
from feedsvc.feeds.lint.values import address, is_web_address, language, media_type
from feedsvc.feeds.lint.xml import XML_BASE, Element

_IANA: Final = "http://www.iana.org/assignments/relation/"
FEED_TYPES: Final = frozenset({"application/atom+xml", "application/rss+xml", "application/rdf+xml"})
PAGES: Final = frozenset({"first", "last", "next", "previous", "current", "prev-archive", "next-archive"})
"""The relations of RFC 5005."""


def rel(link: Element) -> str:
    """Return a link's relation by its short name; `alternate` where it says none (RFC 4287 §4.2.7.2)."""
    return link.attribute("rel").removeprefix(_IANA).lower() or "alternate"


def by_rel(parent: Element) -> Mapping[str, tuple[Link, ...]]:
    """Return the links of a feed by their relation."""
    links: dict[str, list[Link]] = {}
    for link in parent.all("link", ATOM):
        links.setdefault(rel(link), []).append(Link(link.attribute("href"), link))
    return {name: tuple(some) for name, some in links.items()}


def of_feed(parent: Element, missing_self: str) -> Iterator[Finding]:
    """Yield what is wrong with the links of a feed; `missing_self` is the code for no self link."""
    links = parent.all("link", ATOM)
    for link in links:
        yield from _link(link)
    selves = [link for link in links if rel(link) == "self"]
    if not selves:
        yield found(missing_self, parent)
    if not selves and any(rel(link) == "hub" for link in links):
        yield found("F635", parent)
    for link in selves:
        yield from _self(link, parent)
    yield from _alike(links)
    for link in selves[1:]:
        yield found("F630", link, link.attribute("href"))


def of_item(links: Sequence[Element]) -> Iterator[Finding]:
    """Yield what is wrong with the links of an item."""
    yield from _alike(links)
    for link in links:
        yield from _link(link)
        if rel(link) in PAGES:
            yield found("F506", link, f"rel={rel(link)}")
        if rel(link) == "enclosure":
            yield from _enclosure(link)


def _enclosure(link: Element) -> Iterator[Finding]:
    if not link.attribute("type"):
        yield found("F231", link, link.attribute("href"))
    if not link.attribute("length"):
        yield found("F232", link, link.attribute("href"))


def _alike(links: Sequence[Element]) -> Iterator[Finding]:
    """Yield the alternates that only their address tells apart (RFC 4287 §4.1.1)."""
    seen: set[tuple[str, str]] = set()
    for link in links:
        key = (link.attribute("type").lower(), link.attribute("hreflang").lower())
        if rel(link) != "alternate":
            continue
        if key in seen:
            yield found("F211", link, link.attribute("href"))
        seen.add(key)


def _self(link: Element, parent: Element) -> Iterator[Finding]:
    href, kind = link.attribute("href"), link.attribute("type").partition(";")[0].lower()
    if not is_web_address(href) and not (link.attribute(XML_BASE) or parent.attribute(XML_BASE)):
        yield found("F628", link, href)
    if kind and kind not in FEED_TYPES:
        yield found("F629", link, kind)


def _link(link: Element) -> Iterator[Finding]:
    href, relation = link.attribute("href"), rel(link)
    if "href" not in link.attributes:
        yield found("F219", link, f"rel={relation}")
    elif ":" in href.partition("/")[0]:
        yield from address(href, link, ascii_only=False, label=f"rel={relation}")
    elif any(letter in href for letter in ' <>"'):
        yield found("F601", link, href)
    yield from media_type(link.attribute("type"), link, "F626")
    yield from language(link.attribute("hreflang"), link, "F626")
    length = link.attribute("length")
    if length and not (length.isascii() and length.isdigit()):
        yield found("F125", link, f"length={length}")
    if ":" not in relation and relation not in RELATIONS:
        yield found("F627", link, f"rel={relation}")
