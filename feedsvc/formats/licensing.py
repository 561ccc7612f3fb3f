"""Write the terms that feeds and items come under, each format in its own words.

A feed's licence is not inherited by its entries (RFC 4946 §2.4), so each item says its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from feedsvc.formats.feedgen_ext import ATOM, CREATIVE_COMMONS, DCTERMS, RSL, Own
from feedsvc.model import Item, Selection, Site

RSL_TYPE = "application/rsl+xml"
NAMESPACES = {"creativeCommons": CREATIVE_COMMONS, "dcterms": DCTERMS, "rsl": RSL}


def rss_namespaces(selection: Selection) -> Mapping[str, str]:
    """Return the namespaces that the licence of a channel needs; its items may need more of them."""
    module = _module(selection.feed.license) if selection.feed.license else ""
    needed = {name: uri for name, uri in NAMESPACES.items() if uri == module}
    return {**needed, "rsl": RSL} if has_terms(selection.site) else needed


def needs(item: Item) -> frozenset[str]:
    """Return the prefixes of the namespaces that an RSS item needs for its licence."""
    license_ = item.article.license
    if not license_:
        return frozenset()
    module = _module(license_)
    return frozenset(name for name, uri in NAMESPACES.items() if uri == module)


def rss_elements(license_: str | None, rsl: str) -> Iterator[tuple[str, str | None, Mapping[str, str]]]:
    """Yield what a channel or an item says of its licence and its terms for machines (RSL 1.0).

    Each by name, text and attributes. Creative Commons has a module of its own; any other licence is a
    `dcterms:license`.
    """
    if license_:
        yield f"{{{_module(license_)}}}license", license_, {}
    if rsl:
        yield f"{{{ATOM}}}link", None, {"href": rsl, "rel": "license", "type": RSL_TYPE}


def atom_links(license_: str | None, rsl: str) -> Iterator[tuple[str, str]]:
    """Yield address and type of the links of a feed or an entry to its licence (RFC 4946) and its terms."""
    if license_:
        yield license_, ""
    if rsl:
        yield rsl, RSL_TYPE


def rsl_of(site: Site, item: Item) -> str:
    """Return the address of an item's terms for machines: ours are not for the work of others."""
    return site.rsl if item.article.origin is None else ""


def has_terms(site: Site) -> bool:
    """Say whether items carry terms for machines themselves."""
    return bool(site.rsl_permits or site.rsl_prohibits)


def add_terms(own: Own, site: Site, item: Item) -> None:
    """Append to an RSS item what machines may do with it (RSL 1.0 §4.7).

    Only of what is ours and lives here: RSL wants the address to be of the feed's own origin.
    """
    article = item.article
    if article.origin is not None or not _same_origin(article.link or "", site.url):
        return
    content = own.below()
    terms = content.below()
    _add_uses(terms, "permits", site.rsl_permits)
    _add_uses(terms, "prohibits", site.rsl_prohibits)
    content.add(f"{{{RSL}}}license", terms)
    own.add(f"{{{RSL}}}content", content, url=article.link or "")


def _add_uses(own: Own, name: str, uses: Iterable[str]) -> None:
    told = " ".join(uses)
    if told:
        own.add(f"{{{RSL}}}{name}", told, type="usage")


def _module(license_: str) -> str:
    host = urlsplit(license_).hostname or ""
    return CREATIVE_COMMONS if host.removeprefix("www.") == "creativecommons.org" else DCTERMS


def _same_origin(one: str, other: str) -> bool:
    return urlsplit(one)[:2] == urlsplit(other)[:2]
