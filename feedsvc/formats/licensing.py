"""Write the terms that feeds and items come under, each format in its own words.

A feed's licence is not inherited by its entries (RFC 4946 §2.4), so each item says its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from lxml.etree import _Element

from feedsvc.formats.feedgen_ext import ATOM, CREATIVE_COMMONS, DCTERMS, RSL, add
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


def add_to_rss(parent: _Element, license_: str | None, rsl: str) -> None:
    """Append to a channel or an item its licence, and the link to its terms for machines (RSL 1.0).

    Creative Commons has a module of its own; any other licence is a `dcterms:license`.
    """
    if license_:
        add(parent, f"{{{_module(license_)}}}license", license_)
    if rsl:
        add(parent, f"{{{ATOM}}}link", href=rsl, rel="license", type=RSL_TYPE)


def add_to_atom(parent: _Element, license_: str | None, rsl: str) -> None:
    """Append to a feed or an entry the links to its licence (RFC 4946) and to its terms for machines."""
    if license_:
        add(parent, "link", href=license_, rel="license")
    if rsl:
        add(parent, "link", href=rsl, rel="license", type=RSL_TYPE)


def rsl_of(site: Site, item: Item) -> str:
    """Return the address of an item's terms for machines: ours are not for the work of others."""
    return site.rsl if item.article.origin is None else ""


def has_terms(site: Site) -> bool:
    """Say whether items carry terms for machines themselves."""
    return bool(site.rsl_permits or site.rsl_prohibits)


def add_terms(parent: _Element, site: Site, item: Item) -> None:
    """Append to an RSS item what machines may do with it (RSL 1.0 §4.7).

    Only of what is ours and lives here: RSL wants the address to be of the feed's own origin.
    """
    article = item.article
    if article.origin is not None or not _same_origin(article.link or "", site.url):
        return
    content = add(parent, f"{{{RSL}}}content", url=article.link or "")
    terms = add(content, f"{{{RSL}}}license")
    _add_uses(terms, "permits", site.rsl_permits)
    _add_uses(terms, "prohibits", site.rsl_prohibits)


def _add_uses(parent: _Element, name: str, uses: Iterable[str]) -> None:
    told = " ".join(uses)
    if told:
        add(parent, f"{{{RSL}}}{name}", told, type="usage")


def _module(license_: str) -> str:
    host = urlsplit(license_).hostname or ""
    return CREATIVE_COMMONS if host.removeprefix("www.") == "creativecommons.org" else DCTERMS


def _same_origin(one: str, other: str) -> bool:
    return urlsplit(one)[:2] == urlsplit(other)[:2]
